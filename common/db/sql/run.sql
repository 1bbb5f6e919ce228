-- Runs: the ledger of scheduled, batch and long work.

-- name: run_insert
INSERT INTO run (federation_id, run_id, type, subject, target, actor, plan_hash, cursor)
VALUES (:federation_id, :run_id, :type, :subject, :target, :actor, :plan_hash, :cursor);

-- name: run_get
SELECT * FROM run_view WHERE federation_id = :federation_id AND run_id = :run_id;

-- name: run_list
SELECT * FROM run_view
WHERE federation_id = :federation_id
  AND (:type? ::text IS NULL OR type = :type?)
  AND (:subject? ::text IS NULL OR subject = :subject?)
  AND (:before? ::uuid IS NULL OR run_id < :before? ::uuid)
ORDER BY run_id DESC
LIMIT :limit;

-- name: run_outcomes
SELECT position, part, subject, result, field, reason, description FROM run_outcome
WHERE federation_id = :federation_id AND run_id = :run_id
  AND (position, part) > (:after_position::bigint, :after_part::integer)
  AND (:result? ::text IS NULL OR result = :result?)
ORDER BY position, part
LIMIT :limit;

-- name: run_take
-- One replica takes a run whose lease has ended; others pass over it.
UPDATE run SET state = 2, lease_owner = :worker, lease_until = now () + interval '30 seconds',
  start_time = coalesce (start_time, now ()), step = step + 1
WHERE (federation_id, run_id) = (
  SELECT federation_id, run_id FROM run
  WHERE state IN (1, 2) AND lease_until < now () AND type = ANY (:types::text[])
  ORDER BY lease_until, run_id
  FOR UPDATE SKIP LOCKED
  LIMIT 1)
RETURNING federation_id, run_id;

-- name: run_lock
-- The state of the run at the beginning of a step; no row when another replica has taken it or it has ended.
SELECT cursor, cancel_requested, actor, attempts FROM run
WHERE federation_id = :federation_id AND run_id = :run_id AND lease_owner = :worker AND state = 2
FOR UPDATE;

-- name: run_advance
UPDATE run SET cursor = :cursor, total = greatest (total, :total), processed = processed + :processed,
  succeeded = succeeded + :succeeded, skipped = skipped + :skipped, failed = failed + :failed,
  lease_until = now () + interval '30 seconds', step = step + 1, attempts = 0
WHERE federation_id = :federation_id AND run_id = :run_id;

-- name: run_end
UPDATE run SET state = :state, error = :error, error_reason = :error_reason, end_time = now (), lease_owner = NULL,
  step = step + 1
WHERE federation_id = :federation_id AND run_id = :run_id;

-- name: run_postpone
UPDATE run SET lease_until = now () + interval '2 seconds' * least (attempts + 1, 15), lease_owner = NULL,
  attempts = attempts + 1, step = step + 1
WHERE federation_id = :federation_id AND run_id = :run_id AND lease_owner = :worker;

-- name: run_cancel
UPDATE run SET cancel_requested = true, step = step + 1
WHERE federation_id = :federation_id AND run_id = :run_id AND state IN (1, 2);

-- name: run_outcome_insert
INSERT INTO run_outcome (federation_id, run_id, position, part, subject, result, field, reason, description)
-- Several steps may have something to say about one subject.
SELECT :federation_id, :run_id, row.position, row.part + coalesce ((
    SELECT max (before.part) + 1 FROM run_outcome AS before
    WHERE before.federation_id = :federation_id AND before.run_id = :run_id AND before.position = row.position), 0), row.subject, row.result, row.field, row.reason, row.description
FROM unnest (:positions::bigint[], :parts::integer[], :subjects::text[], :results::text[], :fields::text[], :reasons::text[],
  :descriptions::text[]) AS row (position, part, subject, result, field, reason, description);

-- name: schedule_claim
-- One row a day whoever asks first.
INSERT INTO schedule_day (federation_id, name, day) VALUES (:federation_id, :name, :day) ON CONFLICT DO NOTHING
RETURNING true AS claimed;

-- name: statistics_gather
SELECT analyze_forgotten ();
