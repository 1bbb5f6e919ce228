-- migrate:up

-- A change set with what it would do or has done.
CREATE TABLE plan (
  federation_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  title text NOT NULL,
  reason text NOT NULL,
  -- A packed heimo.hierarchy.v1.Plan with nothing but its changes.
  changes bytea NOT NULL,
  change_count integer NOT NULL,
  first_day date NOT NULL,
  last_day date NOT NULL,
  -- heimo.hierarchy.v1.PlanState.
  state smallint NOT NULL CHECK (state BETWEEN 1 AND 7),
  hash text NOT NULL,
  person_count bigint NOT NULL DEFAULT 0,
  joining_count bigint NOT NULL DEFAULT 0,
  leaving_count bigint NOT NULL DEFAULT 0,
  moving_count bigint NOT NULL DEFAULT 0,
  organ_count bigint NOT NULL DEFAULT 0,
  author text NOT NULL,
  create_time timestamptz NOT NULL,
  preview_time timestamptz NOT NULL,
  apply_time timestamptz,
  undo_time timestamptz,
  run_id uuid,
  error text NOT NULL DEFAULT '',
  error_reason text NOT NULL DEFAULT '',
  version bigint NOT NULL DEFAULT 1,
  -- The organs that its changes name.
  concerned uuid[] NOT NULL DEFAULT '{}',
  -- The organs that it creates, by code: the same at every preview and when it is carried out.
  created_codes text[] NOT NULL DEFAULT '{}',
  created_ids uuid[] NOT NULL DEFAULT '{}',
  -- Folded for search: title, reason, author.
  search_text text NOT NULL,
  PRIMARY KEY (federation_id, plan_id),
  FOREIGN KEY (federation_id, organisation_id) REFERENCES organisation
);

CREATE INDEX plan_by_organisation ON plan (federation_id, organisation_id, plan_id);

CREATE VIEW plan_view AS
SELECT plan.federation_id, plan_id, plan.organisation_id, organ.name AS organisation_name, title, reason, changes,
  change_count, first_day, last_day, state, hash, person_count, joining_count, leaving_count, moving_count, organ_count,
  author, create_time, preview_time, apply_time, undo_time, run_id, error, error_reason, concerned,
  plan.search_text, '"' || plan.version || '"' AS etag, state NOT IN (2, 5) AS done
FROM plan JOIN organ ON organ.federation_id = plan.federation_id AND organ.organ_id = plan.organisation_id;

-- What a plan does to one organ and type, told at its preview. Names are those of the preview: an organ that the plan
-- creates is not on record before.
CREATE TABLE plan_effect (
  federation_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  -- By organ name and type.
  position integer NOT NULL,
  organ_id uuid NOT NULL,
  organ_code text NOT NULL,
  organ_name text NOT NULL,
  organ_kind text NOT NULL,
  type_id uuid NOT NULL,
  type_name text NOT NULL,
  joins bigint NOT NULL,
  leaves bigint NOT NULL,
  before bigint NOT NULL,
  after bigint NOT NULL,
  stays bigint NOT NULL,
  -- The persons with their periods before and after: see plan_persons.h.
  persons bytea NOT NULL,
  PRIMARY KEY (federation_id, plan_id, position),
  FOREIGN KEY (federation_id, plan_id) REFERENCES plan
);

-- Mostly random bytes: to compress them costs more than it saves.
ALTER TABLE plan_effect ALTER persons SET STORAGE EXTERNAL;

-- Who recorded a row and who superseded it, for undoing; none for a change outside of plans. given_back: an undo has
-- recorded the row anew. carried: the edge goes on with what stood on record on its first day (the rest of one that was
-- cut, or one that a merge, a split or an undo leads elsewhere), so its beginning has been judged before.
ALTER TABLE organ ADD recorded_plan uuid;
ALTER TABLE organ_life ADD recorded_plan uuid, ADD superseded_plan uuid, ADD given_back boolean NOT NULL DEFAULT false;
ALTER TABLE organ_edge ADD recorded_plan uuid, ADD superseded_plan uuid, ADD given_back boolean NOT NULL DEFAULT false,
  ADD carried boolean NOT NULL DEFAULT false;
ALTER TABLE rule_version ADD recorded_plan uuid, ADD superseded_plan uuid, ADD given_back boolean NOT NULL DEFAULT false;
ALTER TABLE membership_exception ADD recorded_plan uuid, ADD superseded_plan uuid,
  ADD given_back boolean NOT NULL DEFAULT false;
CREATE INDEX organ_life_recorded ON organ_life (federation_id, recorded_plan) WHERE recorded_plan IS NOT NULL;
CREATE INDEX organ_life_superseded ON organ_life (federation_id, superseded_plan) WHERE superseded_plan IS NOT NULL;
CREATE INDEX organ_edge_recorded ON organ_edge (federation_id, recorded_plan) WHERE recorded_plan IS NOT NULL;
CREATE INDEX organ_edge_superseded ON organ_edge (federation_id, superseded_plan) WHERE superseded_plan IS NOT NULL;
CREATE INDEX rule_version_recorded ON rule_version (federation_id, recorded_plan) WHERE recorded_plan IS NOT NULL;
CREATE INDEX rule_version_superseded ON rule_version (federation_id, superseded_plan) WHERE superseded_plan IS NOT NULL;
CREATE INDEX membership_exception_recorded ON membership_exception (federation_id, recorded_plan)
  WHERE recorded_plan IS NOT NULL;
CREATE INDEX membership_exception_superseded ON membership_exception (federation_id, superseded_plan)
  WHERE superseded_plan IS NOT NULL;
