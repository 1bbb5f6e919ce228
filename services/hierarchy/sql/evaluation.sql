-- Runs that derive everyone anew, and the counts.

-- name: evaluation_count
SELECT count (*) AS persons FROM person WHERE federation_id = :federation_id;

-- name: evaluation_persons
SELECT person_id, sort_key, withdrawn FROM person
WHERE federation_id = :federation_id
  AND person_id > coalesce (:after?::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY person_id
LIMIT :limit;

-- name: evaluation_lock
SELECT person_id, sort_key, withdrawn FROM person
WHERE federation_id = :federation_id
  AND person_id > coalesce (:after?::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY person_id
LIMIT :limit
FOR UPDATE;

-- name: evaluation_waiting
-- The lock keeps a replica from taking it before this transaction has committed.
SELECT run_id FROM run WHERE federation_id = :federation_id AND type = :type AND state = 1
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: evaluation_run
SELECT * FROM run_view WHERE federation_id = :federation_id AND run_id = :run_id;

-- name: count_lock
SELECT pg_advisory_xact_lock (hashtextextended (:federation_id::text, 1));

-- name: count_clear
DELETE FROM organ_count WHERE federation_id = :federation_id;

-- name: count_all
INSERT INTO organ_count (federation_id, organ_id, slot, members)
SELECT :federation_id, organ_id, :slot, count (DISTINCT person_id) FROM membership
WHERE federation_id = :federation_id AND superseded_at IS NULL AND valid_from <= :today::date AND valid_to > :today::date
GROUP BY organ_id;

-- name: count_day
UPDATE model SET counted_on = :today WHERE federation_id = :federation_id;

-- name: evaluation_barrier
-- Waits for every derivation that may have begun with an older model; those that begin later take the new one.
SELECT pg_advisory_lock (hashtextextended (:federation_id::text, 1)),
  pg_advisory_unlock (hashtextextended (:federation_id::text, 1));
