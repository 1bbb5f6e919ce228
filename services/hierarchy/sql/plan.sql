-- Plans and what they do.

-- name: plan_lock
SELECT state FROM plan WHERE federation_id = :federation_id AND plan_id = :plan_id FOR UPDATE;

-- name: plan_get
SELECT * FROM plan_view WHERE federation_id = :federation_id AND plan_id = :plan_id;

-- name: plan_created
-- The organs that a plan creates.
SELECT created.code, created.organ_id
FROM plan CROSS JOIN unnest (created_codes, created_ids) AS created (code, organ_id)
WHERE plan.federation_id = :federation_id AND plan.plan_id = :plan_id;

-- name: plan_list
SELECT plan_id, organisation_id, organisation_name, title, reason, change_count, first_day, last_day, state, hash,
  person_count, joining_count, leaving_count, moving_count, organ_count, author, create_time, preview_time, apply_time,
  undo_time, run_id, error, error_reason, etag, done
FROM plan_view
WHERE federation_id = :federation_id
  AND (:organisation_id?::uuid IS NULL OR organisation_id = :organisation_id?::uuid)
  AND CASE WHEN :state::smallint = 0 THEN state <> 7 ELSE state = :state::smallint END
  AND (:pattern?::text IS NULL OR search_text LIKE :pattern?::text)
  AND (:organ_id?::uuid IS NULL OR :organ_id?::uuid = ANY (concerned))
  AND (:before?::uuid IS NULL OR plan_id < :before?::uuid)
ORDER BY plan_id DESC
LIMIT :limit;

-- name: plan_put
-- A plan previewed for the first time, or anew.
INSERT INTO plan (federation_id, plan_id, organisation_id, title, reason, changes, change_count, first_day, last_day,
  state, hash, person_count, joining_count, leaving_count, moving_count, organ_count, author, create_time,
  preview_time, concerned, created_codes, created_ids, search_text)
VALUES (:federation_id, :plan_id, :organisation_id, :title, :reason, :changes, :change_count, :first_day, :last_day,
  :state, :hash, :person_count, :joining_count, :leaving_count, :moving_count, :organ_count, :author, :now, :now,
  :concerned::uuid[], :created_codes::text[], :created_ids::uuid[], :search_text)
ON CONFLICT (federation_id, plan_id) DO UPDATE SET title = excluded.title, reason = excluded.reason,
  changes = excluded.changes, change_count = excluded.change_count, first_day = excluded.first_day,
  last_day = excluded.last_day, state = excluded.state, hash = excluded.hash, person_count = excluded.person_count,
  joining_count = excluded.joining_count, leaving_count = excluded.leaving_count,
  moving_count = excluded.moving_count, organ_count = excluded.organ_count, preview_time = excluded.preview_time,
  concerned = excluded.concerned, created_codes = excluded.created_codes, created_ids = excluded.created_ids,
  search_text = excluded.search_text, run_id = NULL, error = '', error_reason = '', version = plan.version + 1;

-- name: plan_state
UPDATE plan SET state = :state::smallint, run_id = coalesce (:run_id?::uuid, run_id), error = :error, error_reason = :error_reason,
  apply_time = CASE WHEN :state::smallint = 3 AND state = 2 THEN :now::timestamptz ELSE apply_time END,
  undo_time = CASE WHEN :state::smallint = 6 THEN :now::timestamptz ELSE undo_time END, version = version + 1
WHERE federation_id = :federation_id AND plan_id = :plan_id;

-- name: plan_effect_clear
DELETE FROM plan_effect WHERE federation_id = :federation_id AND plan_id = :plan_id;

-- name: plan_effect_insert
INSERT INTO plan_effect (federation_id, plan_id, position, organ_id, organ_code, organ_name, organ_kind, type_id,
  type_name, joins, leaves, before, after, stays, persons)
SELECT :federation_id, :plan_id, row.*
FROM unnest (:positions::integer[], :organ_ids::uuid[], :organ_codes::text[], :organ_names::text[],
  :organ_kinds::text[], :type_ids::uuid[], :type_names::text[], :joins::bigint[], :leaves::bigint[],
  :before::bigint[], :after::bigint[], :stays::bigint[], :persons::bytea[]) AS row;

