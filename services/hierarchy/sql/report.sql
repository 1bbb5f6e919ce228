-- Reports. The tree is walked on the day, by what was known; a page is cut from it as it is read, an organ and then those
-- below it by name, and only the organs of the page are counted.

-- name: report_members
-- What is known now: one range of membership_by_name for each organ, nothing of the table.
WITH RECURSIVE tree AS (
  SELECT organ.organ_id, NULL::uuid AS parent_id, 0 AS depth, ARRAY[organ.sort_key || uuid_send (organ.organ_id)] AS path
  FROM organ
  JOIN organ_life AS life ON life.federation_id = :federation_id AND life.organ_id = organ.organ_id
    AND life.superseded_at IS NULL AND life.valid @> :on::date
  WHERE organ.federation_id = :federation_id AND organ.organ_id = :organ_id
  UNION ALL
  SELECT organ.organ_id, edge.parent_id, tree.depth + 1, tree.path || (organ.sort_key || uuid_send (organ.organ_id))
  FROM tree
  JOIN organ_edge AS edge ON edge.federation_id = :federation_id AND edge.parent_id = tree.organ_id
    AND edge.superseded_at IS NULL AND edge.valid @> :on::date
  JOIN organ_life AS life ON life.federation_id = :federation_id AND life.organ_id = edge.organ_id
    AND life.superseded_at IS NULL AND life.valid @> :on::date
  JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = edge.organ_id),
page AS (
  SELECT tree.organ_id, tree.parent_id, tree.depth, tree.path, type.type_id, type.name AS type_name
  FROM tree
  JOIN membership_type AS type ON type.federation_id = :federation_id AND type.organisation_id = :organisation_id
    AND (:type_id?::uuid IS NULL OR type.type_id = :type_id?::uuid)
  ORDER BY tree.path, type.name, type.type_id
  LIMIT :limit OFFSET :offset),
counted AS (
  SELECT member.organ_id, member.type_id,
    count (*) FILTER (WHERE member.valid_from <= :on::date AND member.valid_to > :on::date) AS members,
    count (*) FILTER (WHERE member.valid_from < :from::date AND member.valid_to >= :from::date) AS before,
    count (*) FILTER (WHERE member.valid_from >= :from::date AND member.valid_from <= :on::date) AS joined,
    count (*) FILTER (WHERE member.valid_to >= :from::date AND member.valid_to <= :on::date) AS "left"
  FROM (SELECT DISTINCT organ_id FROM page) AS organ
  JOIN membership AS member ON member.federation_id = :federation_id AND member.organ_id = organ.organ_id
    AND member.superseded_at IS NULL
  GROUP BY member.organ_id, member.type_id)
SELECT page.organ_id, organ.code AS organ_code, organ.name AS organ_name, organ.kind AS organ_kind, page.parent_id,
  page.depth, page.type_id, page.type_name, counted.members, counted.before, counted.joined, counted."left"
FROM page
JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = page.organ_id
LEFT JOIN counted ON counted.organ_id = page.organ_id AND counted.type_id = page.type_id
ORDER BY page.path, page.type_name, page.type_id;

-- name: report_members_known
-- As it was known at another time.
WITH RECURSIVE tree AS (
  SELECT organ.organ_id, NULL::uuid AS parent_id, 0 AS depth, ARRAY[organ.sort_key || uuid_send (organ.organ_id)] AS path
  FROM organ
  JOIN organ_life AS life ON life.federation_id = :federation_id AND life.organ_id = organ.organ_id
    AND life.recorded_at < :known_at::timestamptz AND life.valid @> :on::date
    AND (life.superseded_at IS NULL OR life.superseded_at >= :known_at::timestamptz)
  WHERE organ.federation_id = :federation_id AND organ.organ_id = :organ_id
  UNION ALL
  SELECT organ.organ_id, edge.parent_id, tree.depth + 1, tree.path || (organ.sort_key || uuid_send (organ.organ_id))
  FROM tree
  JOIN organ_edge AS edge ON edge.federation_id = :federation_id AND edge.parent_id = tree.organ_id
    AND edge.recorded_at < :known_at::timestamptz AND edge.valid @> :on::date
    AND (edge.superseded_at IS NULL OR edge.superseded_at >= :known_at::timestamptz)
  JOIN organ_life AS life ON life.federation_id = :federation_id AND life.organ_id = edge.organ_id
    AND life.recorded_at < :known_at::timestamptz AND life.valid @> :on::date
    AND (life.superseded_at IS NULL OR life.superseded_at >= :known_at::timestamptz)
  JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = edge.organ_id),
