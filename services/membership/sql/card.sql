-- What is on record of persons: read whole, superseded by id, inserted in sets.

-- name: version_list
SELECT held.person_id, version_id, lower (valid) AS valid_from, upper (valid) AS valid_to, key, given_name, family_name,
  birth_date, birth_fact_id, identity_cipher, identity_index, language, email, phone, end_date, end_reason, run_id
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN person_version AS held ON held.federation_id = :federation_id AND held.person_id = wanted.person_id
WHERE held.superseded_at IS NULL
ORDER BY held.person_id, valid;

-- name: version_supersede
UPDATE person_version AS held SET superseded_at = :record_time, superseded_run_id = :run_id?
FROM unnest (:ids::uuid[], :person_ids::uuid[]) AS wanted (id, person_id)
WHERE held.federation_id = :federation_id AND held.person_id = wanted.person_id AND held.version_id = wanted.id
  AND held.superseded_at IS NULL;

-- name: version_insert
INSERT INTO person_version (federation_id, version_id, person_id, valid, recorded_at, recorded_by, run_id, key, given_name,
  family_name, birth_date, birth_fact_id, identity_cipher, identity_index, language, email, phone, end_date, end_reason)
SELECT :federation_id, version_id, person_id,
  daterange (nullif (valid_from, '')::date, nullif (valid_to, '')::date), :record_time, :actor, :run_id?,
  nullif (key, ''), given_name, family_name, nullif (birth_date, '')::date, nullif (birth_fact_id, '')::uuid,
  nullif (identity_cipher, '')::bytea, nullif (identity_index, '')::bytea, language, email, phone,
  nullif (end_date, '')::date, end_reason
FROM unnest (:id::uuid[], :person_id::uuid[], :valid_from::text[], :valid_to::text[], :key::text[], :given_name::text[],
  :family_name::text[], :birth_date::text[], :birth_fact_id::text[], :identity_cipher::text[], :identity_index::text[],
  :language::text[], :email::text[], :phone::text[], :end_date::text[], :end_reason::text[])
  AS row (version_id, person_id, valid_from, valid_to, key, given_name, family_name, birth_date, birth_fact_id,
    identity_cipher, identity_index, language, email, phone, end_date, end_reason);

-- name: address_list
SELECT held.person_id, address_id, lower (valid) AS valid_from, upper (valid) AS valid_to, street, postal_code, town,
  municipality, province, country, recorded_at, run_id
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN address AS held ON held.federation_id = :federation_id AND held.person_id = wanted.person_id
WHERE held.superseded_at IS NULL
ORDER BY held.person_id, valid;

-- name: address_supersede
UPDATE address AS held SET superseded_at = :record_time, superseded_run_id = :run_id?
FROM unnest (:ids::uuid[], :person_ids::uuid[]) AS wanted (id, person_id)
WHERE held.federation_id = :federation_id AND held.person_id = wanted.person_id AND held.address_id = wanted.id
  AND held.superseded_at IS NULL;

-- name: address_insert
INSERT INTO address (federation_id, address_id, person_id, valid, recorded_at, recorded_by, run_id, street, postal_code,
  town, municipality, province, country)
SELECT :federation_id, address_id, person_id, daterange (nullif (valid_from, '')::date, nullif (valid_to, '')::date),
  :record_time, :actor, :run_id?, street, postal_code, town, municipality, province, country
FROM unnest (:id::uuid[], :person_id::uuid[], :valid_from::text[], :valid_to::text[], :street::text[],
  :postal_code::text[], :town::text[], :municipality::text[], :province::text[], :country::text[])
  AS row (address_id, person_id, valid_from, valid_to, street, postal_code, town, municipality, province, country);

-- name: fact_list
SELECT held.person_id, fact_id, lower (valid) AS valid_from, upper (valid) AS valid_to, kind, value, organ_id, run_id
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN person_fact AS held ON held.federation_id = :federation_id AND held.person_id = wanted.person_id
WHERE held.superseded_at IS NULL
ORDER BY held.person_id, kind, valid;

-- name: fact_supersede
UPDATE person_fact AS held SET superseded_at = :record_time, superseded_run_id = :run_id?
FROM unnest (:ids::uuid[], :person_ids::uuid[]) AS wanted (id, person_id)
WHERE held.federation_id = :federation_id AND held.person_id = wanted.person_id AND held.fact_id = wanted.id
  AND held.superseded_at IS NULL;

-- name: fact_insert
INSERT INTO person_fact (federation_id, fact_id, person_id, valid, recorded_at, recorded_by, run_id, kind, value, organ_id)
SELECT :federation_id, fact_id, person_id, daterange (nullif (valid_from, '')::date, nullif (valid_to, '')::date),
  :record_time, :actor, :run_id?, kind, value, nullif (organ_id, '')::uuid
FROM unnest (:id::uuid[], :person_id::uuid[], :valid_from::text[], :valid_to::text[], :kind::smallint[], :value::text[],
  :organ_id::text[])
  AS row (fact_id, person_id, valid_from, valid_to, kind, value, organ_id);

-- name: relation_list_of
SELECT held.person_id, relation_id, lower (valid) AS valid_from, upper (valid) AS valid_to, kind, other_id, run_id
FROM unnest (:person_ids::uuid[]) AS wanted (person_id)
JOIN relation AS held ON held.federation_id = :federation_id AND held.person_id = wanted.person_id
WHERE held.superseded_at IS NULL
ORDER BY held.person_id, kind, valid;

-- name: relation_supersede
UPDATE relation AS held SET superseded_at = :record_time, superseded_run_id = :run_id?
FROM unnest (:ids::uuid[]) AS wanted (id)
WHERE held.federation_id = :federation_id AND held.relation_id = wanted.id AND held.superseded_at IS NULL;

-- name: relation_insert
INSERT INTO relation (federation_id, relation_id, person_id, valid, recorded_at, recorded_by, run_id, kind, other_id)
SELECT :federation_id, relation_id, person_id, daterange (nullif (valid_from, '')::date, nullif (valid_to, '')::date),
  :record_time, :actor, :run_id?, kind, other_id
FROM unnest (:id::uuid[], :person_id::uuid[], :valid_from::text[], :valid_to::text[], :kind::smallint[],
  :other_id::uuid[])
  AS row (relation_id, person_id, valid_from, valid_to, kind, other_id);
