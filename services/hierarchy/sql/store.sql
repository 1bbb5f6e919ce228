-- Everyone's facts in memory: what has changed since they were read.

-- name: store_touch
INSERT INTO person_touched (federation_id, person_ids) VALUES (:federation_id, :person_ids::uuid[]);

-- name: store_snapshot
-- The oldest transaction that runs now: whatever is not visible here is of it or of a later one.
SELECT pg_snapshot_xmin (pg_current_snapshot ())::text AS oldest,
  (SELECT version FROM model WHERE federation_id = :federation_id) AS version;

-- name: store_marks
-- Whoever has been written to since; a row without a person means everyone.
SELECT DISTINCT person.id AS person_id
FROM person_touched
LEFT JOIN LATERAL unnest (person_ids) AS person (id) ON true
WHERE touched >= :oldest::text::xid8 AND (federation_id = :federation_id OR federation_id IS NULL);

-- name: store_prune
-- No store goes longer without looking.
DELETE FROM person_touched WHERE touched_at < now () - interval '1 day';
