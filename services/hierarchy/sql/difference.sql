-- What a change of the model makes of memberships.

-- name: difference_lock
-- Derivations share this lock, so none works with the old model beside the change. And persons are looked up one by
-- one in this transaction, see derive_begin.
SELECT pg_advisory_xact_lock (hashtextextended (:federation_id::text, 1)), set_config ('enable_seqscan', 'off', true);

-- name: difference_persons
-- In the order of the list.
SELECT person.sort_key
FROM unnest (:person_ids::uuid[]) WITH ORDINALITY AS row (person_id, n)
LEFT JOIN person ON person.federation_id = :federation_id AND person.person_id = row.person_id
ORDER BY row.n;
