-- Actions, and what they make: groups, rights, jubilees. Kinds are numbers of heimo.hierarchy.v1.ActionKind.

-- name: action_insert
INSERT INTO action (federation_id, action_id, organisation_id, kind, title, position, type_id, organ_kind, rights, years,
  valid_from, valid_to, recorded_at, recorded_by)
VALUES (:federation_id, :action_id, :organisation_id, :kind, :title, :position, :type_id?, :organ_kind, :rights, :years,
  :valid_from, coalesce (:valid_to?::date, 'infinity'), :recorded_at, :recorded_by);

-- name: action_list
SELECT action.action_id, action.organisation_id, action.kind, action.title, action.position, action.type_id,
  action.organ_kind, array_to_string (action.rights, ' ') AS rights_text, array_to_string (action.years, ' ') AS years_text,
  action.valid_from, action.valid_to, action.recorded_by AS author, action.recorded_at AS record_time,
  '"' || action.version || '"' AS etag,
  CASE WHEN action.kind = 4
  THEN (SELECT count (*) FROM jubilee WHERE jubilee.federation_id = :federation_id
    AND jubilee.action_id = action.action_id AND withdrawn_at IS NULL)
  ELSE (SELECT count (*) FROM organ_group AS made
    JOIN group_period AS period ON period.federation_id = :federation_id AND period.group_id = made.group_id
    WHERE made.federation_id = :federation_id AND made.action_id = action.action_id AND period.superseded_at IS NULL
      AND period.valid @> :on::date)
  END AS made_count
FROM action
WHERE action.federation_id = :federation_id
  AND (:organisation_id?::uuid IS NULL OR action.organisation_id = :organisation_id?::uuid)
  AND (:action_id?::uuid IS NULL OR action.action_id = :action_id?::uuid)
ORDER BY action.kind, action.title, action.action_id;

-- name: action_lock
SELECT organisation_id FROM action WHERE federation_id = :federation_id AND action_id = :action_id FOR UPDATE;

-- name: action_update
UPDATE action SET title = :title, rights = :rights, years = :years,
  valid_to = coalesce (:valid_to?::date, 'infinity'), version = version + 1
WHERE federation_id = :federation_id AND action_id = :action_id;

