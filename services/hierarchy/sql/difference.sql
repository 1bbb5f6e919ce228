-- What a change of the model makes of memberships.

-- name: difference_lock
-- Derivations share this lock, so none works with the old model beside the change. And persons are looked up one by
-- one in this transaction, see derive_begin.
SELECT pg_advisory_xact_lock (hashtextextended (:federation_id::text, 1)), set_config ('enable_seqscan', 'off', true);

-- name: difference_persons
-- In the order of the list.
SELECT person.sort_key
FROM unnest (:person_ids::uuid[]) WITH ORDINALITY AS row (person_id, n)
LEFT JOIN person ON person.federation_id = :federation_id AND person.person_id = row.person_id
ORDER BY row.n;

-- name: difference_exceptions
-- Of persons whose exceptions this transaction has written: those that hold now. A person without any is one row.
SELECT person.person_id, exception.organ_id, exception.type_id, exception.valid_from, exception.valid_to
FROM (SELECT DISTINCT unnest (person_ids) AS person_id FROM person_touched
  WHERE touched = pg_current_xact_id_if_assigned () AND federation_id = :federation_id) AS person
LEFT JOIN membership_exception AS exception ON exception.federation_id = :federation_id
  AND exception.person_id = person.person_id AND exception.superseded_at IS NULL
ORDER BY person.person_id;

-- name: difference_some
-- Those of the list that are on record.
SELECT person.person_id, person.withdrawn
FROM unnest (:person_ids::uuid[]) AS row (person_id)
JOIN person ON person.federation_id = :federation_id AND person.person_id = row.person_id
ORDER BY person.person_id;
