-- Organisations and organs.

-- name: organisation_insert
INSERT INTO organisation (federation_id, organisation_id, code, policy, recorded_at, recorded_by)
VALUES (:federation_id, :organisation_id, :code, :policy, :recorded_at, :recorded_by);

-- name: organisation_list
SELECT organisation.organisation_id, organisation.code, organisation.policy, card.name, card.valid_from, card.valid_to,
  card.member_count,
  (WITH RECURSIVE tree AS (
    SELECT organisation.organisation_id AS organ_id
    UNION
    SELECT edge.organ_id FROM tree
    JOIN organ_edge AS edge ON edge.federation_id = :federation_id AND edge.parent_id = tree.organ_id
      AND edge.superseded_at IS NULL AND edge.valid @> :on::date
    JOIN organ_life AS life ON life.federation_id = :federation_id AND life.organ_id = edge.organ_id
      AND life.superseded_at IS NULL AND life.valid @> :on::date)
  SELECT count (*) FROM tree) AS organ_count
FROM organisation
CROSS JOIN LATERAL organ_card (:federation_id, organisation.organisation_id, :on) AS card
WHERE organisation.federation_id = :federation_id
  AND (:organisation_id?::uuid IS NULL OR organisation.organisation_id = :organisation_id?::uuid)
  AND (:code?::text IS NULL OR organisation.code = :code?::text)
ORDER BY card.name, organisation.organisation_id;

-- name: organ_get
SELECT * FROM organ_card (:federation_id, :organ_id, :on);

-- name: organ_codes
-- Organs of an organisation by their codes.
SELECT organ_id, code FROM organ
WHERE federation_id = :federation_id AND organisation_id = :organisation_id AND code = ANY (:codes::text[]);

-- name: organ_lock
SELECT organ_id, organisation_id, code, name, kind, '"' || version || '"' AS etag FROM organ
WHERE federation_id = :federation_id AND organ_id = :organ_id
FOR UPDATE;

-- name: organ_update
UPDATE organ SET code = :code, name = :name, kind = :kind, search_text = :search_text, sort_key = :sort_key,
  version = version + 1
WHERE federation_id = :federation_id AND organ_id = :organ_id;

-- name: organ_list
-- A page of organs that live on the day: all, of an organisation, or those below a parent.
SELECT card.*
FROM (
  SELECT organ.organ_id, organ.sort_key
  FROM organ
  WHERE organ.federation_id = :federation_id
    AND (:organisation_id?::uuid IS NULL OR organ.organisation_id = :organisation_id?::uuid)
    AND (:pattern?::text IS NULL OR organ.search_text LIKE :pattern?::text)
    AND (organ.sort_key, organ.organ_id) > (
      coalesce ((SELECT sort_key FROM organ WHERE federation_id = :federation_id AND organ_id = :after?::uuid), ''),
      coalesce (:after?::uuid, '00000000-0000-0000-0000-000000000000'))
    AND EXISTS (SELECT FROM organ_life AS life WHERE life.federation_id = :federation_id
      AND life.organ_id = organ.organ_id AND life.superseded_at IS NULL AND life.valid @> :on::date)
  ORDER BY organ.sort_key, organ.organ_id
  LIMIT :limit) AS page
CROSS JOIN LATERAL organ_card (:federation_id, page.organ_id, :on) AS card
ORDER BY page.sort_key, page.organ_id;

-- name: organ_children
SELECT card.*
FROM (
  SELECT organ.organ_id, organ.sort_key
  FROM organ_edge AS edge
  JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = edge.organ_id
  WHERE edge.federation_id = :federation_id AND edge.parent_id = :parent_id AND edge.superseded_at IS NULL
    AND edge.valid @> :on::date
    AND (:organisation_id?::uuid IS NULL OR organ.organisation_id = :organisation_id?::uuid)
    AND (:pattern?::text IS NULL OR organ.search_text LIKE :pattern?::text)
    AND (organ.sort_key, organ.organ_id) > (
      coalesce ((SELECT sort_key FROM organ WHERE federation_id = :federation_id AND organ_id = :after?::uuid), ''),
      coalesce (:after?::uuid, '00000000-0000-0000-0000-000000000000'))
    AND EXISTS (SELECT FROM organ_life AS life WHERE life.federation_id = :federation_id
      AND life.organ_id = organ.organ_id AND life.superseded_at IS NULL AND life.valid @> :on::date)
  ORDER BY organ.sort_key, organ.organ_id
  LIMIT :limit) AS page
CROSS JOIN LATERAL organ_card (:federation_id, page.organ_id, :on) AS card
ORDER BY page.sort_key, page.organ_id;
