-- Persons whom the membership service has erased: nothing of them stays, of what was known before neither.

-- name: erase_names
SELECT person_id, given_name, family_name FROM person
WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]);

-- name: erase_known
-- Before they are derived once more: with nothing on record they are members of nothing, and are counted no more.
WITH facts AS (DELETE FROM fact WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]))
DELETE FROM membership_exception WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]);

-- name: erase_persons
-- After it.
WITH memberships AS (DELETE FROM membership
    WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[])),
  jubilees AS (DELETE FROM jubilee WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]))
DELETE FROM person WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]);

-- name: erase_events
-- What was published of the person says no more than that something changed. The rows stay: their numbers have no gaps.
UPDATE event_log SET payload = CASE WHEN type LIKE '%.MembershipsChanged' THEN :payload::bytea ELSE '' END
WHERE federation_id = :federation_id AND aggregate_id = :person_id::text AND record_time < :before::timestamptz;

-- name: erase_plans
-- Plans whose changes name the person, as text in what is packed.
SELECT plan_id FROM plan
WHERE federation_id = :federation_id AND position (convert_to (:person_id::text, 'UTF8') IN changes) > 0
ORDER BY plan_id;

-- name: erase_plan
-- And the runs that carried it out, which are called like it.
WITH runs AS (UPDATE run SET subject = :title WHERE federation_id = :federation_id AND target = :plan_id::text
    AND type LIKE 'plan-%')
UPDATE plan SET changes = :changes, title = :title, reason = :reason, search_text = :search_text, version = version + 1
WHERE federation_id = :federation_id AND plan_id = :plan_id::text::uuid;