-- name: plan_effect_list
SELECT position, organ_id, organ_code, organ_name, organ_kind, type_id, type_name, joins, leaves, before, after, stays
FROM plan_effect
WHERE federation_id = :federation_id AND plan_id = :plan_id AND position > :after
ORDER BY position
LIMIT :limit;

-- name: plan_effect_next
-- The first effect from a position on, of an organ and a type.
SELECT position, organ_id, organ_name, type_id, type_name, persons FROM plan_effect
WHERE federation_id = :federation_id AND plan_id = :plan_id AND position >= :position
  AND (:organ_id?::uuid IS NULL OR organ_id = :organ_id?::uuid)
  AND (:type_id?::uuid IS NULL OR type_id = :type_id?::uuid)
ORDER BY position
LIMIT 1;

-- name: plan_person_page
-- Persons by name; n is the place in the list.
SELECT row.n, person.member_number, person.family_name, person.given_name
FROM unnest (:person_ids::uuid[]) WITH ORDINALITY AS row (person_id, n)
JOIN person ON person.federation_id = :federation_id AND person.person_id = row.person_id
ORDER BY person.sort_key, person.person_id
LIMIT :limit OFFSET :offset;

-- name: plan_members
-- Members of organs and types on a day.
SELECT row.n, count (*) AS members
FROM unnest (:organ_ids::uuid[], :type_ids::uuid[]) WITH ORDINALITY AS row (organ_id, type_id, n)
JOIN membership AS member ON member.federation_id = :federation_id AND member.organ_id = row.organ_id
  AND member.type_id = row.type_id AND member.superseded_at IS NULL
  AND member.valid_from <= :on::date AND member.valid_to > :on::date
GROUP BY row.n;

-- name: plan_organ_names
SELECT organ_id, code, name FROM organ
WHERE federation_id = :federation_id AND organisation_id = :organisation_id
  AND (organ_id = ANY (:organ_ids::uuid[]) OR code = ANY (:codes::text[]));

-- name: plan_person_names
SELECT person_id, concat_ws (' ', nullif (given_name, ''), nullif (family_name, '')) AS name FROM person
WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]);

-- name: plan_titles
SELECT plan_id, title FROM plan WHERE federation_id = :federation_id AND plan_id = ANY (:plan_ids::uuid[])
ORDER BY plan_id;

-- name: exception_of_ended
-- Exceptions of a person that go on after a day, as they were on record at a time.
SELECT exception_id, organ_id, type_id, valid_from, reason, recorded_by AS author FROM membership_exception
WHERE federation_id = :federation_id AND person_id = :person_id AND superseded_at IS NULL AND valid_to > :end_date::date
  AND recorded_at <= :time::timestamptz;

-- name: exception_list
SELECT exception.exception_id, exception.person_id, person.family_name, person.given_name, exception.organ_id,
  organ.name AS organ_name, exception.type_id, type.name AS type_name, exception.valid_from, exception.valid_to,
  exception.reason, exception.recorded_by AS author, exception.recorded_at AS record_time
FROM membership_exception AS exception
JOIN person ON person.federation_id = :federation_id AND person.person_id = exception.person_id
JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = exception.organ_id
JOIN membership_type AS type ON type.federation_id = :federation_id AND type.type_id = exception.type_id
WHERE exception.federation_id = :federation_id AND exception.superseded_at IS NULL AND NOT person.withdrawn
  AND (:organ_id?::uuid IS NULL OR exception.organ_id = :organ_id?::uuid)
  AND (:person_id?::uuid IS NULL OR exception.person_id = :person_id?::uuid)
  AND (:organisation_id?::uuid IS NULL OR organ.organisation_id = :organisation_id?::uuid)
  AND (:before?::uuid IS NULL OR exception.exception_id < :before?::uuid)
ORDER BY exception.exception_id DESC
LIMIT :limit;
