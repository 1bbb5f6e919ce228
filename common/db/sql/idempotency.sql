-- Idempotency: the row is written in the same transaction as the effect.

-- name: idempotency_claim
-- A concurrent duplicate waits here until the first commits or rolls back.
INSERT INTO idempotency (federation_id, principal, key, method, request_hash)
VALUES (:federation_id, :principal, :key, :method, :request_hash)
ON CONFLICT DO NOTHING
RETURNING true AS claimed;

-- name: idempotency_get
SELECT method, request_hash, response FROM idempotency
WHERE federation_id = :federation_id AND principal = :principal AND key = :key;

-- name: idempotency_store
UPDATE idempotency SET response = :response
WHERE federation_id = :federation_id AND principal = :principal AND key = :key;

-- name: idempotency_expire
DELETE FROM idempotency
WHERE ctid = ANY (ARRAY (SELECT ctid FROM idempotency WHERE create_time < now () - interval '24 hours' LIMIT 10000));
