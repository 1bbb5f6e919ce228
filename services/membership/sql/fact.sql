-- Addresses, facts and relations as they are answered.

-- name: address_history
-- What was believed at an instant.
SELECT address_id, person_id, street, postal_code, town, municipality, province, country, lower (valid) AS valid_from,
  upper (valid) AS valid_to, recorded_at AS record_time
FROM address
WHERE federation_id = :federation_id AND person_id = :person_id AND recorded_at < :known_at::timestamptz
  AND (superseded_at IS NULL OR superseded_at >= :known_at::timestamptz)
ORDER BY valid DESC;

-- name: fact_history
SELECT fact.fact_id, fact.person_id, fact.kind, fact.value, fact.organ_id, organ.name AS organ_name,
  lower (fact.valid) AS valid_from, upper (fact.valid) AS valid_to, fact.recorded_at AS record_time
FROM person_fact AS fact
LEFT JOIN organ_ref AS organ ON organ.federation_id = fact.federation_id AND organ.organ_id = fact.organ_id
WHERE fact.federation_id = :federation_id AND fact.person_id = :person_id AND fact.recorded_at < :known_at::timestamptz
  AND (fact.superseded_at IS NULL OR fact.superseded_at >= :known_at::timestamptz)
ORDER BY fact.kind, fact.valid DESC, fact.fact_id;

-- name: fact_get
SELECT fact.fact_id, fact.person_id, fact.kind, fact.value, fact.organ_id, organ.name AS organ_name,
  lower (fact.valid) AS valid_from, upper (fact.valid) AS valid_to, fact.recorded_at AS record_time
FROM person_fact AS fact
LEFT JOIN organ_ref AS organ ON organ.federation_id = fact.federation_id AND organ.organ_id = fact.organ_id
WHERE fact.federation_id = :federation_id AND fact.person_id = :person_id AND fact.fact_id = :fact_id;

-- name: address_get
SELECT address_id, person_id, street, postal_code, town, municipality, province, country, lower (valid) AS valid_from,
  upper (valid) AS valid_to, recorded_at AS record_time
FROM address WHERE federation_id = :federation_id AND person_id = :person_id AND address_id = :address_id;

-- name: relation_person
-- Whose relation it is.
SELECT person_id FROM relation
WHERE federation_id = :federation_id AND relation_id = :relation_id AND superseded_at IS NULL;

-- name: relation_get
SELECT relation.relation_id, relation.kind, relation.person_id, relation.other_id, lower (relation.valid) AS valid_from,
  upper (relation.valid) AS valid_to, person.family_name || ', ' || person.given_name AS person_name,
  other.family_name || ', ' || other.given_name AS other_name
FROM relation
JOIN person ON person.federation_id = relation.federation_id AND person.person_id = relation.person_id
LEFT JOIN person AS other ON other.federation_id = relation.federation_id AND other.person_id = relation.other_id
WHERE relation.federation_id = :federation_id AND relation.relation_id = :relation_id;

-- name: relation_list
-- Guardians, wards, then everyone in the families.
WITH wanted AS (
  SELECT relation_id FROM relation
  WHERE federation_id = :federation_id AND person_id = :person_id::uuid AND superseded_at IS NULL AND valid @> :today::date
  UNION
  SELECT relation_id FROM relation
  WHERE federation_id = :federation_id AND other_id = :person_id::uuid AND superseded_at IS NULL AND valid @> :today::date
  UNION
  SELECT others.relation_id FROM relation AS own
  JOIN relation AS others ON others.federation_id = own.federation_id AND others.other_id = own.other_id
    AND others.kind = 2 AND others.superseded_at IS NULL AND others.valid @> :today::date
  WHERE own.federation_id = :federation_id AND own.person_id = :person_id::uuid AND own.kind = 2
    AND own.superseded_at IS NULL AND own.valid @> :today::date
)
SELECT relation.relation_id, relation.kind, relation.person_id, relation.other_id, lower (relation.valid) AS valid_from,
  upper (relation.valid) AS valid_to, person.family_name || ', ' || person.given_name AS person_name,
  other.family_name || ', ' || other.given_name AS other_name
FROM wanted
JOIN relation ON relation.federation_id = :federation_id AND relation.relation_id = wanted.relation_id
JOIN person ON person.federation_id = relation.federation_id AND person.person_id = relation.person_id
LEFT JOIN person AS other ON other.federation_id = relation.federation_id AND other.person_id = relation.other_id
WHERE NOT person.withdrawn AND (other.person_id IS NULL OR NOT other.withdrawn)
ORDER BY relation.kind, relation.other_id <> :person_id::uuid, person.sort_key, relation.relation_id
LIMIT 1000;

-- name: family_insert
INSERT INTO family (federation_id, family_id, create_time) VALUES (:federation_id, :family_id, :record_time);

-- name: family_get
SELECT family_id FROM family WHERE federation_id = :federation_id AND family_id = :family_id;
