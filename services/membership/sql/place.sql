-- The gazetteer.

-- name: place_put
-- Returns a row for each place that was new or changed.
INSERT INTO place (federation_id, country, postal_code, town, municipality, province)
SELECT :federation_id, row.country, row.postal_code, row.town, row.municipality, row.province
FROM unnest (:countries::text[], :postal_codes::text[], :towns::text[], :municipalities::text[], :provinces::text[])
  AS row (country, postal_code, town, municipality, province)
ON CONFLICT (federation_id, country, postal_code) DO UPDATE
SET town = excluded.town, municipality = excluded.municipality, province = excluded.province
WHERE (place.town, place.municipality, place.province) IS DISTINCT FROM
  (excluded.town, excluded.municipality, excluded.province)
RETURNING country, postal_code, town, municipality, province;

-- name: place_list
-- As they are today.
SELECT place.country, place.postal_code, coalesce (change.town, place.town) AS town,
  coalesce (change.municipality, place.municipality) AS municipality, coalesce (change.province, place.province) AS province
FROM place
LEFT JOIN LATERAL (
  SELECT town, municipality, province FROM place_change
  WHERE place_change.federation_id = :federation_id AND place_change.country = place.country
    AND place_change.postal_code = place.postal_code AND place_change.valid_from <= :today
  ORDER BY valid_from DESC LIMIT 1) AS change ON true
WHERE place.federation_id = :federation_id AND starts_with (place.postal_code, :postal_code)
  AND (place.country, place.postal_code) > (:after_country::text, :after_postal_code::text)
ORDER BY place.country, place.postal_code LIMIT :limit;

-- name: place_find
SELECT town, municipality, province FROM place
WHERE federation_id = :federation_id AND country = :country AND postal_code = :postal_code;
