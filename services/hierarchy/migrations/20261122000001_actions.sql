-- migrate:up

-- What an organisation wants for every one of its organs. kind is heimo.hierarchy.v1.ActionKind.
CREATE TABLE action (
  federation_id uuid NOT NULL,
  action_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),
  title text NOT NULL CHECK (title <> ''),
  position text NOT NULL DEFAULT '',
  type_id uuid,
  organ_kind text NOT NULL DEFAULT '',
  rights text[] NOT NULL DEFAULT '{}',
  years integer[] NOT NULL DEFAULT '{}',
  valid_from date NOT NULL,
  valid_to date NOT NULL DEFAULT 'infinity',
  version bigint NOT NULL DEFAULT 1,
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (federation_id, action_id),
  FOREIGN KEY (federation_id, organisation_id) REFERENCES organisation,
  FOREIGN KEY (federation_id, type_id) REFERENCES membership_type,
  CHECK (valid_from <= valid_to),
  CHECK ((position <> '') = (kind IN (2, 3))),
  CHECK ((rights <> '{}') = (kind = 3)),
  CHECK ((years <> '{}') = (kind = 4))
);
CREATE INDEX action_by_organisation ON action (federation_id, organisation_id);

-- What an action made of an organ. Never removed: it closes, and opens again.
CREATE TABLE organ_group (
  federation_id uuid NOT NULL,
  group_id uuid NOT NULL,
  action_id uuid NOT NULL,
  organ_id uuid NOT NULL,
  PRIMARY KEY (federation_id, group_id),
  FOREIGN KEY (federation_id, action_id) REFERENCES action,
  FOREIGN KEY (federation_id, organ_id) REFERENCES organ,
  CONSTRAINT organ_group_once UNIQUE (federation_id, action_id, organ_id)
);
CREATE INDEX organ_group_by_organ ON organ_group (federation_id, organ_id);

-- When a group is open: the days of the action on which the organ is in the tree.
CREATE TABLE group_period (
  federation_id uuid NOT NULL,
  period_id uuid NOT NULL,
  group_id uuid NOT NULL,
  valid daterange NOT NULL CHECK (NOT isempty (valid)),
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz,
  PRIMARY KEY (federation_id, period_id),
  FOREIGN KEY (federation_id, group_id) REFERENCES organ_group,
  CHECK (superseded_at >= recorded_at),
  CONSTRAINT group_period_once
    EXCLUDE USING gist (federation_id WITH =, group_id WITH =, valid WITH &&) WHERE (superseded_at IS NULL)
);
CREATE INDEX group_period_by_group ON group_period (federation_id, group_id);

-- Who holds a position where: read by groups and rights.
CREATE INDEX fact_position ON fact (federation_id, organ_id, value) WHERE kind = 9 AND superseded_at IS NULL;

-- Jubilees awarded. A correction of the membership withdraws one; it is not removed.
CREATE TABLE jubilee (
  federation_id uuid NOT NULL,
  jubilee_id uuid NOT NULL,
  action_id uuid NOT NULL,
  person_id uuid NOT NULL,
  organ_id uuid NOT NULL,
  type_id uuid NOT NULL,
  years integer NOT NULL,
  reached_on date NOT NULL,
  recorded_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  PRIMARY KEY (federation_id, jubilee_id),
  FOREIGN KEY (federation_id, action_id) REFERENCES action,
  CHECK (withdrawn_at >= recorded_at)
);
CREATE UNIQUE INDEX jubilee_once ON jubilee (federation_id, action_id, person_id, organ_id, type_id, years, reached_on)
  WHERE withdrawn_at IS NULL;
CREATE INDEX jubilee_by_day ON jubilee (federation_id, reached_on, jubilee_id);

-- The day on which `years` full years have passed since a day; 29 February counts as in ages: a common year has its day
-- on 1 March.
CREATE FUNCTION jubilee_day (since date, years integer) RETURNS date
LANGUAGE sql IMMUTABLE AS $$
SELECT (since + make_interval (years => years))::date
  + CASE WHEN to_char (since, 'MMDD') = '0229' AND to_char (since + make_interval (years => years), 'MMDD') = '0228'
    THEN 1 ELSE 0 END
$$;

-- migrate:down
DROP FUNCTION jubilee_day;
DROP INDEX fact_position;
DROP TABLE jubilee, group_period, organ_group, action;
