-- Imports and their rows.

-- name: import_insert
INSERT INTO import (federation_id, import_id, file_id, file_name, state, check_run_id, actor, create_time, settings)
SELECT :federation_id, :import_id, file_id, file_name, 1, :check_run_id, :actor, :record_time, :settings
FROM import_file WHERE federation_id = :federation_id AND file_id = :file_id;

-- name: import_get
SELECT import_id, file_id, file_name, state, check_run_id, apply_run_id, undo_run_id, created, updated, unchanged, errors,
  actor, create_time, '"' || version || '"' AS etag, plan_hash, settings
FROM import WHERE federation_id = :federation_id AND import_id = :import_id;

-- name: import_list
SELECT import_id, file_id, file_name, state, check_run_id, apply_run_id, undo_run_id, created, updated, unchanged, errors,
  actor, create_time, '"' || version || '"' AS etag, plan_hash
FROM import
WHERE federation_id = :federation_id AND import_id < :after_id::uuid
ORDER BY import_id DESC LIMIT :limit;

-- name: import_lock
SELECT state, apply_run_id, plan_hash, create_time FROM import
WHERE federation_id = :federation_id AND import_id = :import_id FOR UPDATE;

-- name: import_start_apply
UPDATE import SET state = 4, apply_run_id = :run_id, version = version + 1
WHERE federation_id = :federation_id AND import_id = :import_id;

-- name: import_start_undo
UPDATE import SET state = 6, undo_run_id = :run_id, version = version + 1
WHERE federation_id = :federation_id AND import_id = :import_id;

-- name: import_count
UPDATE import SET created = created + :created, updated = updated + :updated, unchanged = unchanged + :unchanged,
  errors = errors + :errors, version = version + 1
WHERE federation_id = :federation_id AND import_id = :import_id;

-- name: import_end_check
UPDATE import SET state = CASE WHEN :stopped::boolean THEN 8 WHEN errors > 0 THEN 3 ELSE 2 END,
  plan_hash = :plan_hash, version = version + 1
WHERE federation_id = :federation_id AND import_id = :import_id;

-- name: import_end
UPDATE import SET state = :state, version = version + 1
WHERE federation_id = :federation_id AND import_id = :import_id;

-- name: import_match
-- Everything about a batch of rows that needs other rows or the register. Look-ups one by one, each with LIMIT: a table
-- that has just been filled has no statistics, and a join planned for an empty table reads all of it for every row.
SELECT row.position, row.line, row.action, row.person_id,
  CASE WHEN row.key IS NOT NULL THEN
    (SELECT person.person_id FROM person WHERE person.federation_id = row.federation_id AND person.key = row.key
     AND NOT person.withdrawn LIMIT 1) END AS key_person_id,
  CASE WHEN row.identity_index IS NOT NULL THEN
    (SELECT person.person_id FROM person WHERE person.federation_id = row.federation_id
     AND person.identity_index = row.identity_index AND NOT person.withdrawn LIMIT 1) END AS identity_person_id,
  CASE WHEN row.key IS NOT NULL THEN
    (SELECT min (other.line) FROM import_row AS other
     WHERE other.federation_id = row.federation_id AND other.import_id = row.import_id AND other.key = row.key
       AND other.position < row.position) END AS key_line,
  CASE WHEN row.identity_index IS NOT NULL THEN
    (SELECT min (other.line) FROM import_row AS other
     WHERE other.federation_id = row.federation_id AND other.import_id = row.import_id
       AND other.identity_index = row.identity_index AND other.position < row.position) END AS identity_line,
  row.organ_code IS NOT NULL AS organ_wanted,
  CASE WHEN row.organ_code IS NOT NULL THEN
    (SELECT count (*) FROM organ_ref AS organ
     WHERE organ.federation_id = row.federation_id AND organ.code = row.organ_code) END AS organ_count,
  CASE WHEN row.guardian_keys IS NOT NULL THEN
    (SELECT true FROM unnest (regexp_split_to_array (row.guardian_keys, '[ ,;]+')) AS guardian (key)
     WHERE guardian.key <> ''
       AND (SELECT true FROM import_row AS other WHERE other.federation_id = row.federation_id
            AND other.import_id = row.import_id AND other.key = guardian.key LIMIT 1) IS NULL
       AND (SELECT true FROM person WHERE person.federation_id = row.federation_id AND person.key = guardian.key
            AND NOT person.withdrawn LIMIT 1) IS NULL
     LIMIT 1) END AS guardian_missing,
  row.guardian_keys IS NOT NULL AND row.key = ANY (regexp_split_to_array (row.guardian_keys, '[ ,;]+')) AS own_guardian,
  row.postal_code IS NOT NULL AND (
    SELECT place.town FROM place WHERE place.federation_id = row.federation_id
      AND place.country = coalesce (row.country, 'FI') AND place.postal_code = row.postal_code LIMIT 1) IS NULL
    AS place_missing
