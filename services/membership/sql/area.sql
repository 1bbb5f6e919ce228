-- Area changes.

-- name: area_resolve
-- The postal codes that rows name: n counts rows from 1. As the gazetteer has them on :on.
WITH known AS (
  SELECT place.country, place.postal_code, coalesce (change.town, place.town) AS town,
    coalesce (change.municipality, place.municipality) AS municipality,
    coalesce (change.province, place.province) AS province
  FROM place
  LEFT JOIN LATERAL (
    SELECT town, municipality, province FROM place_change
    WHERE place_change.federation_id = :federation_id AND place_change.country = place.country
      AND place_change.postal_code = place.postal_code AND place_change.valid_from <= :on
    ORDER BY valid_from DESC LIMIT 1) AS change ON true
  WHERE place.federation_id = :federation_id
)
SELECT row.n, known.country, known.postal_code, known.town AS old_town, known.municipality AS old_municipality,
  known.province AS old_province
FROM unnest (:countries::text[], :postal_codes::text[], :municipalities::text[]) WITH ORDINALITY
  AS row (country, postal_code, municipality, n)
JOIN known ON known.country = row.country
  AND CASE WHEN row.postal_code <> '' THEN known.postal_code = row.postal_code
    ELSE known.municipality = row.municipality END
ORDER BY row.n, known.postal_code;

-- name: area_count
-- How many persons have an address there on or after the day. n counts places from 1.
SELECT row.n, count (DISTINCT address.person_id) AS persons
FROM unnest (:countries::text[], :postal_codes::text[]) WITH ORDINALITY AS row (country, postal_code, n)
JOIN address ON address.federation_id = :federation_id AND address.country = row.country
  AND address.postal_code = row.postal_code AND address.superseded_at IS NULL
  AND (upper_inf (address.valid) OR upper (address.valid) > :on)
GROUP BY row.n;

-- name: area_insert
INSERT INTO area_change (federation_id, area_change_id, title, reason, valid_from, place_count, person_count,
  recorded_at, recorded_by)
VALUES (:federation_id, :area_change_id, :title, :reason, :on, :place_count, :person_count, :now, :actor);

-- name: area_place_insert
INSERT INTO area_place (federation_id, area_change_id, country, postal_code, old_town, old_municipality, old_province,
  town, municipality, province, person_count)
SELECT :federation_id, :area_change_id, row.*
FROM unnest (:countries::text[], :postal_codes::text[], :old_towns::text[], :old_municipalities::text[],
  :old_provinces::text[], :towns::text[], :municipalities::text[], :provinces::text[], :persons::bigint[]) AS row;

-- name: area_get
SELECT area_change_id, title, reason, valid_from AS on, state, place_count, person_count, apply_run_id, undo_run_id,
  recorded_by AS author, recorded_at AS create_time, '"' || version || '"' AS etag, state NOT IN (2, 4) AS done
FROM area_change WHERE federation_id = :federation_id AND area_change_id = :area_change_id;

-- name: area_lock
SELECT area_change_id FROM area_change
WHERE federation_id = :federation_id AND area_change_id = :area_change_id FOR UPDATE;

-- name: area_list
SELECT area_change_id, title, reason, valid_from AS on, state, place_count, person_count, apply_run_id, undo_run_id,
  recorded_by AS author, recorded_at AS create_time, '"' || version || '"' AS etag, state NOT IN (2, 4) AS done
FROM area_change
WHERE federation_id = :federation_id AND (:after?::uuid IS NULL OR area_change_id < :after?::uuid)
ORDER BY area_change_id DESC LIMIT :limit;

-- name: area_places
SELECT country, postal_code, old_town, old_municipality, old_province, town, municipality, province, person_count
FROM area_place
WHERE federation_id = :federation_id AND area_change_id = :area_change_id
  AND (country, postal_code) > (:after_country::text, :after_postal_code::text)
ORDER BY country, postal_code LIMIT :limit;

