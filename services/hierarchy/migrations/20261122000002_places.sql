-- migrate:up

-- A postal code belongs elsewhere from a day on: rules may name what it was and what it will be.
ALTER TABLE place ADD COLUMN valid_from date NOT NULL DEFAULT '-infinity';
ALTER TABLE place DROP CONSTRAINT place_pkey;
ALTER TABLE place ADD PRIMARY KEY (federation_id, country, postal_code, valid_from);

-- migrate:down
DELETE FROM place WHERE valid_from > '-infinity';
ALTER TABLE place DROP CONSTRAINT place_pkey;
ALTER TABLE place ADD PRIMARY KEY (federation_id, country, postal_code);
ALTER TABLE place DROP COLUMN valid_from;