CREATE INDEX membership_exception_by_organ ON membership_exception (federation_id, organ_id)
  WHERE superseded_at IS NULL;

-- The organ and every organ above it, up to the root, live on the day. A loop: its statements are planned once, where a
-- recursive query would be planned at each call, that is for each edge of a change.
CREATE FUNCTION organ_in_tree (federation uuid, id uuid, day date) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  at uuid := id;
BEGIN
  FOR steps IN 0 .. 1000 LOOP
    IF at IS NULL OR NOT EXISTS (SELECT FROM organ_life AS life WHERE life.federation_id = federation
      AND life.organ_id = at AND life.superseded_at IS NULL AND life.valid @> day) THEN
      RETURN false;
    END IF;
    IF EXISTS (SELECT FROM organisation WHERE organisation.federation_id = federation
      AND organisation.organisation_id = at) THEN
      RETURN true;
    END IF;
    at := (SELECT edge.parent_id FROM organ_edge AS edge WHERE edge.federation_id = federation
      AND edge.organ_id = at AND edge.superseded_at IS NULL AND edge.valid @> day);
  END LOOP;
  RETURN false;
END $$;

-- On some of the days the way up from the organ, through organs that live, leads back to it.
CREATE FUNCTION organ_in_cycle (federation uuid, id uuid, days daterange) RETURNS boolean LANGUAGE sql STABLE AS $$
WITH RECURSIVE up (organ_id, days) AS (
  SELECT edge.parent_id, organ_in_cycle.days * edge.valid * life.valid FROM organ_edge AS edge
  JOIN organ_life AS life ON life.federation_id = federation AND life.organ_id = id AND life.superseded_at IS NULL
  WHERE edge.federation_id = federation AND edge.organ_id = id AND edge.superseded_at IS NULL
    AND NOT isempty (organ_in_cycle.days * edge.valid * life.valid)
  UNION
  SELECT edge.parent_id, up.days * edge.valid * life.valid FROM up
  JOIN organ_edge AS edge ON edge.federation_id = federation AND edge.organ_id = up.organ_id
    AND edge.superseded_at IS NULL
  JOIN organ_life AS life ON life.federation_id = federation AND life.organ_id = up.organ_id
    AND life.superseded_at IS NULL
  WHERE up.organ_id <> id AND NOT isempty (up.days * edge.valid * life.valid))
SELECT EXISTS (SELECT FROM up WHERE organ_id = id)
$$;

-- Both are asked at the end of the transaction (or when it says SET CONSTRAINTS ALL IMMEDIATE), since organs and edges
-- come in one transaction and in any order. An organ without any below it closes no cycle.
CREATE FUNCTION organ_edge_check () RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM organ_edge AS edge WHERE edge.federation_id = NEW.federation_id
    AND edge.edge_id = NEW.edge_id AND edge.superseded_at IS NULL) THEN
    RETURN NULL;
  END IF;
  IF EXISTS (SELECT FROM organ_edge AS below WHERE below.federation_id = NEW.federation_id
      AND below.parent_id = NEW.organ_id AND below.superseded_at IS NULL)
    AND organ_in_cycle (NEW.federation_id, NEW.organ_id, NEW.valid) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'organ_edge_no_cycle',
      MESSAGE = 'the edge closes a cycle';
  END IF;
  IF NOT NEW.carried AND NOT EXISTS (SELECT FROM organ_life AS life WHERE life.federation_id = NEW.federation_id
    AND life.organ_id = NEW.organ_id AND life.superseded_at IS NULL AND life.valid @> lower (NEW.valid)) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'organ_edge_in_life',
      MESSAGE = 'the organ does not live on the first day of the edge';
  END IF;
  IF NOT NEW.carried AND NOT organ_in_tree (NEW.federation_id, NEW.parent_id, lower (NEW.valid)) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'organ_edge_below_tree',
      MESSAGE = 'the parent is not in the tree on the first day of the edge';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION organ_life_check () RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM organ_edge AS below WHERE below.federation_id = NEW.federation_id
      AND below.parent_id = NEW.organ_id AND below.superseded_at IS NULL)
    AND EXISTS (SELECT FROM organ_life AS life WHERE life.federation_id = NEW.federation_id
      AND life.life_id = NEW.life_id AND life.superseded_at IS NULL)
    AND organ_in_cycle (NEW.federation_id, NEW.organ_id, NEW.valid) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'organ_edge_no_cycle',
      MESSAGE = 'the life closes a cycle';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER organ_edge_judged AFTER INSERT OR UPDATE ON organ_edge DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.superseded_at IS NULL) EXECUTE FUNCTION organ_edge_check ();
CREATE CONSTRAINT TRIGGER organ_life_judged AFTER INSERT OR UPDATE ON organ_life DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.superseded_at IS NULL) EXECUTE FUNCTION organ_life_check ();

-- migrate:down
DROP TRIGGER organ_life_judged ON organ_life;
DROP TRIGGER organ_edge_judged ON organ_edge;
DROP FUNCTION organ_life_check, organ_edge_check, organ_in_cycle, organ_in_tree;
DROP INDEX membership_exception_by_organ;
ALTER TABLE membership_exception DROP recorded_plan, DROP superseded_plan, DROP given_back;
ALTER TABLE rule_version DROP recorded_plan, DROP superseded_plan, DROP given_back;
ALTER TABLE organ_edge DROP recorded_plan, DROP superseded_plan, DROP given_back, DROP carried;
ALTER TABLE organ_life DROP recorded_plan, DROP superseded_plan, DROP given_back;
ALTER TABLE organ DROP recorded_plan;
DROP VIEW plan_view;
DROP TABLE plan_effect, plan;