-- name: area_state
UPDATE area_change SET state = :state, version = version + 1,
  apply_run_id = coalesce (:apply_run_id?::uuid, apply_run_id), undo_run_id = coalesce (:undo_run_id?::uuid, undo_run_id)
WHERE federation_id = :federation_id AND area_change_id = :area_change_id;

-- name: area_gazetteer_put
INSERT INTO place_change (federation_id, country, postal_code, valid_from, old_town, town, municipality, province,
  area_change_id)
SELECT place.federation_id, place.country, place.postal_code, area.valid_from, place.old_town, place.town,
  place.municipality, place.province, place.area_change_id
FROM area_place AS place
JOIN area_change AS area ON area.federation_id = place.federation_id AND area.area_change_id = place.area_change_id
WHERE place.federation_id = :federation_id AND place.area_change_id = :area_change_id;

-- name: area_gazetteer_take
DELETE FROM place_change WHERE federation_id = :federation_id AND area_change_id = :area_change_id;

-- name: area_changes
-- What the gazetteer says of some postal codes from days on, in the order of days.
SELECT change.country, change.postal_code, change.valid_from, change.old_town, change.town, change.municipality,
  change.province
FROM place_change AS change
WHERE change.federation_id = :federation_id AND change.postal_code = ANY (:postal_codes::text[])
ORDER BY change.valid_from;

-- name: area_persons
-- The next persons with an address there on or after the day.
SELECT DISTINCT address.person_id
FROM area_place AS place
JOIN address ON address.federation_id = :federation_id AND address.postal_code = place.postal_code
  AND address.country = place.country AND address.superseded_at IS NULL
  AND (upper_inf (address.valid) OR upper (address.valid) > :on)
WHERE place.federation_id = :federation_id AND place.area_change_id = :area_change_id
  AND (:after?::uuid IS NULL OR address.person_id > :after?::uuid)
ORDER BY address.person_id LIMIT :limit;

-- name: area_undo_persons
-- The next persons whose address the run changed, and whether something else has changed it since.
SELECT address.person_id, bool_or (address.superseded_at IS NOT NULL
  AND address.superseded_run_id IS DISTINCT FROM :run_id::uuid
  AND address.superseded_run_id IS DISTINCT FROM :undo_run_id::uuid) AS changed,
  bool_and (address.superseded_at IS NOT NULL AND address.superseded_run_id IS NOT DISTINCT FROM :undo_run_id::uuid)
    AS undone
FROM address
WHERE address.federation_id = :federation_id AND address.run_id = :run_id::uuid
  AND (:after?::uuid IS NULL OR address.person_id > :after?::uuid)
GROUP BY address.person_id
ORDER BY address.person_id LIMIT :limit;

-- name: area_since_persons
-- The next persons with an address there that was recorded since, under the names of the change.
SELECT DISTINCT address.person_id
FROM area_change AS area
JOIN area_place AS place ON place.federation_id = :federation_id AND place.area_change_id = area.area_change_id
JOIN address ON address.federation_id = :federation_id AND address.postal_code = place.postal_code
  AND address.country = place.country AND address.superseded_at IS NULL
  AND (upper_inf (address.valid) OR upper (address.valid) > area.valid_from)
  AND address.municipality = place.municipality AND address.province = place.province
  AND address.recorded_at >= area.recorded_at
WHERE area.federation_id = :federation_id AND area.area_change_id = :area_change_id
  AND (:after?::uuid IS NULL OR address.person_id > :after?::uuid)
ORDER BY address.person_id LIMIT :limit;

-- name: area_places_named
-- What an area change says of some postal codes.
SELECT place.country, place.postal_code, place.old_town, place.old_municipality, place.old_province, place.town,
  place.municipality, place.province, area.valid_from, area.recorded_at::text AS recorded_at
FROM area_place AS place
JOIN area_change AS area ON area.federation_id = :federation_id AND area.area_change_id = place.area_change_id
WHERE place.federation_id = :federation_id AND place.area_change_id = :area_change_id
  AND place.postal_code = ANY (:postal_codes::text[]);
