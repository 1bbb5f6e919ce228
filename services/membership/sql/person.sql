-- Persons as they are today: one row each.
-- Lists go on behind (after_value, after_id) without a condition for the first page, which begins behind the least
-- pair there is: a condition that is sometimes off makes the planner walk the index from its start.

-- name: person_get_many
-- The card's face: who the person is, where they live and their family; position is the place among the ids. `fresh` says
-- whether that holds on the day. The inner SELECT keeps the planner from making a plan for every number of ids.
SELECT wanted.position, person.person_id, person.member_number, person.key, person.given_name, person.family_name,
  person.birth_date, person.identity_cipher, person.language, person.email, person.phone, person.end_date,
  person.end_reason, '"' || person.version || '"' AS etag, person.create_time, person.update_time,
  person.address_id AS "address.address_id",
  CASE WHEN person.address_id IS NOT NULL THEN person.person_id END AS "address.person_id",
  person.address_street AS "address.street", person.address_postal_code AS "address.postal_code",
  person.address_town AS "address.town", person.address_municipality AS "address.municipality",
  person.address_province AS "address.province", person.address_country AS "address.country",
  person.address_from AS "address.valid_from", person.address_to AS "address.valid_to",
  person.address_recorded_at AS "address.record_time", person.family_id,
  person.face_from <= :today::date AND :today::date < person.face_to AS fresh
FROM unnest ((SELECT :person_ids::uuid[])) WITH ORDINALITY AS wanted (person_id, position)
JOIN person ON person.federation_id = :federation_id AND person.person_id = wanted.person_id
WHERE NOT person.withdrawn;

-- name: person_get_many_dated
-- The same, looked up for the day in the tables where it is on record.
SELECT wanted.position, person.person_id, person.member_number, person.key, person.given_name, person.family_name,
  person.birth_date, person.identity_cipher, person.language, person.email, person.phone, person.end_date,
  person.end_reason, '"' || person.version || '"' AS etag, person.create_time, person.update_time,
  address.address_id AS "address.address_id", address.person_id AS "address.person_id",
  address.street AS "address.street", address.postal_code AS "address.postal_code", address.town AS "address.town",
  address.municipality AS "address.municipality", address.province AS "address.province",
  address.country AS "address.country", lower (address.valid) AS "address.valid_from",
  upper (address.valid) AS "address.valid_to", address.recorded_at AS "address.record_time",
  family.other_id AS family_id
FROM unnest ((SELECT :person_ids::uuid[])) WITH ORDINALITY AS wanted (person_id, position)
JOIN person ON person.federation_id = :federation_id AND person.person_id = wanted.person_id
LEFT JOIN LATERAL (
  SELECT * FROM address
  WHERE address.federation_id = person.federation_id AND address.person_id = person.person_id
    AND address.superseded_at IS NULL AND address.valid @> :today::date
  LIMIT 1) AS address ON true
LEFT JOIN LATERAL (
  SELECT relation.other_id FROM relation
  WHERE relation.federation_id = person.federation_id AND relation.person_id = person.person_id AND relation.kind = 2
    AND relation.superseded_at IS NULL AND relation.valid @> :today::date
  LIMIT 1) AS family ON true
WHERE NOT person.withdrawn;

-- name: person_exists
SELECT given_name, family_name FROM person
WHERE federation_id = :federation_id AND person_id = :person_id AND NOT withdrawn;

-- name: person_list_by_name
SELECT person_id, encode (sort_key, 'hex') AS sort_value FROM person
WHERE federation_id = :federation_id AND NOT withdrawn
  AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
  AND (sort_key, person_id) > (decode (:after_value, 'hex'), :after_id::uuid)
ORDER BY sort_key, person_id LIMIT :limit;

-- name: person_list_by_name_descending
SELECT person_id, encode (sort_key, 'hex') AS sort_value FROM person
WHERE federation_id = :federation_id AND NOT withdrawn
  AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
  AND (sort_key, person_id) < (decode (:after_value, 'hex'), :after_id::uuid)
ORDER BY sort_key DESC, person_id DESC LIMIT :limit;

-- name: person_list_by_number
SELECT person_id, member_number AS sort_value FROM person
WHERE federation_id = :federation_id AND NOT withdrawn
  AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
  AND member_number > :after_value::text AND :after_id::uuid IS NOT NULL
