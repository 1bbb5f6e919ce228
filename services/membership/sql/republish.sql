-- The snapshot: persons, and every fact ever known of them with its times.

-- name: republish_persons
-- Locked, so that no command comes between the state that is told and the event that tells it.
SELECT person_id, member_number, given_name, family_name, withdrawn
FROM person
WHERE federation_id = :federation_id AND (:after::uuid IS NULL OR person_id > :after::uuid)
ORDER BY person_id
LIMIT :limit
FOR UPDATE;

-- name: republish_facts
-- kind as in heimo.common.v1.FactKind. A birth date is one fact over all versions that carry it.
SELECT person_id, fact_id, kind, value, organ_id, valid_from, valid_to, recorded_at AS record_time,
  superseded_at AS supersede_time
FROM (
  SELECT person_id, birth_fact_id AS fact_id, 1 AS kind, min (birth_date)::text AS value, NULL::uuid AS organ_id,
    NULL::date AS valid_from, (array_agg (end_date ORDER BY superseded_at IS NULL DESC, recorded_at DESC))[1] AS valid_to,
    min (recorded_at) AS recorded_at,
    CASE WHEN bool_or (superseded_at IS NULL) THEN NULL ELSE max (superseded_at) END AS superseded_at
  FROM person_version
  WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]) AND birth_fact_id IS NOT NULL
    AND birth_date IS NOT NULL
  GROUP BY person_id, birth_fact_id
  UNION ALL
  SELECT person_id, address_id, part.kind, part.value, NULL, lower (valid), upper (valid), recorded_at, superseded_at
  FROM address
  CROSS JOIN LATERAL (VALUES (2, postal_code), (3, town), (4, municipality), (5, province), (6, country))
    AS part (kind, value)
  WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]) AND part.value <> ''
  UNION ALL
  SELECT person_id, fact_id, kind, value, organ_id, lower (valid), upper (valid), recorded_at, superseded_at
  FROM person_fact
  WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[])
) AS fact
ORDER BY person_id, kind, recorded_at;

-- name: republish_places
SELECT country, postal_code, town, municipality, province, NULL::date AS valid_from FROM place
WHERE federation_id = :federation_id
UNION ALL
SELECT country, postal_code, town, municipality, province, valid_from FROM place_change
WHERE federation_id = :federation_id
ORDER BY country, postal_code, valid_from NULLS FIRST;
