-- Erasing persons: the one change that reaches into what was known.

-- name: erase_related
-- Guardians and wards, whose lists change.
SELECT DISTINCT CASE WHEN person_id = :person_id THEN other_id ELSE person_id END AS person_id FROM relation
WHERE federation_id = :federation_id AND kind = 1 AND superseded_at IS NULL
  AND (person_id = :person_id OR other_id = :person_id);

-- name: erase_person
-- Rows of imports keep their place, which is counted without gaps, and say that nothing is to be done (3).
WITH versions AS (DELETE FROM person_version WHERE federation_id = :federation_id AND person_id = :person_id),
  addresses AS (DELETE FROM address WHERE federation_id = :federation_id AND person_id = :person_id),
  facts AS (DELETE FROM person_fact WHERE federation_id = :federation_id AND person_id = :person_id),
  relations AS (DELETE FROM relation
    WHERE federation_id = :federation_id AND (person_id = :person_id OR (kind = 1 AND other_id = :person_id))),
  imported AS (UPDATE import_row SET action = 3, key = NULL, given_name = NULL, family_name = NULL, birth_date = NULL,
      identity_cipher = NULL, identity_index = NULL, language = NULL, email = NULL, phone = NULL, street = NULL,
      postal_code = NULL, town = NULL, country = NULL, family = NULL, guardian_keys = NULL, subscription = NULL,
      subscription_from = NULL, organ_code = NULL, admitted_from = NULL, member_type = NULL, position_held = NULL,
      position_from = NULL
    WHERE federation_id = :federation_id AND person_id = :person_id),
  noted AS (INSERT INTO erasure (federation_id, person_id, reason, recorded_at, recorded_by)
    VALUES (:federation_id, :person_id, :reason, :record_time, :actor))
DELETE FROM person WHERE federation_id = :federation_id AND person_id = :person_id;

-- name: erase_events
-- What was published of the person says no more than that. The rows stay: their numbers have no gaps.
UPDATE event_log SET payload = :payload
WHERE federation_id = :federation_id AND aggregate_id = :person_id::text AND record_time < :before::timestamptz;

-- name: erase_list
SELECT person_id FROM erasure
WHERE federation_id = :federation_id AND (:after::uuid IS NULL OR person_id > :after::uuid)
ORDER BY person_id
LIMIT :limit;
