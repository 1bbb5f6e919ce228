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
