-- migrate:up

-- From a day on, postal codes belong elsewhere. state is heimo.membership.v1.AreaChangeState.
create table area_change (
  federation_id uuid not null,
  area_change_id uuid not null,
  title text not null check (title <> ''),
  reason text not null default '',
  valid_from date not null,
  state smallint not null default 1 check (state between 1 and 6),
  place_count bigint not null,
  person_count bigint not null,
  apply_run_id uuid,
  undo_run_id uuid,
  version bigint not null default 1,
  recorded_at timestamptz not null,
  recorded_by text not null,
  primary key (federation_id, area_change_id)
);

-- The postal codes it concerns, as the gazetteer had them when it was checked.
create table area_place (
  federation_id uuid not null,
  area_change_id uuid not null,
  country text not null,
  postal_code text not null,
  old_town text not null,
  old_municipality text not null,
  old_province text not null,
  town text not null,
  municipality text not null,
  province text not null,
  person_count bigint not null,
  primary key (federation_id, area_change_id, country, postal_code),
  foreign key (federation_id, area_change_id) references area_change
);

-- What the gazetteer says of a postal code from a day on: rows of area changes that are applied.
create table place_change (
  federation_id uuid not null,
  country text not null,
  postal_code text not null,
  valid_from date not null,
  old_town text not null,
  town text not null,
  municipality text not null,
  province text not null,
  area_change_id uuid not null,
  foreign key (federation_id, area_change_id) references area_change,
  constraint place_change_once primary key (federation_id, country, postal_code, valid_from)
);

create index address_run on address (run_id, person_id) where run_id is not null;

-- migrate:down
drop index address_run;
drop table place_change, area_place, area_change;
