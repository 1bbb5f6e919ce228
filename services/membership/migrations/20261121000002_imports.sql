-- migrate:up

-- An uploaded file. Its parts are encrypted: they hold everything that is encrypted elsewhere.
create table import_file (
  federation_id uuid not null,
  file_id uuid not null,
  file_name text not null default '',
  size bigint not null default 0,
  part_count integer not null default 0,
  complete boolean not null default false,
  -- libsodium's SHA-256 in progress, so that the hash grows with the parts; replaced by the hash at the end.
  sha256 bytea not null,
  create_time timestamptz not null,
  primary key (federation_id, file_id)
);

create table import_file_part (
  federation_id uuid not null,
  file_id uuid not null,
  part integer not null,
  -- Bytes of the file before this part.
  start bigint not null,
  size integer not null,
  cipher bytea not null,
  primary key (federation_id, file_id, part),
  foreign key (federation_id, file_id) references import_file on delete cascade
);
alter table import_file_part alter column cipher set storage external;

-- The mapping last used for files with these columns.
create table import_mapping (
  federation_id uuid not null,
  columns_hash bytea not null,
  mapping bytea not null,
  update_time timestamptz not null,
  primary key (federation_id, columns_hash)
);

-- state: the numbers of heimo.membership.v1.ImportState.
create table import (
  federation_id uuid not null,
  import_id uuid not null,
  file_id uuid not null,
  file_name text not null,
  state smallint not null,
  check_run_id uuid,
  apply_run_id uuid,
  undo_run_id uuid,
  created bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  errors bigint not null default 0,
  warnings bigint not null default 0,
  actor text not null,
  create_time timestamptz not null,
  version bigint not null default 1,
  plan_hash text not null default '',
  -- The settings of the reader: a packed CreateImportRequest with everything resolved.
  settings bytea not null,
  primary key (federation_id, import_id),
  foreign key (federation_id, file_id) references import_file
);

-- One row of a file, read and checked: the dry run writes it, the apply reads it. Empty cells are null.
-- action: 1 create, 2 update, 3 nothing, 4 error.
create table import_row (
  federation_id uuid not null,
  import_id uuid not null,
  -- 1, 2, 3 … without gaps.
  position bigint not null,
  line bigint not null,
  action smallint not null,
  -- The person the row is about: found in the register, or the id a new person gets.
  person_id uuid not null,
  -- The id that the identity code was sealed for.
  seal_id uuid not null,
  key text,
  given_name text,
  family_name text,
  birth_date date,
  identity_cipher bytea,
  identity_index bytea,
  language text,
  email text,
  phone text,
  street text,
  postal_code text,
  town text,
  country text,
  family text,
  guardian_keys text,
  subscription text,
  subscription_from date,
  organ_code text,
  admitted_from date,
  member_type text,
  position_held text,
  position_from date,
  primary key (federation_id, import_id, position)
);
create index import_row_key on import_row (key, import_id, federation_id);
create index import_row_identity on import_row (identity_index, import_id, federation_id)
  where identity_index is not null;

-- migrate:down
drop table import_row, import, import_mapping, import_file_part, import_file;
