-- What is on record of one organisation, for carrying out change sets. All queries of dated rows have the same columns.

-- name: image_organs
SELECT organ_id, code, name, kind FROM organ
WHERE federation_id = :federation_id AND organisation_id = :organisation_id ORDER BY organ_id;

-- name: image_types
SELECT type_id, name FROM membership_type
WHERE federation_id = :federation_id AND organisation_id = :organisation_id ORDER BY type_id;

-- name: image_lives
SELECT life_id AS id, life.organ_id, NULL::uuid AS other_id, lower (valid) AS valid_from, upper (valid) AS valid_to,
  life.recorded_plan AS plan_id, ended
FROM organ JOIN organ_life AS life ON life.federation_id = :federation_id AND life.organ_id = organ.organ_id
WHERE organ.federation_id = :federation_id AND organ.organisation_id = :organisation_id AND superseded_at IS NULL;

-- name: image_edges
SELECT edge_id AS id, edge.organ_id, parent_id AS other_id, lower (valid) AS valid_from, upper (valid) AS valid_to,
  edge.recorded_plan AS plan_id
FROM organ JOIN organ_edge AS edge ON edge.federation_id = :federation_id AND edge.organ_id = organ.organ_id
WHERE organ.federation_id = :federation_id AND organ.organisation_id = :organisation_id AND superseded_at IS NULL;

-- name: image_rules
SELECT rule_id AS id, rule.organ_id, rule.type_id AS other_id, lower (valid) AS valid_from, upper (valid) AS valid_to,
  rule.recorded_plan AS plan_id, nodes
FROM rule_version AS rule
LEFT JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = rule.organ_id
LEFT JOIN membership_type AS type ON type.federation_id = :federation_id AND type.type_id = rule.type_id
WHERE rule.federation_id = :federation_id AND superseded_at IS NULL
  AND coalesce (organ.organisation_id, type.organisation_id) = :organisation_id;

-- name: image_exceptions
SELECT exception_id AS id, exception.organ_id, type_id AS other_id, valid_from, valid_to,
  exception.recorded_plan AS plan_id, person_id, reason, exception.recorded_by AS author
FROM organ JOIN membership_exception AS exception ON exception.federation_id = :federation_id
  AND exception.organ_id = organ.organ_id
WHERE organ.federation_id = :federation_id AND organ.organisation_id = :organisation_id AND superseded_at IS NULL;

-- name: image_persons
SELECT person_id FROM person WHERE federation_id = :federation_id AND person_id = ANY (:person_ids::uuid[]);

-- name: undo_lives
-- Rows that a plan has recorded, those that it has superseded, and by whom its own have been superseded since.
SELECT life_id AS id, organ_id, NULL::uuid AS other_id, lower (valid) AS valid_from, upper (valid) AS valid_to,
  recorded_plan AS plan_id, superseded_plan, superseded_at IS NOT NULL AS superseded, ended
FROM organ_life
WHERE federation_id = :federation_id AND NOT given_back AND (recorded_plan = :plan_id OR superseded_plan = :plan_id);

-- name: undo_edges
SELECT edge_id AS id, organ_id, parent_id AS other_id, lower (valid) AS valid_from, upper (valid) AS valid_to,
  recorded_plan AS plan_id, superseded_plan, superseded_at IS NOT NULL AS superseded
FROM organ_edge
WHERE federation_id = :federation_id AND NOT given_back AND (recorded_plan = :plan_id OR superseded_plan = :plan_id);

-- name: undo_rules
SELECT rule_id AS id, organ_id, type_id AS other_id, lower (valid) AS valid_from, upper (valid) AS valid_to,
  recorded_plan AS plan_id, superseded_plan, superseded_at IS NOT NULL AS superseded, nodes
FROM rule_version
WHERE federation_id = :federation_id AND NOT given_back AND (recorded_plan = :plan_id OR superseded_plan = :plan_id);

-- name: undo_exceptions
SELECT exception_id AS id, organ_id, type_id AS other_id, valid_from, valid_to, recorded_plan AS plan_id,
  superseded_plan, superseded_at IS NOT NULL AS superseded, person_id, reason, recorded_by AS author
FROM membership_exception
WHERE federation_id = :federation_id AND NOT given_back AND (recorded_plan = :plan_id OR superseded_plan = :plan_id);

-- name: undo_later_plans
-- Plans that were applied after one, in the order of it.
SELECT later.plan_id
FROM plan JOIN plan AS later ON later.federation_id = :federation_id AND later.organisation_id = plan.organisation_id
  AND later.apply_time > plan.apply_time AND later.state IN (3, 5)
WHERE plan.federation_id = :federation_id AND plan.plan_id = :plan_id
ORDER BY later.apply_time;

-- name: undo_plans_about
-- Of some plans those that name one of the organs.
SELECT plan_id, changes FROM plan
WHERE federation_id = :federation_id AND plan_id = ANY (:plan_ids::uuid[]) AND concerned && :organ_ids::uuid[];

-- name: undo_later_edge
-- An edge outside of plans that was recorded, for the first time, after a plan was applied.
SELECT organ_id FROM organ_edge
WHERE federation_id = :federation_id AND organ_id = :organ_id AND parent_id = :parent_id
  AND lower (valid) = :valid_from::date AND recorded_plan IS NULL
GROUP BY organ_id
HAVING min (recorded_at) > (SELECT apply_time FROM plan
  WHERE plan.federation_id = :federation_id AND plan.plan_id = :plan_id);

-- name: organisation_policy
SELECT policy FROM organisation WHERE federation_id = :federation_id AND organisation_id = :organisation_id;
