-- Deriving many persons at once. `n` is the person's position in the list, from 1.

-- name: derive_facts
SELECT row.n, fact.kind, fact.value, fact.organ_id, fact.valid_from, fact.valid_to
FROM unnest (:person_ids::uuid[]) WITH ORDINALITY AS row (person_id, n)
JOIN fact ON fact.federation_id = :federation_id AND fact.person_id = row.person_id
WHERE fact.superseded_at IS NULL
ORDER BY row.n;

-- name: derive_exceptions
SELECT row.n, exception.organ_id, exception.type_id, exception.valid_from, exception.valid_to
FROM unnest (:person_ids::uuid[]) WITH ORDINALITY AS row (person_id, n)
JOIN membership_exception AS exception
  ON exception.federation_id = :federation_id AND exception.person_id = row.person_id
WHERE exception.superseded_at IS NULL
ORDER BY row.n;

-- name: derive_facts_ever
SELECT row.n, fact.kind, fact.value, fact.organ_id, fact.valid_from, fact.valid_to, fact.recorded_at, fact.superseded_at
FROM unnest (:person_ids::uuid[]) WITH ORDINALITY AS row (person_id, n)
JOIN fact ON fact.federation_id = :federation_id AND fact.person_id = row.person_id
ORDER BY row.n;

-- name: derive_exceptions_ever
SELECT row.n, exception.organ_id, exception.type_id, exception.valid_from, exception.valid_to, exception.recorded_at,
  exception.superseded_at
FROM unnest (:person_ids::uuid[]) WITH ORDINALITY AS row (person_id, n)
JOIN membership_exception AS exception
  ON exception.federation_id = :federation_id AND exception.person_id = row.person_id
ORDER BY row.n;

-- name: derive_memberships
SELECT row.n, membership.membership_id, membership.organ_id, membership.type_id, membership.valid_from,
  membership.valid_to, membership.origin, membership.stretches, membership.recorded_at
FROM unnest (:person_ids::uuid[]) WITH ORDINALITY AS row (person_id, n)
JOIN membership ON membership.federation_id = :federation_id AND membership.person_id = row.person_id
WHERE membership.superseded_at IS NULL
ORDER BY row.n;

-- name: derive_begin
-- Counting waits while organ_count is made anew for another day, and the other way round. And in this transaction
-- persons are looked up one by one: while a first import runs, the planner takes the tables to be empty.
SELECT pg_advisory_xact_lock_shared (hashtextextended (:federation_id::text, 1)),
  set_config ('enable_seqscan', 'off', true);

-- name: derive_supersede
UPDATE membership SET superseded_at = greatest (membership.recorded_at, row.superseded_at)
FROM unnest (:persons::integer[], :membership_ids::uuid[], :superseded_at::timestamptz[])
  AS row (person, membership_id, superseded_at)
WHERE membership.federation_id = :federation_id AND membership.person_id = (:person_ids::uuid[])[row.person]
  AND membership.membership_id = row.membership_id;

-- name: derive_insert
INSERT INTO membership (federation_id, person_id, membership_id, organ_id, type_id, valid_from, valid_to, origin,
  stretches, recorded_at, sort_key)
SELECT :federation_id, (:person_ids::uuid[])[row.person], row.membership_id, (:ids::uuid[])[row.organ],
  (:ids::uuid[])[row.type], row.valid_from, row.valid_to, row.origin, row.stretches::integer[],
  (:recorded_at::timestamptz[])[row.person], key.sort_key
FROM unnest (:persons::integer[], :membership_ids::uuid[], :organs::integer[], :types::integer[],
  :valid_from::date[], :valid_to::date[], :origins::smallint[], :stretches::text[])
  AS row (person, membership_id, organ, type, valid_from, valid_to, origin, stretches)
JOIN unnest (:sort_keys::bytea[]) WITH ORDINALITY AS key (sort_key, n) ON key.n = row.person;

-- name: derive_count
INSERT INTO organ_count AS counted (federation_id, organ_id, slot, members)
SELECT :federation_id, row.organ_id, :slot, row.members
FROM unnest (:organ_ids::uuid[], :members::bigint[]) AS row (organ_id, members)
ORDER BY row.organ_id
ON CONFLICT (federation_id, organ_id, slot) DO UPDATE SET members = counted.members + excluded.members;
