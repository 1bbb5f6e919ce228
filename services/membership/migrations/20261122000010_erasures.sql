-- migrate:up

-- Who has been erased: nothing of the person but the id, so that a snapshot for followers can tell it again.
create table erasure (
  federation_id uuid not null,
  person_id uuid not null,
  reason text not null,
  recorded_at timestamptz not null,
  recorded_by text not null,
  primary key (federation_id, person_id)
);

-- migrate:down
drop table erasure;