FROM import_row AS row
WHERE row.federation_id = :federation_id AND row.import_id = :import_id AND row.position > :after::bigint
ORDER BY row.position LIMIT :limit;

-- name: import_decide
UPDATE import_row SET action = decided.action, person_id = decided.person_id
FROM unnest (:position::bigint[], :action::smallint[], :person_id::uuid[]) AS decided (position, action, person_id)
WHERE import_row.federation_id = :federation_id AND import_row.import_id = :import_id
  AND import_row.position = decided.position;

-- name: import_rows
-- A batch of rows with what the gazetteer and the families say; taken: somebody else has the key or code by now.
SELECT row.position, row.line, row.action, row.person_id, row.seal_id, row.key, row.given_name, row.family_name,
  row.birth_date, row.identity_cipher, row.identity_index, row.language, row.email, row.phone, row.street,
  row.postal_code, coalesce (row.town, place.town) AS town, place.municipality, place.province, row.country, row.family,
  family.family_id, row.guardian_keys, row.subscription, row.subscription_from, row.admitted_from,
  CASE WHEN row.organ_code IS NOT NULL THEN
    (SELECT organ.organ_id FROM organ_ref AS organ
     WHERE organ.federation_id = row.federation_id AND organ.code = row.organ_code LIMIT 1) END AS organ_id,
  row.member_type, row.position_held, row.position_from,
  CASE WHEN row.action = 1 THEN coalesce (
    (SELECT true FROM person WHERE person.federation_id = row.federation_id AND person.key = row.key
     AND NOT person.withdrawn LIMIT 1),
    (SELECT true FROM person WHERE person.federation_id = row.federation_id
     AND person.identity_index = row.identity_index AND NOT person.withdrawn LIMIT 1)) END AS taken
FROM import_row AS row
LEFT JOIN LATERAL (
  SELECT * FROM place WHERE place.federation_id = row.federation_id AND place.country = coalesce (row.country, 'FI')
    AND place.postal_code = row.postal_code LIMIT 1) AS place ON true
LEFT JOIN LATERAL (
  SELECT family_id FROM family WHERE family.federation_id = row.federation_id AND family.key = row.family
  LIMIT 1) AS family ON true
WHERE row.federation_id = :federation_id AND row.import_id = :import_id AND row.position > :after::bigint
ORDER BY row.position LIMIT :limit;

-- name: import_families
-- The families of a batch: those that are not there yet are made.
INSERT INTO family (federation_id, family_id, key, create_time, run_id)
SELECT :federation_id, row.id, row.key, :record_time, :run_id
FROM unnest (:ids::uuid[], :keys::text[]) AS row (id, key)
ON CONFLICT (federation_id, key) WHERE key IS NOT NULL DO UPDATE SET key = excluded.key
RETURNING key, family_id;