ORDER BY member_number LIMIT :limit;

-- name: person_list_by_number_descending
SELECT person_id, member_number AS sort_value FROM person
WHERE federation_id = :federation_id AND NOT withdrawn
  AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
  AND member_number < :after_value::text AND :after_id::uuid IS NOT NULL
ORDER BY member_number DESC LIMIT :limit;

-- name: person_list_by_birth_date
-- The unknown come last.
SELECT person_id, coalesce (birth_date::text, 'infinity') AS sort_value FROM person
WHERE federation_id = :federation_id AND NOT withdrawn
  AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
  AND (coalesce (birth_date, 'infinity'), person_id) > (:after_value::date, :after_id::uuid)
ORDER BY coalesce (birth_date, 'infinity'), person_id LIMIT :limit;

-- name: person_list_by_birth_date_descending
SELECT person_id, coalesce (birth_date::text, 'infinity') AS sort_value FROM person
WHERE federation_id = :federation_id AND NOT withdrawn
  AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
  AND (coalesce (birth_date, 'infinity'), person_id) < (:after_value::date, :after_id::uuid)
ORDER BY coalesce (birth_date, 'infinity') DESC, person_id DESC LIMIT :limit;

-- name: person_list_by_create_time
-- Ids are made in the order of time.
SELECT person_id, '' AS sort_value FROM person
WHERE federation_id = :federation_id AND NOT withdrawn
  AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
  AND person_id > :after_id::uuid AND :after_value::text IS NOT NULL
ORDER BY person_id LIMIT :limit;

-- name: person_list_by_create_time_descending
SELECT person_id, '' AS sort_value FROM person
WHERE federation_id = :federation_id AND NOT withdrawn
  AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
  AND person_id < :after_id::uuid AND :after_value::text IS NOT NULL
ORDER BY person_id DESC LIMIT :limit;

-- name: person_filter
-- With filters the persons found are few, so they are sorted by whatever is asked for.
SELECT person_id, encode (sort_value, 'hex') AS sort_value
FROM (
  SELECT person_id, CASE :order::text
    WHEN 'name' THEN sort_key
    WHEN 'memberNumber' THEN convert_to (member_number, 'UTF8')
    WHEN 'birthDate' THEN convert_to (coalesce (birth_date::text, 'unknown'), 'UTF8')
    ELSE '' END AS sort_value
  FROM person
  WHERE federation_id = :federation_id AND NOT withdrawn
    AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
    AND search_text LIKE :pattern::text AND search_text LIKE ALL (:patterns::text[])
    AND ((:postal_code? ::text IS NULL AND :municipality? ::text IS NULL) OR person_id IN (
      SELECT address.person_id FROM address
      WHERE address.federation_id = :federation_id AND address.superseded_at IS NULL AND address.valid @> :today::date
        AND (:postal_code? ::text IS NULL OR address.postal_code = :postal_code?)
        AND (:municipality? ::text IS NULL OR address.municipality = :municipality?)))
) AS found
WHERE (sort_value, person_id) > (decode (:after_value, 'hex'), :after_id::uuid)
ORDER BY found.sort_value, person_id LIMIT :limit;

-- name: person_filter_descending
SELECT person_id, encode (sort_value, 'hex') AS sort_value
FROM (
  SELECT person_id, CASE :order::text
    WHEN 'name' THEN sort_key
    WHEN 'memberNumber' THEN convert_to (member_number, 'UTF8')
    WHEN 'birthDate' THEN convert_to (coalesce (birth_date::text, 'unknown'), 'UTF8')
    ELSE '' END AS sort_value
  FROM person
  WHERE federation_id = :federation_id AND NOT withdrawn
    AND (:include_ended::boolean OR end_date IS NULL OR end_date > :today::date)
    AND search_text LIKE :pattern::text AND search_text LIKE ALL (:patterns::text[])
    AND ((:postal_code? ::text IS NULL AND :municipality? ::text IS NULL) OR person_id IN (
      SELECT address.person_id FROM address
      WHERE address.federation_id = :federation_id AND address.superseded_at IS NULL AND address.valid @> :today::date
        AND (:postal_code? ::text IS NULL OR address.postal_code = :postal_code?)
        AND (:municipality? ::text IS NULL OR address.municipality = :municipality?)))
) AS found
WHERE (sort_value, person_id) < (decode (:after_value, 'hex'), :after_id::uuid)
ORDER BY found.sort_value DESC, person_id DESC LIMIT :limit;