page AS (
  SELECT tree.organ_id, tree.parent_id, tree.depth, tree.path, type.type_id, type.name AS type_name
  FROM tree
  JOIN membership_type AS type ON type.federation_id = :federation_id AND type.organisation_id = :organisation_id
    AND (:type_id?::uuid IS NULL OR type.type_id = :type_id?::uuid)
  ORDER BY tree.path, type.name, type.type_id
  LIMIT :limit OFFSET :offset),
counted AS (
  SELECT member.organ_id, member.type_id,
    count (*) FILTER (WHERE member.valid_from <= :on::date AND member.valid_to > :on::date) AS members,
    count (*) FILTER (WHERE member.valid_from < :from::date AND member.valid_to >= :from::date) AS before,
    count (*) FILTER (WHERE member.valid_from >= :from::date AND member.valid_from <= :on::date) AS joined,
    count (*) FILTER (WHERE member.valid_to >= :from::date AND member.valid_to <= :on::date) AS "left"
  FROM (SELECT DISTINCT organ_id FROM page) AS organ
  JOIN membership AS member ON member.federation_id = :federation_id AND member.organ_id = organ.organ_id
  WHERE member.recorded_at < :known_at::timestamptz
    AND (member.superseded_at IS NULL OR member.superseded_at >= :known_at::timestamptz)
  GROUP BY member.organ_id, member.type_id)
SELECT page.organ_id, organ.code AS organ_code, organ.name AS organ_name, organ.kind AS organ_kind, page.parent_id,
  page.depth, page.type_id, page.type_name, counted.members,
  counted.before, counted.joined, counted."left"
FROM page
JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = page.organ_id
LEFT JOIN counted ON counted.organ_id = page.organ_id AND counted.type_id = page.type_id
ORDER BY page.path, page.type_name, page.type_id;

-- name: report_organ
SELECT organisation_id FROM organ WHERE federation_id = :federation_id AND organ_id = :organ_id;

-- name: report_changes
-- Who joined and left: one range of membership_by_name, from the place of the last row on.
SELECT page.person_id, person.member_number, person.family_name, person.given_name, page.type_id, type.name AS type_name,
  page.change, page.day AS "on", page.valid_from, page.valid_to
FROM (
  SELECT member.person_id, member.type_id, member.valid_from, member.valid_to, member.sort_key, change.change, change.day
  FROM membership AS member
  CROSS JOIN LATERAL (VALUES ('joined', member.valid_from), ('left', member.valid_to)) AS change (change, day)
  WHERE member.federation_id = :federation_id AND member.organ_id = :organ_id AND member.superseded_at IS NULL
    AND (:type_id?::uuid IS NULL OR member.type_id = :type_id?::uuid)
    AND change.day >= :from::date AND change.day < :to::date
    AND (:change?::text IS NULL OR change.change = :change?::text)
    AND (member.sort_key, member.person_id) >= (
      coalesce ((SELECT sort_key FROM person WHERE federation_id = :federation_id AND person_id = :after_person?::uuid),
        ''),
      coalesce (:after_person?::uuid, '00000000-0000-0000-0000-000000000000'))
    AND (member.person_id <> coalesce (:after_person?::uuid, '00000000-0000-0000-0000-000000000000')
      OR (member.type_id, change.day, change.change) > (:after_type?::uuid, :after_day?::date, :after_change?::text))
  ORDER BY member.sort_key, member.person_id, member.type_id, change.day, change.change
  LIMIT :limit) AS page
JOIN person ON person.federation_id = :federation_id AND person.person_id = page.person_id
JOIN membership_type AS type ON type.federation_id = :federation_id AND type.type_id = page.type_id
ORDER BY page.sort_key, page.person_id, page.type_id, page.day, page.change;

