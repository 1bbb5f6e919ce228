-- What the hierarchy service told of its organs.

-- name: organ_put
INSERT INTO organ_ref (federation_id, organ_id, organisation_id, code, name, kind, valid_from, valid_to)
VALUES (:federation_id, :organ_id, :organisation_id, :code, :name, :kind, :valid_from?, :valid_to?)
ON CONFLICT (federation_id, organ_id) DO UPDATE
SET organisation_id = excluded.organisation_id, code = excluded.code, name = excluded.name, kind = excluded.kind,
  valid_from = excluded.valid_from, valid_to = excluded.valid_to;