-- name: person_search_prefix
-- Those whose family name begins with the query, then those whose given name does: two short walks along an index.
(SELECT person_id FROM person
 WHERE federation_id = :federation_id AND NOT withdrawn AND search_name ~>=~ :prefix::text
   AND search_name ~<~ (:prefix || chr (1114111))
 ORDER BY search_name USING ~<~, person_id LIMIT :limit)
UNION ALL
(SELECT person_id FROM person
 WHERE federation_id = :federation_id AND NOT withdrawn AND search_given ~>=~ :prefix::text
   AND search_given ~<~ (:prefix || chr (1114111))
 ORDER BY search_given USING ~<~, person_id LIMIT :limit);

-- name: person_search_first
-- What is common is found among the first in the order of names, without looking further.
SELECT person_id FROM (
  SELECT person_id, sort_key, search_text FROM person
  WHERE federation_id = :federation_id AND NOT withdrawn
  ORDER BY sort_key, person_id LIMIT :walk::bigint) AS first
WHERE search_text LIKE ALL (:patterns::text[])
ORDER BY sort_key, person_id LIMIT :limit;

-- name: person_search_beyond
-- Whether there are more persons than such a walk looks at.
SELECT true AS beyond FROM person
WHERE federation_id = :federation_id AND NOT withdrawn
ORDER BY sort_key, person_id LIMIT 1 OFFSET :walk::bigint;

-- name: person_search_rare
-- What is not common is found by its trigrams. The bound keeps a fragment of a frequent name within its time; `found` tells
-- whether it was met.
SELECT person_id, count (*) OVER () AS found FROM (
  SELECT person_id, sort_key FROM person
  WHERE federation_id = :federation_id AND NOT withdrawn AND search_text LIKE :pattern::text
    AND search_text LIKE ALL (:patterns::text[])
  LIMIT :bound::bigint) AS found
ORDER BY sort_key, person_id LIMIT :limit;

-- name: person_search_rare_pair
-- The same by the trigrams of two words: the index knows no LIKE ALL, and one of them may be in every address.
SELECT person_id, count (*) OVER () AS found FROM (
  SELECT person_id, sort_key FROM person
  WHERE federation_id = :federation_id AND NOT withdrawn AND search_text LIKE :pattern::text
    AND search_text LIKE :pattern2::text AND search_text LIKE ALL (:patterns::text[])
  LIMIT :bound::bigint) AS found
ORDER BY sort_key, person_id LIMIT :limit;

-- name: person_lock
-- The person's row lock orders everything that is recorded about a person. In the order of ids, so that two batches
-- do not wait for each other. Ids are joined, here and below, not compared with ANY: that the planner can cost without
-- statistics.
SELECT person.person_id, member_number, version, create_time, update_time, withdrawn
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN person ON person.federation_id = :federation_id AND person.person_id = wanted.person_id
ORDER BY person.person_id FOR NO KEY UPDATE OF person;

-- name: person_peek
-- The same without a lock, for those who only look.
SELECT person.person_id, member_number, version, create_time, update_time, withdrawn
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN person ON person.federation_id = :federation_id AND person.person_id = wanted.person_id
ORDER BY person.person_id;

-- name: person_next_numbers
SELECT nextval ('member_number') AS number FROM generate_series (1, :count::integer);

-- name: person_insert
INSERT INTO person (federation_id, person_id, member_number, key, given_name, family_name, birth_date, identity_cipher,
  identity_index, language, email, phone, end_date, end_reason, version, create_time, update_time, refresh_on, withdrawn,
  search_name, search_given, search_text, sort_key,
  address_id, address_street, address_postal_code, address_town, address_municipality, address_province,
  address_country, address_from, address_to, address_recorded_at, family_id, face_from, face_to)