-- name: report_changes_known
-- As it was known at another time.
SELECT page.person_id, person.member_number, person.family_name, person.given_name, page.type_id, type.name AS type_name,
  page.change, page.day AS "on", page.valid_from, page.valid_to
FROM (
  SELECT member.person_id, member.type_id, member.valid_from, member.valid_to, member.sort_key, change.change, change.day
  FROM membership AS member
  CROSS JOIN LATERAL (VALUES ('joined', member.valid_from), ('left', member.valid_to)) AS change (change, day)
  WHERE member.federation_id = :federation_id AND member.organ_id = :organ_id
    AND member.recorded_at < :known_at::timestamptz
    AND (member.superseded_at IS NULL OR member.superseded_at >= :known_at::timestamptz)
    AND (:type_id?::uuid IS NULL OR member.type_id = :type_id?::uuid)
    AND change.day >= :from::date AND change.day < :to::date
    AND (:change?::text IS NULL OR change.change = :change?::text)
    AND (member.sort_key, member.person_id) >= (
      coalesce ((SELECT sort_key FROM person WHERE federation_id = :federation_id AND person_id = :after_person?::uuid),
        ''),
      coalesce (:after_person?::uuid, '00000000-0000-0000-0000-000000000000'))
    AND (member.person_id <> coalesce (:after_person?::uuid, '00000000-0000-0000-0000-000000000000')
      OR (member.type_id, change.day, change.change) > (:after_type?::uuid, :after_day?::date, :after_change?::text))
  ORDER BY member.sort_key, member.person_id, member.type_id, change.day, change.change
  LIMIT :limit) AS page
JOIN person ON person.federation_id = :federation_id AND person.person_id = page.person_id
JOIN membership_type AS type ON type.federation_id = :federation_id AND type.type_id = page.type_id
ORDER BY page.sort_key, page.person_id, page.type_id, page.day, page.change;

-- name: report_history
-- Newest recording first.
SELECT record.record_id, record.kind, lower (record.valid) AS valid_from, upper (record.valid) AS valid_to,
  record.parent_id, above.name AS parent_name, record.type_id, type.name AS type_name, record.nodes,
  record.recorded_at AS record_time, record.recorded_by AS author, record.recorded_plan AS plan_id,
  plan.title AS plan_title, record.superseded_at AS supersede_time, record.superseded_plan AS superseding_plan_id,
  later.title AS superseding_plan_title
FROM (
  SELECT life_id AS record_id, 'life' AS kind, valid, NULL::uuid AS parent_id, NULL::uuid AS type_id, NULL::bytea AS nodes,
    recorded_at, recorded_by, recorded_plan, superseded_at, superseded_plan
  FROM organ_life WHERE federation_id = :federation_id AND organ_id = :organ_id
  UNION ALL
  SELECT edge_id, 'place', valid, parent_id, NULL, NULL, recorded_at, recorded_by, recorded_plan, superseded_at,
    superseded_plan
  FROM organ_edge WHERE federation_id = :federation_id AND organ_id = :organ_id
  UNION ALL
  SELECT rule_id, 'rule', valid, NULL, type_id, nodes, recorded_at, recorded_by, recorded_plan, superseded_at,
    superseded_plan
  FROM rule_version WHERE federation_id = :federation_id AND organ_id = :organ_id) AS record
LEFT JOIN organ AS above ON above.federation_id = :federation_id AND above.organ_id = record.parent_id
LEFT JOIN membership_type AS type ON type.federation_id = :federation_id AND type.type_id = record.type_id
LEFT JOIN plan ON plan.federation_id = :federation_id AND plan.plan_id = record.recorded_plan
LEFT JOIN plan AS later ON later.federation_id = :federation_id AND later.plan_id = record.superseded_plan
WHERE :before?::uuid IS NULL OR (record.recorded_at, record.record_id) < (:before_time?::timestamptz, :before?::uuid)
ORDER BY record.recorded_at DESC, record.record_id DESC
LIMIT :limit;
