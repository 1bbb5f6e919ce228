-- The changes of a person: every row that was recorded, beside the row it took the place of, and every row that was
-- taken back without a replacement.

-- name: person_history
WITH
changes AS (
  SELECT new.recorded_at, new.recorded_by, new.run_id, field.name AS field, field.old_value, field.new_value, new.valid,
    new.version_id::text || field.name AS tie
  FROM person_version AS new
  LEFT JOIN LATERAL (
    SELECT * FROM person_version AS old
    WHERE old.federation_id = new.federation_id AND old.person_id = new.person_id
      AND old.superseded_at = new.recorded_at AND old.valid && new.valid
    ORDER BY old.valid DESC LIMIT 1) AS old ON true
  CROSS JOIN LATERAL (VALUES
    ('key', old.key, new.key),
    ('givenName', old.given_name, new.given_name),
    ('familyName', old.family_name, new.family_name),
    ('birthDate', old.birth_date::text, new.birth_date::text),
    ('personalIdentityCode', CASE WHEN old.identity_index IS NOT NULL THEN '***' END,
      CASE WHEN new.identity_index IS NOT NULL THEN '***' END),
    ('language', old.language, new.language),
    ('email', old.email, new.email),
    ('phone', old.phone, new.phone),
    ('endDate', old.end_date::text, new.end_date::text),
    ('endReason', old.end_reason, new.end_reason)) AS field (name, old_value, new_value)
  WHERE new.federation_id = :federation_id AND new.person_id = :person_id::uuid
    AND (coalesce (field.old_value, '') <> coalesce (field.new_value, '')
         OR (field.name = 'personalIdentityCode' AND old.identity_index IS DISTINCT FROM new.identity_index))
),
dated AS (
  SELECT address_id AS id, 'address' AS field, nullif (concat_ws (', ', nullif (street, ''),
      nullif (concat_ws (' ', nullif (postal_code, ''), nullif (town, '')), ''), country), '') AS value, '' AS same,
    valid, recorded_at, recorded_by, run_id, superseded_at, superseded_run_id
  FROM address WHERE federation_id = :federation_id AND person_id = :person_id::uuid
  UNION ALL
  SELECT fact_id, (ARRAY['subscription', 'admission', 'position', 'tag'])[fact.kind - 6],
    concat_ws (', ', nullif (fact.value, ''), organ.name), fact.kind || fact.value || coalesce (fact.organ_id::text, ''),
    fact.valid, recorded_at, recorded_by, run_id, superseded_at, superseded_run_id
  FROM person_fact AS fact
  LEFT JOIN organ_ref AS organ ON organ.federation_id = fact.federation_id AND organ.organ_id = fact.organ_id
  WHERE fact.federation_id = :federation_id AND person_id = :person_id::uuid
  UNION ALL
  SELECT relation_id, (ARRAY['ward', 'family'])[relation.kind],
    coalesce (other.family_name || ', ' || other.given_name, relation.other_id::text), relation.other_id::text,
    valid, recorded_at, recorded_by, run_id, superseded_at, superseded_run_id
  FROM relation
  LEFT JOIN person AS other ON other.federation_id = relation.federation_id AND other.person_id = relation.other_id
  WHERE relation.federation_id = :federation_id AND relation.person_id = :person_id::uuid
),
entries AS (
  SELECT recorded_at, recorded_by, run_id, field, old_value, new_value, valid, tie FROM changes
  UNION ALL
  SELECT new.recorded_at, new.recorded_by, new.run_id, new.field, old.value, new.value, new.valid, new.id::text
  FROM dated AS new
  LEFT JOIN LATERAL (
    SELECT value FROM dated AS old
    WHERE old.superseded_at = new.recorded_at AND old.field = new.field AND old.valid && new.valid
    ORDER BY old.same = new.same DESC, old.valid DESC LIMIT 1) AS old ON true
  UNION ALL
  SELECT old.superseded_at, coalesce (
      (SELECT recorded_by FROM changes WHERE recorded_at = old.superseded_at LIMIT 1),
      (SELECT recorded_by FROM dated WHERE recorded_at = old.superseded_at LIMIT 1), ''),
    old.superseded_run_id, old.field, old.value, '', old.valid, old.id::text || '-'
  FROM dated AS old
  WHERE old.superseded_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM dated AS new
    WHERE new.recorded_at = old.superseded_at AND new.field = old.field AND new.valid && old.valid)
)
SELECT recorded_at AS record_time, recorded_by AS actor, run_id, field, coalesce (old_value, '') AS old_value,
  coalesce (new_value, '') AS new_value, lower (valid) AS valid_from, upper (valid) AS valid_to, tie,
  recorded_at::text AS time_text
FROM entries
WHERE (recorded_at, tie) < (:after_time::timestamptz, :after_tie::text)
ORDER BY recorded_at DESC, tie DESC
LIMIT :limit;
