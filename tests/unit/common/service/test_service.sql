-- name: thing_insert
INSERT INTO thing (thing_id, name) VALUES (:thing_id, :name);

-- name: thing_get
SELECT thing_id AS person_id, name AS given_name FROM thing WHERE thing_id = :thing_id;

-- name: seen_insert
INSERT INTO seen (event_id, lane, seq) VALUES (:event_id, :lane, :seq);

-- name: counted_insert
INSERT INTO counted (n) VALUES (:n);

-- name: thing_list
SELECT thing_id FROM thing;

-- name: thing_get_batch
SELECT position, thing_id AS person_id, name AS given_name
FROM unnest (:thing_ids::uuid[]) WITH ORDINALITY AS wanted (id, position) JOIN thing ON thing_id = id;
