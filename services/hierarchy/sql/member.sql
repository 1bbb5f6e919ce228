-- Members of an organ, memberships of a person.

-- name: member_page_up
-- By name: one range of membership_by_name.
SELECT member.person_id, member.type_id, member.valid_from, member.valid_to, member.origin, member.stretches
FROM membership AS member
WHERE member.federation_id = :federation_id AND member.organ_id = :organ_id AND member.superseded_at IS NULL
  AND member.valid_from <= :on::date AND member.valid_to > :on::date
  AND (:type_id?::uuid IS NULL OR member.type_id = :type_id?::uuid)
  AND (:pattern?::text IS NULL OR EXISTS (SELECT FROM person WHERE person.federation_id = :federation_id
    AND person.person_id = member.person_id AND person.search_text LIKE :pattern?::text))
  AND (member.sort_key, member.person_id, member.type_id) > (
    coalesce ((SELECT sort_key FROM person WHERE federation_id = :federation_id AND person_id = :after_person?::uuid), ''),
    coalesce (:after_person?::uuid, '00000000-0000-0000-0000-000000000000'),
    coalesce (:after_type?::uuid, '00000000-0000-0000-0000-000000000000'))
ORDER BY member.sort_key, member.person_id, member.type_id
LIMIT :limit;

-- name: member_page_down
SELECT member.person_id, member.type_id, member.valid_from, member.valid_to, member.origin, member.stretches
FROM membership AS member
WHERE member.federation_id = :federation_id AND member.organ_id = :organ_id AND member.superseded_at IS NULL
  AND member.valid_from <= :on::date AND member.valid_to > :on::date
  AND (:type_id?::uuid IS NULL OR member.type_id = :type_id?::uuid)
  AND (:pattern?::text IS NULL OR EXISTS (SELECT FROM person WHERE person.federation_id = :federation_id
    AND person.person_id = member.person_id AND person.search_text LIKE :pattern?::text))
  AND (member.sort_key, member.person_id, member.type_id) < (
    coalesce ((SELECT sort_key FROM person WHERE federation_id = :federation_id AND person_id = :after_person?::uuid),
      '\xffffffff'),
    coalesce (:after_person?::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
    coalesce (:after_type?::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY member.sort_key DESC, member.person_id DESC, member.type_id DESC
LIMIT :limit;

-- name: member_hits
-- Persons whose name or number contains the text: at most :limit.
SELECT person_id FROM person WHERE federation_id = :federation_id AND search_text LIKE :pattern LIMIT :limit;

-- name: member_page_hits
-- Any order, of a few persons, as known at any time.
SELECT member.person_id, member.type_id, member.valid_from, member.valid_to, member.origin, member.stretches
FROM membership AS member
JOIN person ON person.federation_id = :federation_id AND person.person_id = member.person_id
WHERE member.federation_id = :federation_id AND member.person_id = ANY (:person_ids::uuid[])
  AND member.organ_id = :organ_id AND member.recorded_at < :known_at::timestamptz
  AND (member.superseded_at IS NULL OR member.superseded_at >= :known_at::timestamptz)
  AND member.valid_from <= :on::date AND member.valid_to > :on::date
  AND (:type_id?::uuid IS NULL OR member.type_id = :type_id?::uuid)
ORDER BY
  CASE WHEN :order::text = 'name' THEN member.sort_key END,
  CASE WHEN :order::text = '-name' THEN member.sort_key END DESC,
  CASE WHEN :order::text = 'memberNumber' THEN person.member_number END,
  CASE WHEN :order::text = '-memberNumber' THEN person.member_number END DESC,
  CASE WHEN :order::text = 'validFrom' THEN member.valid_from END,
  CASE WHEN :order::text = '-validFrom' THEN member.valid_from END DESC,
  member.sort_key, member.person_id, member.type_id
LIMIT :limit OFFSET :offset;

-- name: member_page_any
-- Any order, as known at any time, of all.
SELECT member.person_id, member.type_id, member.valid_from, member.valid_to, member.origin, member.stretches
FROM membership AS member
JOIN person ON person.federation_id = :federation_id AND person.person_id = member.person_id
WHERE member.federation_id = :federation_id AND member.organ_id = :organ_id
  AND member.recorded_at < :known_at::timestamptz
  AND (member.superseded_at IS NULL OR member.superseded_at >= :known_at::timestamptz)
  AND member.valid_from <= :on::date AND member.valid_to > :on::date
  AND (:type_id?::uuid IS NULL OR member.type_id = :type_id?::uuid)
  AND (:pattern?::text IS NULL OR person.search_text LIKE :pattern?::text)
ORDER BY
  CASE WHEN :order::text = 'name' THEN member.sort_key END,
  CASE WHEN :order::text = '-name' THEN member.sort_key END DESC,
  CASE WHEN :order::text = 'memberNumber' THEN person.member_number END,
  CASE WHEN :order::text = '-memberNumber' THEN person.member_number END DESC,
  CASE WHEN :order::text = 'validFrom' THEN member.valid_from END,
  CASE WHEN :order::text = '-validFrom' THEN member.valid_from END DESC,
  member.sort_key, member.person_id, member.type_id
LIMIT :limit OFFSET :offset;

-- name: member_details
-- What lists show of the persons of a page, in the order of the list.
SELECT person.member_number, person.family_name, person.given_name, fact.birth_date, fact.postal_code, fact.town,
  type.name AS type_name
FROM unnest (:person_ids::uuid[], :type_ids::uuid[]) WITH ORDINALITY AS row (person_id, type_id, n)
JOIN person ON person.federation_id = :federation_id AND person.person_id = row.person_id
JOIN membership_type AS type ON type.federation_id = :federation_id AND type.type_id = row.type_id
CROSS JOIN LATERAL (
  SELECT max (value) FILTER (WHERE kind = 1) AS birth_date, max (value) FILTER (WHERE kind = 2) AS postal_code,
    max (value) FILTER (WHERE kind = 3) AS town
  FROM fact
  WHERE fact.federation_id = :federation_id AND fact.person_id = row.person_id AND fact.kind IN (1, 2, 3)
    AND fact.recorded_at < :known_at::timestamptz
    AND (fact.superseded_at IS NULL OR fact.superseded_at >= :known_at::timestamptz)
    AND fact.valid_from <= :on::date AND fact.valid_to > :on::date) AS fact
ORDER BY row.n;

-- name: membership_list
SELECT member.membership_id, member.person_id, member.organ_id, organ.name AS organ_name, organ.kind AS organ_kind,
  organ.organisation_id, root.name AS organisation_name, member.type_id, type.name AS type_name, member.valid_from,
  member.valid_to, member.origin, member.stretches, member.recorded_at AS record_time
FROM membership AS member
JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = member.organ_id
JOIN organ AS root ON root.federation_id = :federation_id AND root.organ_id = organ.organisation_id
JOIN membership_type AS type ON type.federation_id = :federation_id AND type.type_id = member.type_id
WHERE member.federation_id = :federation_id AND member.person_id = :person_id
  AND member.recorded_at < :known_at::timestamptz
  AND (member.superseded_at IS NULL OR member.superseded_at >= :known_at::timestamptz)
  AND (:on?::date IS NULL OR (member.valid_from <= :on?::date AND member.valid_to > :on?::date))
  AND (NOT :organisations_only::boolean OR member.organ_id = organ.organisation_id)
ORDER BY root.sort_key, organ.organisation_id, member.valid_from, organ.sort_key, member.membership_id;

-- name: person_exists
SELECT given_name, family_name, withdrawn FROM person WHERE federation_id = :federation_id AND person_id = :person_id;

-- name: person_facts
-- Everything ever known.
SELECT fact_id, kind, value, organ_id, valid_from, valid_to, recorded_at, superseded_at, recorded_at AS record_time,
  superseded_at AS supersede_time
FROM fact
WHERE federation_id = :federation_id AND person_id = :person_id
ORDER BY kind, valid_from, fact_id, recorded_at;

-- name: person_exceptions
-- Everything ever known.
SELECT exception.exception_id, exception.person_id, exception.organ_id, exception.type_id, exception.valid_from,
  exception.valid_to, exception.reason, exception.recorded_by AS author, exception.recorded_at, exception.superseded_at,
  exception.recorded_at AS record_time, organ.name AS organ_name, type.name AS type_name, person.given_name,
  person.family_name
FROM membership_exception AS exception
JOIN person ON person.federation_id = :federation_id AND person.person_id = exception.person_id
JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = exception.organ_id
JOIN membership_type AS type ON type.federation_id = :federation_id AND type.type_id = exception.type_id
WHERE exception.federation_id = :federation_id AND exception.person_id = :person_id
ORDER BY exception.valid_from, exception.exception_id;

-- name: type_names
SELECT type_id, name FROM membership_type
WHERE federation_id = :federation_id AND type_id = ANY (:type_ids::uuid[]);

-- name: organ_names
SELECT organ_id, name FROM organ WHERE federation_id = :federation_id AND organ_id = ANY (:organ_ids::uuid[]);

-- name: turn_plans
-- The plans in force that recorded something of these organs and types, or of the person, beginning or ending on a day;
-- the latest of a place comes last.
SELECT row.place, plan.plan_id, plan.title
FROM unnest (:places::integer[], :days::date[], :ids::uuid[]) AS row (place, day, id)
CROSS JOIN LATERAL (
  SELECT recorded_plan FROM organ_life WHERE federation_id = :federation_id AND organ_id = row.id
    AND superseded_at IS NULL AND (lower (valid) = row.day OR upper (valid) = row.day)
  UNION ALL
  SELECT recorded_plan FROM organ_edge WHERE federation_id = :federation_id AND organ_id = row.id
    AND superseded_at IS NULL AND (lower (valid) = row.day OR upper (valid) = row.day)
  UNION ALL
  SELECT recorded_plan FROM rule_version WHERE federation_id = :federation_id AND organ_id = row.id
    AND superseded_at IS NULL AND (lower (valid) = row.day OR upper (valid) = row.day)
  UNION ALL
  SELECT recorded_plan FROM rule_version WHERE federation_id = :federation_id AND organ_id IS NULL AND type_id = row.id
    AND superseded_at IS NULL AND (lower (valid) = row.day OR upper (valid) = row.day)
  UNION ALL
  SELECT recorded_plan FROM membership_exception WHERE federation_id = :federation_id AND person_id = :person_id
    AND organ_id = row.id AND superseded_at IS NULL AND (valid_from = row.day OR valid_to = row.day)) AS change
JOIN plan ON plan.federation_id = :federation_id AND plan.plan_id = change.recorded_plan AND plan.state = 3
ORDER BY row.place, plan.apply_time;