-- name: import_guardians
-- The guardianships of a batch that are not on record: guardian (null: not in the register yet), ward.
SELECT DISTINCT guardian.person_id, row.person_id AS other_id
FROM import_row AS row
CROSS JOIN LATERAL unnest (regexp_split_to_array (row.guardian_keys, '[ ,;]+')) AS wanted (key)
LEFT JOIN LATERAL (
  SELECT person_id FROM person WHERE person.federation_id = row.federation_id AND person.key = wanted.key
    AND NOT person.withdrawn LIMIT 1) AS guardian ON true
WHERE row.federation_id = :federation_id AND row.import_id = :import_id
  AND row.position > :after::bigint AND row.position <= :last::bigint
  AND row.guardian_keys IS NOT NULL AND row.action IN (1, 2, 3) AND wanted.key <> ''
  AND guardian.person_id IS DISTINCT FROM row.person_id
  AND (SELECT true FROM person WHERE person.federation_id = row.federation_id AND person.person_id = row.person_id
    AND NOT person.withdrawn LIMIT 1)
  AND (SELECT true FROM relation WHERE relation.federation_id = row.federation_id
    AND relation.person_id = guardian.person_id AND relation.other_id = row.person_id AND relation.kind = 1
    AND relation.superseded_at IS NULL AND upper_inf (relation.valid) LIMIT 1) IS NULL
ORDER BY 1, 2;

-- name: import_last
-- The last position of a batch, and of all.
SELECT max (position) FILTER (WHERE position <= :after::bigint + :limit::bigint) AS last, max (position) AS total
FROM import_row WHERE federation_id = :federation_id AND import_id = :import_id AND position > :after::bigint;

-- name: import_total
SELECT count (*) AS total FROM import_row WHERE federation_id = :federation_id AND import_id = :import_id;

-- name: import_undo_rows
-- Persons that the import made or changed, and whether somebody has changed them since.
WITH batch AS (
  SELECT position, line, action, person_id FROM import_row
  WHERE federation_id = :federation_id AND import_id = :import_id AND position > :after::bigint
  ORDER BY position LIMIT :limit
),
recorded AS (
  SELECT batch.person_id, version.run_id, version.recorded_at, version.superseded_at, version.superseded_run_id
  FROM batch JOIN person_version AS version
    ON version.federation_id = :federation_id AND version.person_id = batch.person_id
  UNION ALL
  SELECT batch.person_id, address.run_id, address.recorded_at, address.superseded_at, address.superseded_run_id
  FROM batch JOIN address ON address.federation_id = :federation_id AND address.person_id = batch.person_id
  UNION ALL
  SELECT batch.person_id, fact.run_id, fact.recorded_at, fact.superseded_at, fact.superseded_run_id
  FROM batch JOIN person_fact AS fact ON fact.federation_id = :federation_id AND fact.person_id = batch.person_id
  UNION ALL
  SELECT batch.person_id, relation.run_id, relation.recorded_at, relation.superseded_at, relation.superseded_run_id
  FROM batch JOIN relation ON relation.federation_id = :federation_id AND relation.person_id = batch.person_id
  UNION ALL -- given a guardian who need not be in the file
  SELECT batch.person_id, relation.run_id, relation.recorded_at, NULL, NULL
  FROM batch JOIN relation ON relation.federation_id = :federation_id AND relation.other_id = batch.person_id
    AND relation.kind = 1 AND relation.run_id = :run_id::uuid AND relation.superseded_at IS NULL
),
judged AS (
  SELECT person_id, bool_or (run_id = :run_id::uuid) AS applied,
    bool_or ((run_id IS DISTINCT FROM :run_id::uuid AND recorded_at >= :since::timestamptz)
      OR (run_id = :run_id::uuid AND superseded_at IS NOT NULL
        AND coalesce (superseded_run_id NOT IN (:run_id::uuid, :undo_run_id::uuid), true))) AS changed
  FROM recorded GROUP BY person_id
)
SELECT batch.position, batch.line, batch.action, batch.person_id, coalesce (judged.applied, false) AS applied,
  coalesce (judged.changed, false) AS changed
