-- name: thing_insert
INSERT INTO thing (thing_id, name, born, size, data, tags) VALUES
  (:thing_id, :name, :born?, :size, :data, :tags::text[]);

-- name: thing_get
SELECT thing_id AS person_id, name AS given_name, born AS birth_date, made AS create_time, 'x:y'::text AS "address.town",
  size, data, array_to_string (tags, '|') AS tags, made
FROM thing WHERE thing_id = :thing_id; -- a comment with :not_a_parameter

-- name: thing_list
SELECT thing_id AS person_id, name AS given_name FROM thing ORDER BY name;

-- name: thing_slow
SELECT pg_sleep (:seconds::integer);

-- name: array_text
SELECT (:elements::text[])::text AS value;

-- name: array_uuid
SELECT (:elements::uuid[])::text AS value;

-- name: array_smallint
SELECT (:elements::smallint[])::text AS value;

-- name: array_integer
SELECT (:elements::integer[])::text AS value;

-- name: array_bigint
SELECT (:elements::bigint[])::text AS value;

-- name: array_boolean
SELECT (:elements::boolean[])::text AS value;

-- name: array_bytea
SELECT (:elements::bytea[])::text AS value;

-- name: array_date
SELECT (:elements::date[])::text AS value;

-- name: array_timestamptz
SELECT (:elements::timestamptz[])::text AS value;
