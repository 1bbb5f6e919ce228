-- migrate:up

-- A trusted extension: the owner of the database may create it.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Dated rows carry two times: valid (when it is true) and recorded_at to superseded_at (when it was believed). They
-- are never changed but to set superseded_at.

-- Goes up with every change of organs, types, rules and exceptions, so that every process knows when its compiled
-- model is old. counted_on is the day for which organ_count holds.
CREATE TABLE model (
  federation_id uuid PRIMARY KEY,
  version bigint NOT NULL DEFAULT 1,
  recorded_at timestamptz NOT NULL,
  counted_on date NOT NULL
);

-- The top of a tree; its root organ has the same id.
CREATE TABLE organisation (
  federation_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  code text NOT NULL,
  policy smallint NOT NULL CHECK (policy IN (1, 2)),
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (federation_id, organisation_id),
  CONSTRAINT organisation_code UNIQUE (federation_id, code)
);

CREATE TABLE organ (
  federation_id uuid NOT NULL,
  organ_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL DEFAULT '',
  -- Folded for search: name and code. And the name's collation key in the federation's language.
  search_text text NOT NULL,
  sort_key bytea NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (federation_id, organ_id),
  FOREIGN KEY (federation_id, organisation_id) REFERENCES organisation,
  CONSTRAINT organ_code UNIQUE (federation_id, organisation_id, code)
);
CREATE INDEX organ_by_name ON organ (federation_id, sort_key, organ_id);

CREATE TABLE organ_life (
  federation_id uuid NOT NULL,
  life_id uuid NOT NULL,
  organ_id uuid NOT NULL,
  valid daterange NOT NULL CHECK (NOT isempty (valid)),
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  superseded_at timestamptz,
  PRIMARY KEY (federation_id, life_id),
  FOREIGN KEY (federation_id, organ_id) REFERENCES organ,
  CHECK (superseded_at >= recorded_at),
  CONSTRAINT organ_life_once
    EXCLUDE USING gist (federation_id WITH =, organ_id WITH =, valid WITH &&) WHERE (superseded_at IS NULL)
);
CREATE INDEX organ_life_by_organ ON organ_life (federation_id, organ_id);

-- An organ stands below parent_id in a period.
CREATE TABLE organ_edge (
  federation_id uuid NOT NULL,
  edge_id uuid NOT NULL,
  organ_id uuid NOT NULL,
  parent_id uuid NOT NULL,
  valid daterange NOT NULL CHECK (NOT isempty (valid)),
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  superseded_at timestamptz,
  PRIMARY KEY (federation_id, edge_id),
  FOREIGN KEY (federation_id, organ_id) REFERENCES organ,
  FOREIGN KEY (federation_id, parent_id) REFERENCES organ,
  CHECK (organ_id <> parent_id),
  CHECK (superseded_at >= recorded_at),
  CONSTRAINT organ_edge_one_parent
    EXCLUDE USING gist (federation_id WITH =, organ_id WITH =, valid WITH &&) WHERE (superseded_at IS NULL)
);
CREATE INDEX organ_edge_by_organ ON organ_edge (federation_id, organ_id);
CREATE INDEX organ_edge_by_parent ON organ_edge (federation_id, parent_id) WHERE superseded_at IS NULL;

CREATE TABLE membership_type (
  federation_id uuid NOT NULL,
  type_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (federation_id, type_id),
  FOREIGN KEY (federation_id, organisation_id) REFERENCES organisation,
  CONSTRAINT membership_type_code UNIQUE (federation_id, organisation_id, code)
);

-- One version of a rule: of a type, of an organ, or of an organ for a type. No nodes: from then on no rule.
CREATE TABLE rule_version (
  federation_id uuid NOT NULL,
  rule_id uuid NOT NULL,
  organ_id uuid,
  type_id uuid,
  valid daterange NOT NULL CHECK (NOT isempty (valid)),
  -- A packed heimo.hierarchy.v1.Rule with nothing but its nodes: put into words when somebody reads it, in the
  -- reader's language.
  nodes bytea NOT NULL,
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  superseded_at timestamptz,
  PRIMARY KEY (federation_id, rule_id),
  FOREIGN KEY (federation_id, organ_id) REFERENCES organ,
  FOREIGN KEY (federation_id, type_id) REFERENCES membership_type,
  CHECK (organ_id IS NOT NULL OR type_id IS NOT NULL),
  CHECK (superseded_at >= recorded_at),
  CONSTRAINT rule_version_one_a_day EXCLUDE USING gist (
    federation_id WITH =,
    coalesce (organ_id, '00000000-0000-0000-0000-000000000000') WITH =,
    coalesce (type_id, '00000000-0000-0000-0000-000000000000') WITH =,
    valid WITH &&) WHERE (superseded_at IS NULL)
);
CREATE INDEX rule_version_by_organ ON rule_version (federation_id, organ_id) WHERE organ_id IS NOT NULL;
CREATE INDEX rule_version_by_type ON rule_version (federation_id, type_id) WHERE organ_id IS NULL;

-- The federation's gazetteer, followed from the membership service: what rules may name.
CREATE TABLE place (
  federation_id uuid NOT NULL,
  country text NOT NULL,
  postal_code text NOT NULL,
  town text NOT NULL,
  municipality text NOT NULL,
  province text NOT NULL,
  PRIMARY KEY (federation_id, country, postal_code)
);
CREATE INDEX place_by_code ON place (federation_id, postal_code);
CREATE INDEX place_by_town ON place (federation_id, town);
CREATE INDEX place_by_municipality ON place (federation_id, municipality);
CREATE INDEX place_by_province ON place (federation_id, province);

-- migrate:down
DROP TABLE place, rule_version, membership_type, organ_edge, organ_life, organ, organisation, model;
