-- migrate:up
-- Parked events that an operator has given up: which, who and why. Without their content, which the source still has.
CREATE TABLE event_dropped (
  source text NOT NULL,
  log_id smallint NOT NULL,
  seq bigint NOT NULL,
  event_id uuid NOT NULL,
  federation_id uuid NOT NULL,
  type text NOT NULL,
  aggregate_id text NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  drop_time timestamptz NOT NULL DEFAULT now (),
  PRIMARY KEY (source, log_id, seq, drop_time)
);

-- migrate:down
DROP TABLE event_dropped;