SELECT :federation_id, person_id, member_number, nullif (key, ''), given_name, family_name, nullif (birth_date, '')::date,
  nullif (identity_cipher, '')::bytea, nullif (identity_index, '')::bytea, language, email, phone,
  nullif (end_date, '')::date, end_reason, 1, :record_time, :record_time, nullif (refresh_on, '')::date, withdrawn,
  search_name, search_given, search_text, sort_key,
  nullif (address_id, '')::uuid, nullif (address_street, ''), nullif (address_postal_code, ''),
  nullif (address_town, ''), nullif (address_municipality, ''), nullif (address_province, ''),
  nullif (address_country, ''), nullif (address_from, '')::date, nullif (address_to, '')::date,
  CASE WHEN address_id <> '' THEN coalesce (nullif (address_recorded_at, '')::timestamptz, :record_time) END,
  nullif (family_id, '')::uuid, face_from::date, face_to::date
FROM unnest (:person_id::uuid[], :member_number::text[], :key::text[], :given_name::text[], :family_name::text[],
  :birth_date::text[], :identity_cipher::text[], :identity_index::text[], :language::text[], :email::text[],
  :phone::text[], :end_date::text[], :end_reason::text[], :refresh_on::text[], :withdrawn::boolean[],
  :search_name::text[], :search_given::text[], :search_text::text[], :sort_key::bytea[],
  :address_id::text[], :address_street::text[], :address_postal_code::text[], :address_town::text[],
  :address_municipality::text[], :address_province::text[], :address_country::text[], :address_from::text[],
  :address_to::text[], :address_recorded_at::text[], :family_id::text[], :face_from::text[], :face_to::text[])
  AS row (person_id, member_number, key, given_name, family_name, birth_date, identity_cipher, identity_index, language,
    email, phone, end_date, end_reason, refresh_on, withdrawn, search_name, search_given, search_text, sort_key,
    address_id, address_street, address_postal_code, address_town, address_municipality, address_province,
    address_country, address_from, address_to, address_recorded_at, family_id, face_from, face_to);

-- name: person_update
UPDATE person SET key = nullif (row.key, ''), given_name = row.given_name, family_name = row.family_name,
  birth_date = nullif (row.birth_date, '')::date, identity_cipher = nullif (row.identity_cipher, '')::bytea,
  identity_index = nullif (row.identity_index, '')::bytea, language = row.language, email = row.email, phone = row.phone,
  end_date = nullif (row.end_date, '')::date, end_reason = row.end_reason, version = version + 1,
  update_time = :record_time, refresh_on = nullif (row.refresh_on, '')::date, withdrawn = row.withdrawn,
  search_name = row.search_name, search_given = row.search_given, search_text = row.search_text, sort_key = row.sort_key,
  address_id = nullif (row.address_id, '')::uuid, address_street = nullif (row.address_street, ''),
  address_postal_code = nullif (row.address_postal_code, ''), address_town = nullif (row.address_town, ''),
  address_municipality = nullif (row.address_municipality, ''), address_province = nullif (row.address_province, ''),
  address_country = nullif (row.address_country, ''), address_from = nullif (row.address_from, '')::date,
  address_to = nullif (row.address_to, '')::date,
  address_recorded_at = CASE WHEN row.address_id <> '' THEN coalesce (nullif (row.address_recorded_at, '')::timestamptz, :record_time) END,
  family_id = nullif (row.family_id, '')::uuid, face_from = row.face_from::date, face_to = row.face_to::date
FROM unnest (:person_id::uuid[], :member_number::text[], :key::text[], :given_name::text[], :family_name::text[],
  :birth_date::text[], :identity_cipher::text[], :identity_index::text[], :language::text[], :email::text[],
  :phone::text[], :end_date::text[], :end_reason::text[], :refresh_on::text[], :withdrawn::boolean[],
  :search_name::text[], :search_given::text[], :search_text::text[], :sort_key::bytea[],
  :address_id::text[], :address_street::text[], :address_postal_code::text[], :address_town::text[],
  :address_municipality::text[], :address_province::text[], :address_country::text[], :address_from::text[],
  :address_to::text[], :address_recorded_at::text[], :family_id::text[], :face_from::text[], :face_to::text[])
  AS row (person_id, member_number, key, given_name, family_name, birth_date, identity_cipher, identity_index, language,
    email, phone, end_date, end_reason, refresh_on, withdrawn, search_name, search_given, search_text, sort_key,
    address_id, address_street, address_postal_code, address_town, address_municipality, address_province,
    address_country, address_from, address_to, address_recorded_at, family_id, face_from, face_to)
