-- Taking over what the membership service tells.

-- name: person_lock
-- Those that are on record. The ids come sorted, so that two transactions never wait for each other; one look-up for
-- each, where a join would read the index from end to end.
SELECT person.person_id, person.sort_key, person.withdrawn
FROM unnest (:person_ids::uuid[]) AS row (person_id)
CROSS JOIN LATERAL (
  SELECT person_id, sort_key, withdrawn FROM person
  WHERE person.federation_id = :federation_id AND person.person_id = row.person_id
  FOR UPDATE) AS person;

-- name: person_upsert
INSERT INTO person (federation_id, person_id, member_number, given_name, family_name, withdrawn, search_text, sort_key)
SELECT :federation_id, row.*
FROM unnest (:person_ids::uuid[], :member_numbers::text[], :given_names::text[], :family_names::text[],
  :withdrawn::boolean[], :search_texts::text[], :sort_keys::bytea[]) AS row
ON CONFLICT (federation_id, person_id) DO UPDATE SET member_number = excluded.member_number,
  given_name = excluded.given_name, family_name = excluded.family_name, withdrawn = excluded.withdrawn,
  search_text = excluded.search_text, sort_key = excluded.sort_key;

-- name: membership_resort
-- A person's name has changed: the place in the lists follows.
UPDATE membership SET sort_key = row.sort_key
FROM unnest (:person_ids::uuid[], :sort_keys::bytea[]) AS row (person_id, sort_key)
WHERE membership.federation_id = :federation_id AND membership.person_id = row.person_id;

-- name: fact_supersede
UPDATE fact SET superseded_at = greatest (fact.recorded_at, row.superseded_at)
FROM unnest (:persons::integer[], :fact_ids::uuid[], :kinds::smallint[], :superseded_at::timestamptz[])
  AS row (person, fact_id, kind, superseded_at)
WHERE fact.federation_id = :federation_id AND fact.person_id = (:person_ids::uuid[])[row.person]
  AND fact.fact_id = row.fact_id AND fact.kind = row.kind AND fact.superseded_at IS NULL;

-- name: exception_withdraw
-- Of persons who have been taken out of the register: like their facts, from the time at which that was recorded.
UPDATE membership_exception AS exception
SET superseded_at = greatest (exception.recorded_at, row.superseded_at)
FROM unnest (:person_ids::uuid[], :superseded_at::timestamptz[]) AS row (person_id, superseded_at)
WHERE exception.federation_id = :federation_id AND exception.person_id = row.person_id
  AND exception.superseded_at IS NULL;

-- name: fact_forget
-- This table is a copy: what the membership service tells anew replaces it.
DELETE FROM fact WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]);

-- name: fact_insert
INSERT INTO fact (federation_id, person_id, fact_id, kind, value, organ_id, valid_from, valid_to, recorded_at,
  superseded_at)
SELECT :federation_id, (:person_ids::uuid[])[row.person], row.fact_id, row.kind, row.value, row.organ_id, row.valid_from,
  row.valid_to, row.recorded_at, row.superseded_at
FROM unnest (:persons::integer[], :fact_ids::uuid[], :kinds::smallint[], :values::text[], :organ_ids::uuid[],
  :valid_from::date[], :valid_to::date[], :recorded_at::timestamptz[], :superseded_at::timestamptz[])
  AS row (person, fact_id, kind, value, organ_id, valid_from, valid_to, recorded_at, superseded_at);

-- name: fact_insert_again
-- Of persons on record: a fact that is there already stays as it is. Looking for it costs a third of the insert.
INSERT INTO fact (federation_id, person_id, fact_id, kind, value, organ_id, valid_from, valid_to, recorded_at,
  superseded_at)
SELECT :federation_id, (:person_ids::uuid[])[row.person], row.fact_id, row.kind, row.value, row.organ_id, row.valid_from,
  row.valid_to, row.recorded_at, row.superseded_at
FROM unnest (:persons::integer[], :fact_ids::uuid[], :kinds::smallint[], :values::text[], :organ_ids::uuid[],
  :valid_from::date[], :valid_to::date[], :recorded_at::timestamptz[], :superseded_at::timestamptz[])
  AS row (person, fact_id, kind, value, organ_id, valid_from, valid_to, recorded_at, superseded_at)
ON CONFLICT DO NOTHING;

-- name: place_upsert
INSERT INTO place (federation_id, country, postal_code, valid_from, town, municipality, province)
SELECT DISTINCT ON (row.country, row.postal_code, row.valid_from) :federation_id::uuid, row.country, row.postal_code,
  row.valid_from, row.town, row.municipality, row.province
FROM unnest (:countries::text[], :postal_codes::text[], :towns::text[], :municipalities::text[], :provinces::text[],
    :valid_from::date[])
  WITH ORDINALITY AS row (country, postal_code, town, municipality, province, valid_from, n)
ORDER BY row.country, row.postal_code, row.valid_from, row.n DESC
ON CONFLICT (federation_id, country, postal_code, valid_from) DO UPDATE
  SET town = excluded.town, municipality = excluded.municipality, province = excluded.province;

-- name: place_known
-- Which of these are known. fields are numbers of heimo.hierarchy.v1.RuleField.
SELECT row.field, row.value
FROM unnest (:fields::integer[], :values::text[]) AS row (field, value)
WHERE CASE row.field
  WHEN 1 THEN EXISTS (SELECT FROM place WHERE federation_id = :federation_id AND postal_code = row.value)
  WHEN 2 THEN EXISTS (SELECT FROM place WHERE federation_id = :federation_id AND town = row.value)
  WHEN 3 THEN EXISTS (SELECT FROM place WHERE federation_id = :federation_id AND municipality = row.value)
  WHEN 4 THEN EXISTS (SELECT FROM place WHERE federation_id = :federation_id AND province = row.value)
  END;
