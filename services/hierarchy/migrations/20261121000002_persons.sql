-- migrate:up

-- Who a person is, for lists: followed from the membership service. Its row lock is what serialises everything that
-- derives memberships of the person.
CREATE TABLE person (
  federation_id uuid NOT NULL,
  person_id uuid NOT NULL,
  member_number text NOT NULL DEFAULT '',
  given_name text NOT NULL DEFAULT '',
  family_name text NOT NULL DEFAULT '',
  -- Taken out of the register: has no memberships.
  withdrawn boolean NOT NULL DEFAULT false,
  -- Folded for search: names and number. And the name's collation key in the federation's language.
  search_text text NOT NULL DEFAULT '',
  sort_key bytea NOT NULL DEFAULT '',
  PRIMARY KEY (federation_id, person_id)
) WITH (fillfactor = 90);
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX person_search ON person USING gin (search_text gin_trgm_ops);

-- Facts in two times: valid_from to valid_to, and recorded_at to superseded_at as the membership service told them.
-- kind is heimo.common.v1.FactKind. The key keeps the facts of a person together.
CREATE TABLE fact (
  federation_id uuid NOT NULL,
  person_id uuid NOT NULL,
  fact_id uuid NOT NULL,
  kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 10),
  value text NOT NULL,
  organ_id uuid,
  valid_from date NOT NULL,
  valid_to date NOT NULL,
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz,
  PRIMARY KEY (federation_id, person_id, fact_id, kind, recorded_at),
  CHECK (superseded_at >= recorded_at)
);

-- Memberships that need no rule to hold.
CREATE TABLE membership_exception (
  federation_id uuid NOT NULL,
  exception_id uuid NOT NULL,
  person_id uuid NOT NULL,
  organ_id uuid NOT NULL,
  type_id uuid NOT NULL,
  valid_from date NOT NULL,
  valid_to date NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  superseded_at timestamptz,
  PRIMARY KEY (federation_id, exception_id),
  FOREIGN KEY (federation_id, person_id) REFERENCES person,
  FOREIGN KEY (federation_id, organ_id) REFERENCES organ,
  FOREIGN KEY (federation_id, type_id) REFERENCES membership_type,
  CHECK (valid_from < valid_to),
  CHECK (superseded_at >= recorded_at)
);
CREATE INDEX membership_exception_by_person ON membership_exception (federation_id, person_id);

-- What is derived: maximal runs of days. Rows are never changed but to set superseded_at (and sort_key, which is no
-- statement about the membership). No foreign keys: derived rows are checked by deriving them again.
CREATE TABLE membership (
  federation_id uuid NOT NULL,
  person_id uuid NOT NULL,
  membership_id uuid NOT NULL,
  organ_id uuid NOT NULL,
  type_id uuid NOT NULL,
  valid_from date NOT NULL,
  valid_to date NOT NULL,
  -- heimo.hierarchy.v1.MembershipOrigin on the first day; later changes of it in stretches: day, origin, day, origin …
  -- with days counted from 1970-01-01.
  origin smallint NOT NULL CHECK (origin BETWEEN 1 AND 3),
  stretches integer[],
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz,
  sort_key bytea NOT NULL,
  PRIMARY KEY (federation_id, person_id, membership_id),
  CHECK (valid_from < valid_to),
  CHECK (superseded_at >= recorded_at)
) WITH (fillfactor = 90);
-- No two current periods of one membership begin on the same day: defence against deriving a person twice.
CREATE UNIQUE INDEX membership_once ON membership (federation_id, person_id, organ_id, type_id, valid_from)
  WHERE superseded_at IS NULL;
-- One page of an organ's members by name is one range of this index.
CREATE INDEX membership_by_name ON membership (federation_id, organ_id, sort_key, person_id)
  INCLUDE (valid_from, valid_to) WHERE superseded_at IS NULL;
CREATE INDEX membership_was_by_name ON membership (federation_id, organ_id, sort_key, person_id)
  WHERE superseded_at IS NOT NULL;

-- How many persons are members of an organ on model.counted_on: the sum over the slots. Each lane of events and the
-- runs count in a slot of their own, so that they do not wait for each other.
CREATE TABLE organ_count (
  federation_id uuid NOT NULL,
  organ_id uuid NOT NULL,
  slot smallint NOT NULL,
  members bigint NOT NULL,
  PRIMARY KEY (federation_id, organ_id, slot)
) WITH (fillfactor = 50);

-- An organ as it is on a day. The count is read where it is kept for that day, and counted for any other.
CREATE FUNCTION organ_card (federation uuid, id uuid, day date)
RETURNS TABLE (organ_id uuid, organisation_id uuid, code text, name text, kind text, parent_id uuid, parent_name text,
  valid_from date, valid_to date, member_count bigint, child_count bigint, etag text, has_rule boolean)
LANGUAGE sql STABLE AS $$
SELECT organ.organ_id, organ.organisation_id, organ.code, organ.name, organ.kind, above.organ_id, above.name,
  lower (life.valid), upper (life.valid),
  CASE WHEN (SELECT counted_on FROM model WHERE federation_id = federation) = day
  THEN (SELECT coalesce (sum (members), 0) FROM organ_count AS counted
    WHERE counted.federation_id = federation AND counted.organ_id = id)::bigint
  ELSE (SELECT count (DISTINCT person_id) FROM membership
    WHERE membership.federation_id = federation AND membership.organ_id = id AND superseded_at IS NULL
      AND membership.valid_from <= day AND membership.valid_to > day)
  END,
  (SELECT count (*) FROM organ_edge AS below
    JOIN organ_life AS below_life ON below_life.federation_id = federation AND below_life.organ_id = below.organ_id
      AND below_life.superseded_at IS NULL AND below_life.valid @> day
    WHERE below.federation_id = federation AND below.parent_id = id AND below.superseded_at IS NULL
      AND below.valid @> day),
  '"' || organ.version || '"',
  EXISTS (SELECT FROM rule_version AS rule WHERE rule.federation_id = federation AND rule.organ_id = id
    AND rule.superseded_at IS NULL AND rule.valid @> day AND rule.nodes <> '')
FROM organ
LEFT JOIN organ_edge AS edge ON edge.federation_id = federation AND edge.organ_id = organ.organ_id
  AND edge.superseded_at IS NULL AND edge.valid @> day
LEFT JOIN organ AS above ON above.federation_id = federation AND above.organ_id = edge.parent_id
LEFT JOIN LATERAL (
  SELECT valid FROM organ_life WHERE organ_life.federation_id = federation AND organ_life.organ_id = id
    AND organ_life.superseded_at IS NULL
  ORDER BY valid @> day DESC, lower (valid) DESC LIMIT 1) AS life ON true
WHERE organ.federation_id = federation AND organ.organ_id = id
$$;

-- migrate:down
DROP FUNCTION organ_card;
DROP TABLE organ_count, membership, membership_exception, fact, person;
