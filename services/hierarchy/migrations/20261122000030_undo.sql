-- migrate:up

-- ended: a life that a change has ended. Others end only because another period of the life begins there, and go on when
-- that one is undone; rules and edges always do.
ALTER TABLE organ_life ADD ended boolean NOT NULL DEFAULT false;
UPDATE organ_life AS life SET ended = true
WHERE NOT upper_inf (valid) AND NOT EXISTS (SELECT FROM organ_life AS next
  WHERE next.federation_id = life.federation_id AND next.organ_id = life.organ_id
    AND lower (next.valid) = upper (life.valid) AND next.recorded_at < life.recorded_at
    AND (next.superseded_at IS NULL OR next.superseded_at > life.recorded_at));

-- migrate:down
ALTER TABLE organ_life DROP ended;
