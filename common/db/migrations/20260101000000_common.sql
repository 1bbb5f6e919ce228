-- migrate:up
-- What every service's database has: the event log, cursors of what it follows, idempotency keys, runs.

CREATE TABLE event_head (
  log_id smallint PRIMARY KEY,
  last_seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
-- Eight lanes: a lane serialises its writers for the length of one commit. The number is constant for life.
INSERT INTO event_head (log_id) SELECT generate_series (0, 7);

CREATE TABLE event_log (
  log_id smallint NOT NULL,
  seq bigint NOT NULL,
  event_id uuid NOT NULL,
  federation_id uuid NOT NULL,
  type text NOT NULL,
  aggregate_id text NOT NULL,
  payload bytea NOT NULL,
  traceparent text NOT NULL DEFAULT '',
  record_time timestamptz NOT NULL,
  PRIMARY KEY (log_id, seq)
);
CREATE INDEX event_log_by_time ON event_log USING brin (record_time);

CREATE TABLE event_cursor (
  source text NOT NULL,
  log_id smallint NOT NULL,
  seq bigint NOT NULL,
  apply_time timestamptz,
  PRIMARY KEY (source, log_id)
) WITH (fillfactor = 50);

CREATE TABLE event_parked (
  source text NOT NULL,
  log_id smallint NOT NULL,
  seq bigint NOT NULL,
  aggregate_id text NOT NULL,
  event bytea NOT NULL,
  reason text NOT NULL,
  park_time timestamptz NOT NULL DEFAULT now (),
  PRIMARY KEY (source, log_id, seq)
);
CREATE INDEX event_parked_by_aggregate ON event_parked (source, aggregate_id);

CREATE TABLE idempotency (
  federation_id uuid NOT NULL,
  principal text NOT NULL,
  key text NOT NULL,
  method text NOT NULL,
  request_hash bytea NOT NULL,
  response bytea,
  create_time timestamptz NOT NULL DEFAULT now (),
  PRIMARY KEY (federation_id, principal, key)
);
CREATE INDEX idempotency_by_time ON idempotency (create_time);

CREATE TABLE run (
  federation_id uuid NOT NULL,
  run_id uuid NOT NULL,
  type text NOT NULL,
  subject text NOT NULL DEFAULT '',
  target text NOT NULL DEFAULT '',
  actor text NOT NULL,
  state smallint NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 5),
  total bigint NOT NULL DEFAULT 0,
  processed bigint NOT NULL DEFAULT 0,
  succeeded bigint NOT NULL DEFAULT 0,
  skipped bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  error text NOT NULL DEFAULT '',
  error_reason text NOT NULL DEFAULT '',
  plan_hash text NOT NULL DEFAULT '',
  cursor text NOT NULL DEFAULT '',
  cancel_requested boolean NOT NULL DEFAULT false,
  attempts integer NOT NULL DEFAULT 0,
  step bigint NOT NULL DEFAULT 0,
  lease_owner text,
  lease_until timestamptz NOT NULL DEFAULT '-infinity',
  create_time timestamptz NOT NULL DEFAULT now (),
  start_time timestamptz,
  end_time timestamptz,
  PRIMARY KEY (federation_id, run_id)
) WITH (fillfactor = 50);
CREATE INDEX run_waiting ON run (lease_until) WHERE state IN (1, 2);

CREATE VIEW run_view AS
SELECT federation_id, run_id, type, subject, target, actor, state, total, processed, succeeded, skipped, failed, error,
  error_reason, plan_hash, create_time, start_time, end_time, '"' || step || '"' AS etag, state >= 3 AS done
FROM run;

CREATE TABLE run_outcome (
  federation_id uuid NOT NULL,
  run_id uuid NOT NULL,
  position bigint NOT NULL,
  part integer NOT NULL,
  subject text NOT NULL,
  result text NOT NULL CHECK (result IN ('succeeded', 'skipped', 'warning', 'failed')),
  field text NOT NULL,
  reason text NOT NULL,
  description text NOT NULL,
  PRIMARY KEY (federation_id, run_id, position, part)
);

CREATE TABLE schedule_day (
  federation_id uuid NOT NULL,
  name text NOT NULL,
  day date NOT NULL,
  PRIMARY KEY (federation_id, name, day)
);

-- Gathers statistics for tables that have none or have doubled since. Autovacuum comes a minute later, and after a crash
-- not at all to tables that do not change again, for PostgreSQL has then forgotten what had changed; plans made meanwhile
-- were seen to take a thousand times as long. A small sample does until then: the whole of it would cost a tenth of an
-- import. ANALYZE is the owner's, hence SECURITY DEFINER.
CREATE FUNCTION analyze_forgotten () RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET default_statistics_target = 10 AS $$
DECLARE
  forgotten regclass;
BEGIN
  FOR forgotten IN SELECT oid::regclass FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relowner = current_user::text::regrole
      AND pg_relation_size (oid) > 0
      AND (pg_relation_size (oid) / 8192 > 2 * relpages + 4
        OR NOT EXISTS (SELECT FROM pg_stats WHERE schemaname = 'public' AND tablename = relname))
  LOOP
    EXECUTE format ('ANALYZE %s', forgotten);
  END LOOP;
END $$;

-- migrate:down
DROP FUNCTION analyze_forgotten;
DROP TABLE schedule_day, run_outcome;
DROP VIEW run_view;
DROP TABLE run, idempotency, event_parked, event_cursor, event_log, event_head;
