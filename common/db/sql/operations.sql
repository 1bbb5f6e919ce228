-- What operators ask: the state of the database, migrations, parked events.

-- name: database_state
SELECT current_setting ('server_version') AS version, clock_timestamp () AS time,
  pg_database_size (current_database ()) AS size_bytes;

-- name: migration_difference
-- Versions that are on one side only: "missing" here, or "unknown" to the program.
SELECT coalesce (known.version, applied.version) AS version, applied.version IS NULL AS missing
FROM unnest (:versions::text[]) AS known (version)
FULL JOIN schema_migrations AS applied ON applied.version = known.version
WHERE known.version IS NULL OR applied.version IS NULL
ORDER BY 1;

-- name: parked_list
SELECT source, log_id, seq, aggregate_id, event, reason, park_time FROM event_parked
WHERE (:source? ::text IS NULL OR source = :source?)
  AND (source, log_id, seq) > (:after_source::text, :after_log_id::integer, :after_seq::bigint)
ORDER BY source, log_id, seq
LIMIT :limit;

-- name: parked_get
SELECT source, log_id, seq, aggregate_id, event, reason, park_time FROM event_parked
WHERE source = :source AND log_id = :log_id AND seq = :seq;

-- name: parked_lane_lock
-- The follower moves the cursor before it looks for parked events: whoever holds this row is alone with the lane.
SELECT seq FROM event_cursor WHERE source = :source AND log_id = :log_id FOR UPDATE;

-- name: parked_of_aggregate
SELECT source, log_id, seq, aggregate_id, event, reason, park_time FROM event_parked
WHERE source = :source AND aggregate_id = :aggregate_id
ORDER BY log_id, seq;

-- name: parked_remove
DELETE FROM event_parked WHERE source = :source AND aggregate_id = :aggregate_id;

-- name: parked_drop
WITH dropped AS (
  DELETE FROM event_parked WHERE source = :source AND log_id = :log_id AND seq = :seq RETURNING source, log_id, seq, aggregate_id
)
INSERT INTO event_dropped (source, log_id, seq, event_id, federation_id, type, aggregate_id, actor, reason)
SELECT source, log_id, seq, :event_id, :federation_id, :type, aggregate_id, :actor, :reason FROM dropped;
