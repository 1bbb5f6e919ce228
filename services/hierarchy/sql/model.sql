-- What the evaluator's model is compiled from: rows believed now, or with :ever all that ever were.

-- name: model_state
SELECT version, recorded_at, counted_on FROM model WHERE federation_id = :federation_id;

-- name: model_lock
-- The lock of model_touch alone: what is compiled under it is as old as the version that is on record.
SELECT version FROM model WHERE federation_id = :federation_id FOR UPDATE;

-- name: model_touch
-- Takes the lock that serialises changes of the model, and makes compiled models old.
UPDATE model SET version = version + 1, recorded_at = greatest (recorded_at, :recorded_at::timestamptz)
WHERE federation_id = :federation_id
RETURNING version;

-- name: model_create
INSERT INTO model (federation_id, recorded_at, counted_on) VALUES (:federation_id, :recorded_at, :counted_on)
ON CONFLICT DO NOTHING;

-- name: model_organisations
SELECT organisation_id, policy FROM organisation WHERE federation_id = :federation_id ORDER BY organisation_id;

-- name: model_organs
SELECT organ_id, organisation_id FROM organ
WHERE federation_id = :federation_id AND organ_id <> organisation_id ORDER BY organ_id;

-- name: model_types
SELECT type_id, organisation_id FROM membership_type WHERE federation_id = :federation_id ORDER BY type_id;

-- name: model_lives
SELECT organ_id, lower (valid) AS valid_from, upper (valid) AS valid_to, recorded_at, superseded_at
FROM organ_life
WHERE federation_id = :federation_id AND (superseded_at IS NULL OR :ever::boolean);

-- name: model_edges
SELECT organ_id, parent_id, lower (valid) AS valid_from, upper (valid) AS valid_to, recorded_at, superseded_at
FROM organ_edge
WHERE federation_id = :federation_id AND (superseded_at IS NULL OR :ever::boolean);

-- name: model_versions
SELECT rule_id, organ_id, type_id, lower (valid) AS valid_from, upper (valid) AS valid_to, nodes, recorded_at,
  superseded_at
FROM rule_version
WHERE federation_id = :federation_id AND (superseded_at IS NULL OR :ever::boolean);
