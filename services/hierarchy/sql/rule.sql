-- Membership types and rule versions.

-- name: type_insert
INSERT INTO membership_type (federation_id, type_id, organisation_id, code, name, recorded_at, recorded_by)
VALUES (:federation_id, :type_id, :organisation_id, :code, :name, :recorded_at, :recorded_by);

-- name: type_list
-- With the rule that recognises it on the day.
SELECT type.type_id, type.organisation_id, type.code, type.name, lower (rule.valid) AS valid_from, rule.nodes
FROM membership_type AS type
LEFT JOIN rule_version AS rule ON rule.federation_id = :federation_id AND rule.type_id = type.type_id
  AND rule.organ_id IS NULL AND rule.superseded_at IS NULL AND rule.valid @> :on::date
WHERE type.federation_id = :federation_id AND type.organisation_id = :organisation_id
ORDER BY type.name, type.type_id;

-- name: rule_later
-- The versions of one rule that hold the day or begin later.
SELECT rule_id, lower (valid) AS valid_from, upper (valid) AS valid_to, nodes FROM rule_version
WHERE federation_id = :federation_id AND superseded_at IS NULL
  AND organ_id IS NOT DISTINCT FROM :organ_id?::uuid AND type_id IS NOT DISTINCT FROM :type_id?::uuid
  AND (upper (valid) IS NULL OR upper (valid) > :valid_from::date)
ORDER BY valid_from;

-- name: rule_list
-- The rule of a type, and all rules of organs (or those for one type and the general ones): in the order of the list,
-- newest version first.
SELECT rule.rule_id, rule.organ_id, rule.type_id, lower (rule.valid) AS valid_from, upper (rule.valid) AS valid_to,
  rule.recorded_at AS record_time, rule.nodes
FROM rule_version AS rule
LEFT JOIN unnest (:organ_ids::uuid[]) WITH ORDINALITY AS organ (organ_id, n) ON organ.organ_id = rule.organ_id
WHERE rule.federation_id = :federation_id AND rule.superseded_at IS NULL
  AND (organ.organ_id IS NOT NULL OR (rule.organ_id IS NULL AND rule.type_id = :type_id?::uuid))
  AND (:type_id?::uuid IS NULL OR rule.type_id IS NULL OR rule.type_id = :type_id?::uuid)
ORDER BY organ.n NULLS FIRST, rule.type_id NULLS FIRST, lower (rule.valid) DESC NULLS LAST;

-- name: type_get
SELECT type.type_id, type.organisation_id, type.name, (SELECT min (lower (valid)) FROM organ_life AS life
  WHERE life.federation_id = :federation_id AND life.organ_id = type.organisation_id
    AND life.superseded_at IS NULL) AS first_day,
  (SELECT policy FROM organisation WHERE organisation.federation_id = :federation_id
    AND organisation.organisation_id = type.organisation_id) AS policy
FROM membership_type AS type WHERE type.federation_id = :federation_id AND type.type_id = :type_id;

-- name: organ_first_day
SELECT organ.organ_id, organ.organisation_id, organ.name, (SELECT min (lower (valid)) FROM organ_life AS life
  WHERE life.federation_id = :federation_id AND life.organ_id = organ.organ_id
    AND life.superseded_at IS NULL) AS first_day,
  (SELECT policy FROM organisation WHERE organisation.federation_id = :federation_id
    AND organisation.organisation_id = organ.organisation_id) AS policy
FROM organ WHERE organ.federation_id = :federation_id AND organ.organ_id = :organ_id;

-- name: rule_by_id
SELECT rule_id, organ_id, type_id, lower (valid) AS valid_from, upper (valid) AS valid_to, recorded_at AS record_time, nodes
FROM rule_version
WHERE federation_id = :federation_id AND rule_id = ANY (:rule_ids::uuid[]);
