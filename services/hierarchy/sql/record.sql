-- Writing dated rows: lives, edges, rule versions, exceptions. Each statement writes all rows of one change.

-- name: organ_insert
INSERT INTO organ (federation_id, organ_id, organisation_id, code, name, kind, search_text, sort_key, recorded_at,
  recorded_by, recorded_plan)
SELECT :federation_id, row.organ_id, :organisation_id, row.code, row.name, row.kind, row.search_text, row.sort_key,
  :recorded_at, :recorded_by, :plan_id?
FROM unnest (:organ_ids::uuid[], :codes::text[], :names::text[], :kinds::text[], :search_texts::text[],
  :sort_keys::bytea[]) AS row (organ_id, code, name, kind, search_text, sort_key)
-- Only an organ that an undone plan had created is created again: it has no life on record.
ON CONFLICT (federation_id, organ_id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
  search_text = excluded.search_text, sort_key = excluded.sort_key, recorded_plan = excluded.recorded_plan,
  version = organ.version + 1;

-- name: life_insert
INSERT INTO organ_life (federation_id, life_id, organ_id, valid, recorded_at, recorded_by, recorded_plan, ended)
SELECT :federation_id, row.id, row.organ_id, daterange (row.valid_from, row.valid_to), :recorded_at, :recorded_by,
  row.plan_id, row.ended
FROM unnest (:ids::uuid[], :organ_ids::uuid[], :valid_from::date[], :valid_to::date[], :plan_ids::uuid[],
  :ended::boolean[]) AS row (id, organ_id, valid_from, valid_to, plan_id, ended);

-- name: edge_insert
INSERT INTO organ_edge (federation_id, edge_id, organ_id, parent_id, valid, recorded_at, recorded_by, recorded_plan,
  carried)
SELECT :federation_id, row.id, row.organ_id, row.parent_id, daterange (row.valid_from, row.valid_to), :recorded_at,
  :recorded_by, row.plan_id, row.carried
FROM unnest (:ids::uuid[], :organ_ids::uuid[], :other_ids::uuid[], :valid_from::date[], :valid_to::date[],
  :plan_ids::uuid[], :carried::boolean[]) AS row (id, organ_id, parent_id, valid_from, valid_to, plan_id, carried);

-- name: rule_insert
INSERT INTO rule_version (federation_id, rule_id, organ_id, type_id, valid, nodes, recorded_at, recorded_by,
  recorded_plan)
SELECT :federation_id, row.id, row.organ_id, row.type_id, daterange (row.valid_from, row.valid_to), row.nodes,
  :recorded_at, :recorded_by, row.plan_id
FROM unnest (:ids::uuid[], :organ_ids::uuid[], :other_ids::uuid[], :valid_from::date[], :valid_to::date[],
  :plan_ids::uuid[], :nodes::bytea[]) AS row (id, organ_id, type_id, valid_from, valid_to, plan_id, nodes);

-- name: exception_insert
-- The author stays that of the exception when it is cut or continues elsewhere.
INSERT INTO membership_exception (federation_id, exception_id, person_id, organ_id, type_id, valid_from, valid_to,
  reason, recorded_at, recorded_by, recorded_plan)
SELECT :federation_id, row.id, row.person_id, row.organ_id, row.type_id, coalesce (row.valid_from, '-infinity'),
  coalesce (row.valid_to, 'infinity'), row.reason, :recorded_at, coalesce (row.author, :recorded_by), row.plan_id
FROM unnest (:ids::uuid[], :organ_ids::uuid[], :other_ids::uuid[], :valid_from::date[], :valid_to::date[],
  :plan_ids::uuid[], :person_ids::uuid[], :reasons::text[], :authors::text[])
  AS row (id, organ_id, type_id, valid_from, valid_to, plan_id, person_id, reason, author);

-- name: life_supersede
UPDATE organ_life SET superseded_at = greatest (recorded_at, :superseded_at), superseded_plan = :plan_id?
WHERE federation_id = :federation_id AND life_id = ANY (:ids::uuid[]);

-- name: edge_supersede
UPDATE organ_edge SET superseded_at = greatest (recorded_at, :superseded_at), superseded_plan = :plan_id?
WHERE federation_id = :federation_id AND edge_id = ANY (:ids::uuid[]);

-- name: rule_supersede
UPDATE rule_version SET superseded_at = greatest (recorded_at, :superseded_at), superseded_plan = :plan_id?
WHERE federation_id = :federation_id AND rule_id = ANY (:ids::uuid[]);

-- name: exception_supersede
UPDATE membership_exception SET superseded_at = greatest (recorded_at, :superseded_at), superseded_plan = :plan_id?
WHERE federation_id = :federation_id AND exception_id = ANY (:ids::uuid[]);

-- name: record_touch_organs
-- Their lives, places or rules have changed: they have another entity tag.
UPDATE organ SET version = version + 1
WHERE federation_id = :federation_id AND organ_id = ANY (:organ_ids::uuid[]);

-- name: record_given_back
-- Rows that an undo has recorded anew: they are the plan's no longer.
WITH life AS (UPDATE organ_life SET given_back = true WHERE federation_id = :federation_id AND superseded_plan = :plan_id),
  edge AS (UPDATE organ_edge SET given_back = true WHERE federation_id = :federation_id AND superseded_plan = :plan_id),
  rule AS (UPDATE rule_version SET given_back = true WHERE federation_id = :federation_id AND superseded_plan = :plan_id)
UPDATE membership_exception SET given_back = true WHERE federation_id = :federation_id AND superseded_plan = :plan_id;

-- name: record_check
-- Cycles and the beginnings of edges, which are otherwise judged at COMMIT.
SET CONSTRAINTS ALL IMMEDIATE;

-- name: record_savepoint
SAVEPOINT change_set;

-- name: record_rollback
ROLLBACK TO SAVEPOINT change_set;

-- name: record_release
RELEASE SAVEPOINT change_set;
