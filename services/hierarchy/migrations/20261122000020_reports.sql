-- migrate:up

-- Members of organs are counted by type: with the type in it the index answers alone, and lists read it there too.
DROP INDEX membership_by_name;
CREATE INDEX membership_by_name ON membership (federation_id, organ_id, sort_key, person_id)
  INCLUDE (valid_from, valid_to, type_id) WHERE superseded_at IS NULL;

-- migrate:down
DROP INDEX membership_by_name;
CREATE INDEX membership_by_name ON membership (federation_id, organ_id, sort_key, person_id)
  INCLUDE (valid_from, valid_to) WHERE superseded_at IS NULL;