-- name: action_organs
-- The next organs, whatever their lives.
SELECT organ_id, organisation_id, kind FROM organ
WHERE federation_id = :federation_id
  AND organ_id > coalesce (:after?::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY organ_id
LIMIT :limit;

-- name: action_count_organs
SELECT count (*) AS organs FROM organ WHERE federation_id = :federation_id;

-- name: group_lock
-- Runs that make groups of the federation, one at a time.
SELECT pg_advisory_xact_lock (hashtextextended (:federation_id::text, 2));

-- name: group_periods
-- What is on record about the groups of some organs, by day.
SELECT made.action_id, made.organ_id, made.group_id, period.period_id, lower (period.valid) AS valid_from,
  upper (period.valid) AS valid_to, made.told
FROM organ_group AS made
LEFT JOIN group_period AS period ON period.federation_id = :federation_id AND period.group_id = made.group_id
  AND period.superseded_at IS NULL
WHERE made.federation_id = :federation_id AND made.organ_id = ANY (:organ_ids::uuid[])
ORDER BY made.group_id, period.valid;

-- name: group_insert
INSERT INTO organ_group (federation_id, group_id, action_id, organ_id)
SELECT :federation_id, row.* FROM unnest (:group_ids::uuid[], :action_ids::uuid[], :organ_ids::uuid[]) AS row;

-- name: group_told
UPDATE organ_group SET told = row.told FROM unnest (:group_ids::uuid[], :told::text[]) AS row (group_id, told)
WHERE organ_group.federation_id = :federation_id AND organ_group.group_id = row.group_id;

-- name: group_period_supersede
UPDATE group_period SET superseded_at = greatest (recorded_at, :now::timestamptz)
WHERE federation_id = :federation_id AND group_id = ANY (:group_ids::uuid[]) AND superseded_at IS NULL;

-- name: group_period_insert
INSERT INTO group_period (federation_id, period_id, group_id, valid, recorded_at)
SELECT :federation_id, row.period_id, row.group_id, daterange (row.valid_from, nullif (row.valid_to, 'infinity')), :now
FROM unnest (:period_ids::uuid[], :group_ids::uuid[], :valid_from::date[], :valid_to::date[])
  AS row (period_id, group_id, valid_from, valid_to);

-- name: group_list
SELECT made.group_id, made.action_id, action.kind, action.title, made.organ_id, organ.name AS organ_name,
  action.position, action.type_id, array_to_string (action.rights, ' ') AS rights_text,
  lower (period.valid) AS valid_from, upper (period.valid) AS valid_to, coalesce (period.valid @> :on::date, false) AS open
FROM organ_group AS made
JOIN action ON action.federation_id = :federation_id AND action.action_id = made.action_id
JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = made.organ_id
LEFT JOIN LATERAL (
  SELECT valid FROM group_period
  WHERE group_period.federation_id = :federation_id AND group_period.group_id = made.group_id AND superseded_at IS NULL
  ORDER BY valid @> :on::date DESC, lower (valid) > :on::date DESC,
    CASE WHEN lower (valid) > :on::date THEN lower (valid) END, lower (valid) DESC
  LIMIT 1) AS period ON true
WHERE made.federation_id = :federation_id
  AND (:group_id?::uuid IS NULL OR made.group_id = :group_id?::uuid)
  AND (:organ_id?::uuid IS NULL OR made.organ_id = :organ_id?::uuid)
  AND (:action_id?::uuid IS NULL OR made.action_id = :action_id?::uuid)
  AND (:closed::boolean OR period.valid @> :on::date)
  AND (organ.sort_key, made.group_id) > (
    coalesce ((SELECT sort_key FROM organ_group AS last
      JOIN organ AS last_organ ON last_organ.federation_id = :federation_id AND last_organ.organ_id = last.organ_id
      WHERE last.federation_id = :federation_id AND last.group_id = :after?::uuid), ''),
    coalesce (:after?::uuid, '00000000-0000-0000-0000-000000000000'))
ORDER BY organ.sort_key, made.group_id
LIMIT :limit;

-- name: group_members
-- Members of the organ by name; of several types, the earliest day.
SELECT member.person_id, min (member.valid_from) AS valid_from, max (member.valid_to) AS valid_to
FROM membership AS member
WHERE member.federation_id = :federation_id AND member.organ_id = :organ_id AND member.superseded_at IS NULL
  AND member.valid_from <= :on::date AND member.valid_to > :on::date
  AND (:type_id?::uuid IS NULL OR member.type_id = :type_id?::uuid)
  AND (member.sort_key, member.person_id) > (
    coalesce ((SELECT sort_key FROM person WHERE federation_id = :federation_id AND person_id = :after?::uuid), ''),
    coalesce (:after?::uuid, '00000000-0000-0000-0000-000000000000'))
GROUP BY member.sort_key, member.person_id
ORDER BY member.sort_key, member.person_id
LIMIT :limit;

-- name: group_holders
-- Who holds the position at the organ, by name.
SELECT fact.person_id, min (fact.valid_from) AS valid_from, max (fact.valid_to) AS valid_to
FROM fact
JOIN person ON person.federation_id = :federation_id AND person.person_id = fact.person_id AND NOT person.withdrawn
WHERE fact.federation_id = :federation_id AND fact.kind = 9 AND fact.superseded_at IS NULL
  AND fact.organ_id = :organ_id AND fact.value = :position
  AND fact.valid_from <= :on::date AND fact.valid_to > :on::date
  AND (person.sort_key, person.person_id) > (
    coalesce ((SELECT sort_key FROM person WHERE federation_id = :federation_id AND person_id = :after?::uuid), ''),
    coalesce (:after?::uuid, '00000000-0000-0000-0000-000000000000'))
GROUP BY person.sort_key, fact.person_id
ORDER BY person.sort_key, fact.person_id
LIMIT :limit;

-- name: group_names
SELECT person.member_number, person.family_name, person.given_name
FROM unnest (:person_ids::uuid[]) WITH ORDINALITY AS row (person_id, n)
JOIN person ON person.federation_id = :federation_id AND person.person_id = row.person_id
ORDER BY row.n;

-- name: person_rights
SELECT rights.value AS right, made.organ_id, organ.name AS organ_name, action.position, action.action_id,
  action.title AS action_title, fact.valid_from, fact.valid_to
FROM fact
JOIN organ_group AS made ON made.federation_id = :federation_id AND made.organ_id = fact.organ_id
JOIN action ON action.federation_id = :federation_id AND action.action_id = made.action_id AND action.kind = 3
  AND action.position = fact.value
JOIN group_period AS period ON period.federation_id = :federation_id AND period.group_id = made.group_id
  AND period.superseded_at IS NULL AND period.valid @> :on::date
JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = made.organ_id
CROSS JOIN LATERAL unnest (action.rights) AS rights (value)
WHERE fact.federation_id = :federation_id AND fact.person_id = :person_id AND fact.kind = 9
  AND fact.superseded_at IS NULL AND fact.valid_from <= :on::date AND fact.valid_to > :on::date
ORDER BY organ.sort_key, made.organ_id, rights.value, action.action_id;

-- name: jubilee_due
-- Who has been a member without a break for one of the years and has no jubilee of it yet, and whose day has come.
SELECT member.person_id, member.organ_id, member.type_id, row.years, jubilee_day (member.valid_from, row.years) AS reached_on
FROM action
JOIN organ ON organ.federation_id = :federation_id AND organ.organisation_id = action.organisation_id
  AND CASE WHEN action.organ_kind = '' THEN organ.organ_id = organ.organisation_id ELSE organ.kind = action.organ_kind END
JOIN membership AS member ON member.federation_id = :federation_id AND member.organ_id = organ.organ_id
  AND member.superseded_at IS NULL AND member.valid_from > '-infinity'
  AND (action.type_id IS NULL OR member.type_id = action.type_id)
CROSS JOIN LATERAL unnest (action.years) AS row (years)
WHERE action.federation_id = :federation_id AND action.action_id = :action_id
  AND jubilee_day (member.valid_from, row.years) BETWEEN action.valid_from AND :today::date
  AND jubilee_day (member.valid_from, row.years) < action.valid_to
  AND jubilee_day (member.valid_from, row.years) < member.valid_to
  AND NOT EXISTS (SELECT FROM jubilee WHERE jubilee.federation_id = :federation_id AND jubilee.action_id = :action_id
    AND jubilee.person_id = member.person_id AND jubilee.organ_id = member.organ_id
    AND jubilee.type_id = member.type_id AND jubilee.years = row.years
    AND jubilee.reached_on = jubilee_day (member.valid_from, row.years) AND jubilee.withdrawn_at IS NULL)
ORDER BY member.person_id, member.organ_id, row.years
LIMIT :limit;

-- name: jubilee_groundless
-- Jubilees whose membership is another one by now.
SELECT jubilee.jubilee_id, jubilee.action_id, jubilee.person_id, jubilee.organ_id, jubilee.type_id, jubilee.years,
  jubilee.reached_on
FROM jubilee
WHERE jubilee.federation_id = :federation_id AND jubilee.action_id = :action_id AND jubilee.withdrawn_at IS NULL
  AND NOT EXISTS (SELECT FROM membership AS member WHERE member.federation_id = :federation_id
    AND member.person_id = jubilee.person_id AND member.organ_id = jubilee.organ_id AND member.type_id = jubilee.type_id
    AND member.superseded_at IS NULL AND member.valid_to > jubilee.reached_on AND member.valid_from > '-infinity'
    AND jubilee_day (member.valid_from, jubilee.years) = jubilee.reached_on)
ORDER BY jubilee.jubilee_id
LIMIT :limit;

-- name: jubilee_insert
INSERT INTO jubilee (federation_id, jubilee_id, action_id, person_id, organ_id, type_id, years, reached_on, recorded_at)
SELECT :federation_id, row.jubilee_id, :action_id, row.person_id, row.organ_id, row.type_id, row.years, row.reached_on,
  :now
FROM unnest (:jubilee_ids::uuid[], :person_ids::uuid[], :organ_ids::uuid[], :type_ids::uuid[], :years::integer[],
  :reached_on::date[]) AS row (jubilee_id, person_id, organ_id, type_id, years, reached_on);

-- name: jubilee_withdraw
UPDATE jubilee SET withdrawn_at = greatest (recorded_at, :now::timestamptz)
WHERE federation_id = :federation_id AND jubilee_id = ANY (:jubilee_ids::uuid[]);

-- name: jubilee_actions
SELECT action_id FROM action
WHERE federation_id = :federation_id AND kind = 4 AND (:after?::uuid IS NULL OR action_id > :after?::uuid)
ORDER BY action_id
LIMIT 1;

-- name: jubilee_list
SELECT jubilee.jubilee_id, jubilee.person_id, person.member_number, person.family_name, person.given_name,
  jubilee.organ_id, organ.name AS organ_name, jubilee.type_id, jubilee.years, jubilee.reached_on, jubilee.action_id,
  jubilee.recorded_at AS record_time, jubilee.withdrawn_at AS withdraw_time
FROM jubilee
JOIN organ ON organ.federation_id = :federation_id AND organ.organ_id = jubilee.organ_id
JOIN person ON person.federation_id = :federation_id AND person.person_id = jubilee.person_id AND NOT person.withdrawn
WHERE jubilee.federation_id = :federation_id
  AND (:organisation_id?::uuid IS NULL OR organ.organisation_id = :organisation_id?::uuid)
  AND (:person_id?::uuid IS NULL OR jubilee.person_id = :person_id?::uuid)
  AND (:organ_id?::uuid IS NULL OR EXISTS (SELECT FROM membership AS member
    WHERE member.federation_id = :federation_id AND member.person_id = jubilee.person_id
      AND member.organ_id = :organ_id?::uuid AND member.superseded_at IS NULL
      AND member.valid_from <= jubilee.reached_on AND member.valid_to > jubilee.reached_on))
  AND (:from?::date IS NULL OR jubilee.reached_on >= :from?::date)
  AND (:to?::date IS NULL OR jubilee.reached_on < :to?::date)
  AND (:after?::uuid IS NULL OR (jubilee.reached_on, jubilee.jubilee_id) <
    ((SELECT reached_on FROM jubilee AS last WHERE last.federation_id = :federation_id
      AND last.jubilee_id = :after?::uuid), :after?::uuid))
ORDER BY jubilee.reached_on DESC, jubilee.jubilee_id DESC
LIMIT :limit;
