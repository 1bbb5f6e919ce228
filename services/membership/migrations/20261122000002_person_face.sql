-- migrate:up

-- Where the person lives and to which family they belong, as address and relation say it for every day from face_from
-- up to but not including face_to; for other days the two tables are asked. So a person is read by one look-up, and
-- nothing has to happen at midnight. Written whenever the person is, and by the day's run for those whose days are over:
-- rows that were there before begin with none.
alter table person
  add column address_id uuid,
  add column address_street text,
  add column address_postal_code text,
  add column address_town text,
  add column address_municipality text,
  add column address_province text,
  add column address_country text,
  add column address_from date,
  add column address_to date,
  add column address_recorded_at timestamptz,
  add column family_id uuid,
  add column face_from date not null default '-infinity',
  add column face_to date not null default '-infinity';

-- What has to be looked up again.
create index person_stale on person (face_to, federation_id) where face_to <> 'infinity';

-- migrate:down
alter table person drop column address_id, drop column address_street, drop column address_postal_code,
  drop column address_town, drop column address_municipality, drop column address_province, drop column address_country,
  drop column address_from, drop column address_to, drop column address_recorded_at, drop column family_id,
  drop column face_from, drop column face_to;
