-- The event log: appending as the last statements before COMMIT, listing, cursors.

-- name: event_append
-- The counter row is locked until COMMIT, so numbers have no gaps and appear in order.
WITH head AS (
  UPDATE event_head SET last_seq = last_seq + cardinality (:types::text[])
  WHERE log_id = :log_id::smallint
  RETURNING last_seq - cardinality (:types::text[]) AS base, last_seq
), appended AS (
  INSERT INTO event_log (log_id, seq, event_id, federation_id, type, aggregate_id, payload, traceparent, record_time)
  SELECT :log_id::smallint, head.base + row.n, row.event_id, row.federation_id, row.type, row.aggregate_id, row.payload,
         :traceparent::text, :record_time::timestamptz
  FROM head, unnest (:event_ids::uuid[], :federation_ids::uuid[], :types::text[], :aggregate_ids::text[], :payloads::bytea[])
    WITH ORDINALITY AS row (event_id, federation_id, type, aggregate_id, payload, n)
)
SELECT last_seq FROM head;

-- name: event_append_one
-- The same for one event, the common case, without the detour over arrays.
WITH head AS (
  UPDATE event_head SET last_seq = last_seq + 1 WHERE log_id = :log_id::smallint RETURNING last_seq
)
INSERT INTO event_log (log_id, seq, event_id, federation_id, type, aggregate_id, payload, traceparent, record_time)
SELECT :log_id::smallint, head.last_seq, :event_id::uuid, :federation_id::uuid, :type::text, :aggregate_id::text,
       :payload::bytea, :traceparent::text, :record_time::timestamptz
FROM head
RETURNING seq AS last_seq;

-- name: event_list
SELECT log_id, seq, event_id, type, aggregate_id, record_time, payload, traceparent, federation_id
FROM event_log
WHERE log_id = :log_id AND seq > :after_seq
ORDER BY seq
LIMIT :max_events;

-- name: event_head
SELECT head.last_seq, coalesce ((SELECT min (seq) FROM event_log WHERE log_id = :log_id::smallint), head.last_seq + 1) AS first_seq
FROM event_head AS head
WHERE head.log_id = :log_id::smallint;

-- name: event_heads
SELECT log_id, last_seq FROM event_head ORDER BY log_id;

-- name: event_expire
-- Removes events older than the retention, oldest first, in small steps.
DELETE FROM event_log
WHERE (log_id, seq) IN (SELECT log_id, seq FROM event_log WHERE record_time < :before::timestamptz LIMIT 10000);

-- name: cursor_list
SELECT log_id, seq FROM event_cursor WHERE source = :source ORDER BY log_id;

-- name: cursor_create
INSERT INTO event_cursor (source, log_id, seq) VALUES (:source, :log_id, 0) ON CONFLICT DO NOTHING;

-- name: cursor_move
-- One row or roll back: inbox, leader election and deduplication at once.
UPDATE event_cursor SET seq = :new_seq, apply_time = now () WHERE source = :source AND log_id = :log_id AND seq = :old_seq
RETURNING seq;

-- name: cursor_status
SELECT source, sum (seq) AS seq, max (apply_time) AS apply_time,
  (SELECT count (*) FROM event_parked AS parked WHERE parked.source = cursor.source) AS parked_events
FROM event_cursor AS cursor
GROUP BY source
ORDER BY source;

-- name: parked_insert
INSERT INTO event_parked (source, log_id, seq, aggregate_id, event, reason)
VALUES (:source, :log_id, :seq, :aggregate_id, :event, :reason)
ON CONFLICT DO NOTHING;

-- name: parked_aggregates
SELECT DISTINCT aggregate_id FROM event_parked WHERE source = :source AND aggregate_id = ANY (:aggregate_ids::text[]);

-- name: cursor_reset
-- Follows from the beginning again; also clears what was parked, which will be tried anew.
WITH parked AS (DELETE FROM event_parked WHERE source = :source)
UPDATE event_cursor SET seq = 0 WHERE source = :source;
