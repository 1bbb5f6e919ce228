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
SELECT country, postal_code, town, municipality, province FROM place
WHERE federation_id = :federation_id AND starts_with (postal_code, :postal_code)
  AND (country, postal_code) > (:after_country::text, :after_postal_code::text)
ORDER BY country, postal_code LIMIT :limit;

-- name: place_find
SELECT town, municipality, province FROM place
WHERE federation_id = :federation_id AND country = :country AND postal_code = :postal_code;