WHERE person.federation_id = :federation_id AND person.person_id = row.person_id;

-- name: person_face
-- Something beside the person's own fields has changed. Who was written in this transaction already has a new version.
UPDATE person SET version = version + CASE WHEN update_time < :record_time THEN 1 ELSE 0 END, update_time = :record_time,
  address_id = nullif (row.address_id, '')::uuid, address_street = nullif (row.address_street, ''),
  address_postal_code = nullif (row.address_postal_code, ''), address_town = nullif (row.address_town, ''),
  address_municipality = nullif (row.address_municipality, ''), address_province = nullif (row.address_province, ''),
  address_country = nullif (row.address_country, ''), address_from = nullif (row.address_from, '')::date,
  address_to = nullif (row.address_to, '')::date,
  address_recorded_at = CASE WHEN row.address_id <> '' THEN coalesce (nullif (row.address_recorded_at, '')::timestamptz, :record_time) END,
  family_id = nullif (row.family_id, '')::uuid, face_from = row.face_from::date, face_to = row.face_to::date
FROM unnest (:person_id::uuid[],
  :address_id::text[], :address_street::text[], :address_postal_code::text[], :address_town::text[],
  :address_municipality::text[], :address_province::text[], :address_country::text[], :address_from::text[],
  :address_to::text[], :address_recorded_at::text[], :family_id::text[], :face_from::text[], :face_to::text[])
  AS row (person_id,
    address_id, address_street, address_postal_code, address_town, address_municipality, address_province,
    address_country, address_from, address_to, address_recorded_at, family_id, face_from, face_to)
WHERE person.federation_id = :federation_id AND person.person_id = row.person_id;

-- name: person_refresh_faces
-- Faces whose days are over are looked up again. Who is locked is being written, and gets a new face by that.
WITH stale AS (
  SELECT federation_id, person_id FROM person
  WHERE federation_id = :federation_id AND face_to <= :today::date AND face_to <> 'infinity'
  LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED)
UPDATE person SET address_id = address.address_id, address_street = address.street,
  address_postal_code = address.postal_code, address_town = address.town, address_municipality = address.municipality,
  address_province = address.province, address_country = address.country, address_from = lower (address.valid),
  address_to = upper (address.valid), address_recorded_at = address.recorded_at, family_id = family.other_id,
  face_from = coalesce (days.first, '-infinity'), face_to = coalesce (days.last, 'infinity')
FROM stale
LEFT JOIN LATERAL (
  SELECT * FROM address
  WHERE address.federation_id = stale.federation_id AND address.person_id = stale.person_id
    AND address.superseded_at IS NULL AND address.valid @> :today::date
  LIMIT 1) AS address ON true
LEFT JOIN LATERAL (
  SELECT relation.other_id FROM relation
  WHERE relation.federation_id = stale.federation_id AND relation.person_id = stale.person_id AND relation.kind = 2
    AND relation.superseded_at IS NULL AND relation.valid @> :today::date
  LIMIT 1) AS family ON true
CROSS JOIN LATERAL (
  SELECT max (CASE WHEN valid @> :today::date THEN lower (valid)
                   WHEN upper (valid) <= :today::date THEN upper (valid) END) AS first,
    min (CASE WHEN valid @> :today::date THEN upper (valid)
              WHEN lower (valid) > :today::date THEN lower (valid) END) AS last
  FROM (
    SELECT valid FROM address AS held
    WHERE held.federation_id = stale.federation_id AND held.person_id = stale.person_id AND held.superseded_at IS NULL
    UNION ALL
    SELECT valid FROM relation AS held
    WHERE held.federation_id = stale.federation_id AND held.person_id = stale.person_id AND held.kind = 2
      AND held.superseded_at IS NULL) AS dated) AS days
WHERE person.federation_id = stale.federation_id AND person.person_id = stale.person_id
RETURNING person.person_id;

-- name: person_touch
-- Something beside the person's own fields has changed.
UPDATE person SET version = version + 1, update_time = :record_time
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
WHERE person.federation_id = :federation_id AND person.person_id = wanted.person_id;

-- name: person_due
-- Whose future-dated change has come.
SELECT person_id FROM person
WHERE federation_id = :federation_id AND refresh_on <= :today::date
ORDER BY person_id LIMIT :limit;
