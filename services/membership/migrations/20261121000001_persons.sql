-- migrate:up

-- A trusted extension: the owner of the database may create it.
create extension if not exists pg_trgm;

-- Gaps are harmless here, so a sequence: a counter row would let one registrar wait for another.
create sequence member_number start with 1000001;

-- Who a person is today: one row, found by its key. Everything in it can be made anew from person_version.
create table person (
  federation_id uuid not null,
  person_id uuid not null,
  member_number text not null,
  key text check (key <> ''),
  given_name text not null,
  family_name text not null,
  birth_date date,
  identity_cipher bytea,
  identity_index bytea,
  language text not null default '',
  email text not null default '',
  phone text not null default '',
  end_date date,
  end_reason text not null default '',
  -- Goes up with every change of the person, addresses, facts and relations included: the entity tag.
  version bigint not null default 1,
  create_time timestamptz not null,
  update_time timestamptz not null,
  -- The first day on which person_version says something else than this row; null for never.
  refresh_on date,
  -- Taken out of the register (import undone): hidden from every list, kept for history.
  withdrawn boolean not null default false,
  -- Folded for search: family and given name; given and family name; these with number, key and e-mail.
  search_name text not null,
  search_given text not null,
  search_text text not null,
  -- The name's collation key in the federation's language.
  sort_key bytea not null,
  primary key (federation_id, person_id),
  check ((identity_cipher is null) = (identity_index is null))
) with (fillfactor = 90);

-- Indexes for single look-ups do not begin with federation_id: while a table is new and has no statistics the planner takes
-- any index whose first column is given, and a federation's first import would read the whole table for every row.
create unique index person_member_number on person (member_number, federation_id);
create unique index person_key on person (key, federation_id) where key is not null and not withdrawn;
create unique index person_identity on person (identity_index, federation_id)
  where identity_index is not null and not withdrawn;
create index person_sort on person (sort_key, person_id, federation_id) where not withdrawn;
create index person_birth_date on person (coalesce (birth_date, 'infinity'), person_id, federation_id) where not withdrawn;
create index person_search_name on person (search_name text_pattern_ops, person_id, federation_id) where not withdrawn;
create index person_search_given on person (search_given text_pattern_ops, person_id, federation_id) where not withdrawn;
create index person_search_text on person using gin (search_text gin_trgm_ops) where not withdrawn;
create index person_refresh on person (refresh_on, federation_id) where refresh_on is not null;

-- What is true of a person hangs on the person without a foreign key: it is written under the lock of the person's row and
-- persons are never deleted, while the check would cost a look-up for every row, a fifth of an import. The keys begin with
-- the person, so that one index finds both the row and all that is on record of somebody.

-- Every state of a person's own fields, in two times: valid (when it is true) and recorded (when it was believed).
-- Rows are never changed but to set superseded_at, and superseded_run_id with it.
create table person_version (
  federation_id uuid not null,
  version_id uuid not null,
  person_id uuid not null,
  valid daterange not null check (not isempty (valid)),
  recorded_at timestamptz not null,
  recorded_by text not null,
  run_id uuid,
  superseded_at timestamptz,
  superseded_run_id uuid,
  key text,
  given_name text not null,
  family_name text not null,
  birth_date date,
  -- The id under which the birth date is published as a fact: changes only with the birth date.
  birth_fact_id uuid,
  identity_cipher bytea,
  identity_index bytea,
  language text not null default '',
  email text not null default '',
  phone text not null default '',
  end_date date,
  end_reason text not null default '',
  primary key (federation_id, person_id, version_id),
  check (superseded_at >= recorded_at)
);
-- That periods do not overlap is kept by cutting them under the person's row lock; an exclusion constraint would keep
-- it too, but GiST cannot tell UUIDs of one millisecond apart, so an import would slow down with its length.
create unique index person_version_start on person_version (federation_id, person_id, lower (valid))
  where superseded_at is null;

-- Where a person lives. One address on a day. An address carries five facts, all under address_id.
create table address (
  federation_id uuid not null,
  address_id uuid not null,
  person_id uuid not null,
  valid daterange not null check (not isempty (valid)),
  recorded_at timestamptz not null,
  recorded_by text not null,
  run_id uuid,
  superseded_at timestamptz,
  superseded_run_id uuid,
  street text not null default '',
  postal_code text not null default '',
  town text not null default '',
  municipality text not null default '',
  province text not null default '',
  country text not null,
  primary key (federation_id, person_id, address_id),
  check (superseded_at >= recorded_at)
);
create unique index address_start on address (federation_id, person_id, lower (valid)) where superseded_at is null;
create index address_postal_code on address (postal_code, federation_id) where superseded_at is null;
create index address_municipality on address (municipality, federation_id) where superseded_at is null;

-- Subscriptions (7), admissions (8), positions (9) and tags (10): the numbers of heimo.common.v1.FactKind.
create table person_fact (
  federation_id uuid not null,
  fact_id uuid not null,
  person_id uuid not null,
  kind smallint not null check (kind between 7 and 10),
  value text not null default '',
  organ_id uuid,
  valid daterange not null check (not isempty (valid)),
  recorded_at timestamptz not null,
  recorded_by text not null,
  run_id uuid,
  superseded_at timestamptz,
  superseded_run_id uuid,
  primary key (federation_id, person_id, fact_id),
  check (superseded_at >= recorded_at),
  check ((organ_id is not null) = (kind in (8, 9)) or kind = 9)
);

-- A household. The key is that of the register the data came from.
create table family (
  federation_id uuid not null,
  family_id uuid not null,
  key text check (key <> ''),
  create_time timestamptz not null,
  run_id uuid,
  primary key (federation_id, family_id)
);
create unique index family_key on family (key, federation_id) where key is not null;

-- 1: person_id is a guardian of the person other_id; 2: person_id belongs to the family other_id.
create table relation (
  federation_id uuid not null,
  relation_id uuid not null,
  kind smallint not null check (kind in (1, 2)),
  person_id uuid not null,
  other_id uuid not null,
  valid daterange not null check (not isempty (valid)),
  recorded_at timestamptz not null,
  recorded_by text not null,
  run_id uuid,
  superseded_at timestamptz,
  superseded_run_id uuid,
  primary key (federation_id, relation_id),
  check (superseded_at >= recorded_at),
  check (person_id <> other_id)
);
create index relation_person on relation (federation_id, person_id);
create index relation_other on relation (federation_id, other_id);

-- The gazetteer.
create table place (
  federation_id uuid not null,
  country text not null,
  postal_code text not null,
  town text not null,
  municipality text not null,
  province text not null,
  primary key (federation_id, country, postal_code)
);

-- What the hierarchy service told of its organs: a projection of its events.
create table organ_ref (
  federation_id uuid not null,
  organ_id uuid not null,
  organisation_id uuid not null,
  code text not null,
  name text not null,
  kind text not null default '',
  valid_from date,
  valid_to date,
  primary key (federation_id, organ_id)
);
create index organ_ref_code on organ_ref (code, federation_id);

-- migrate:down
drop table organ_ref, place, relation, family, person_fact, address, person_version, person;
drop sequence member_number;