FROM batch LEFT JOIN judged ON judged.person_id = batch.person_id
ORDER BY batch.position;

-- name: import_undo_guardians
WITH wanted AS (
  SELECT relation.relation_id FROM unnest (:person_ids::uuid[]) AS undone (person_id)
  JOIN relation ON relation.federation_id = :federation_id AND relation.person_id = undone.person_id
  UNION
  SELECT relation.relation_id FROM unnest (:person_ids::uuid[]) AS undone (person_id)
  JOIN relation ON relation.federation_id = :federation_id AND relation.other_id = undone.person_id
)
UPDATE relation SET superseded_at = :record_time, superseded_run_id = :undo_run_id
FROM wanted
WHERE relation.federation_id = :federation_id AND relation.relation_id = wanted.relation_id
  AND relation.run_id = :run_id AND relation.kind = 1 AND relation.superseded_at IS NULL
RETURNING relation.person_id, relation.other_id;

-- name: import_run_start
SELECT create_time FROM run WHERE federation_id = :federation_id AND run_id = :run_id;

-- name: version_list_replaced
SELECT held.person_id, version_id, lower (valid) AS valid_from, upper (valid) AS valid_to, key, given_name, family_name,
  birth_date, birth_fact_id, identity_cipher, identity_index, language, email, phone, end_date, end_reason, run_id
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN person_version AS held ON held.federation_id = :federation_id AND held.person_id = wanted.person_id
WHERE held.superseded_run_id = :run_id
ORDER BY held.person_id, valid;

-- name: address_list_replaced
SELECT held.person_id, address_id, lower (valid) AS valid_from, upper (valid) AS valid_to, street, postal_code, town,
  municipality, province, country, recorded_at, run_id
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN address AS held ON held.federation_id = :federation_id AND held.person_id = wanted.person_id
WHERE held.superseded_run_id = :run_id
ORDER BY held.person_id, valid;

-- name: fact_list_replaced
SELECT held.person_id, fact_id, lower (valid) AS valid_from, upper (valid) AS valid_to, kind, value, organ_id, run_id
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN person_fact AS held ON held.federation_id = :federation_id AND held.person_id = wanted.person_id
WHERE held.superseded_run_id = :run_id
ORDER BY held.person_id, kind, valid;

-- name: relation_list_replaced
SELECT held.person_id, relation_id, lower (valid) AS valid_from, upper (valid) AS valid_to, kind, other_id, run_id
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN relation AS held ON held.federation_id = :federation_id AND held.person_id = wanted.person_id
WHERE held.superseded_run_id = :run_id
ORDER BY held.person_id, kind, valid;

-- name: import_replan
-- Plans made while tables were nearly empty are of no use when they have grown.
DISCARD PLANS;

-- name: import_expire_parts
-- Uploads hold personal data, so they go when nobody can need them any more; what an import did is on record elsewhere.
DELETE FROM import_file_part
WHERE federation_id = :federation_id AND (file_id, part) IN (
  SELECT part.file_id, part.part FROM import_file AS file
  JOIN import_file_part AS part ON part.federation_id = file.federation_id AND part.file_id = file.file_id
  WHERE file.federation_id = :federation_id AND file.create_time < :before::timestamptz
    AND NOT EXISTS (SELECT FROM import WHERE import.federation_id = file.federation_id AND import.file_id = file.file_id
      AND import.state = 1)
  LIMIT :limit);

-- name: import_expire_rows
DELETE FROM import_row
WHERE federation_id = :federation_id AND (import_id, position) IN (
  SELECT row.import_id, row.position FROM import
  JOIN import_row AS row ON row.federation_id = import.federation_id AND row.import_id = import.import_id
  WHERE import.federation_id = :federation_id AND import.create_time < :before::timestamptz
    AND import.state NOT IN (1, 4, 6)
  LIMIT :limit);
