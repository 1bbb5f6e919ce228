-- migrate:up

-- Rules are put into words when somebody reads them, in the reader's language.
-- An organ as it is on a day. The count is read where it is kept for that day, and counted for any other.
CREATE OR REPLACE FUNCTION organ_card (federation uuid, id uuid, day date)
RETURNS TABLE (organ_id uuid, organisation_id uuid, code text, name text, kind text, parent_id uuid, parent_name text,
  valid_from date, valid_to date, member_count bigint, child_count bigint, etag text, has_rule boolean)
LANGUAGE sql STABLE AS $$
SELECT organ.organ_id, organ.organisation_id, organ.code, organ.name, organ.kind, above.organ_id, above.name,
  lower (life.valid), upper (life.valid),
  CASE WHEN (SELECT counted_on FROM model WHERE federation_id = federation) = day
  THEN (SELECT coalesce (sum (members), 0) FROM organ_count AS counted
    WHERE counted.federation_id = federation AND counted.organ_id = id)::bigint
  ELSE (SELECT count (DISTINCT person_id) FROM membership
    WHERE membership.federation_id = federation AND membership.organ_id = id AND superseded_at IS NULL
      AND membership.valid_from <= day AND membership.valid_to > day)
  END,
  (SELECT count (*) FROM organ_edge AS below
    JOIN organ_life AS below_life ON below_life.federation_id = federation AND below_life.organ_id = below.organ_id
      AND below_life.superseded_at IS NULL AND below_life.valid @> day
    WHERE below.federation_id = federation AND below.parent_id = id AND below.superseded_at IS NULL
      AND below.valid @> day),
  '"' || organ.version || '"',
  EXISTS (SELECT FROM rule_version AS rule WHERE rule.federation_id = federation AND rule.organ_id = id
    AND rule.superseded_at IS NULL AND rule.valid @> day AND rule.nodes <> '')
FROM organ
LEFT JOIN organ_edge AS edge ON edge.federation_id = federation AND edge.organ_id = organ.organ_id
  AND edge.superseded_at IS NULL AND edge.valid @> day
LEFT JOIN organ AS above ON above.federation_id = federation AND above.organ_id = edge.parent_id
LEFT JOIN LATERAL (
  SELECT valid FROM organ_life WHERE organ_life.federation_id = federation AND organ_life.organ_id = id
    AND organ_life.superseded_at IS NULL
  ORDER BY valid @> day DESC, lower (valid) DESC LIMIT 1) AS life ON true
WHERE organ.federation_id = federation AND organ.organ_id = id
$$;
ALTER TABLE rule_version DROP COLUMN text;

-- migrate:down
ALTER TABLE rule_version ADD COLUMN text text NOT NULL DEFAULT 'rule';
-- An organ as it is on a day. The count is read where it is kept for that day, and counted for any other.
CREATE OR REPLACE FUNCTION organ_card (federation uuid, id uuid, day date)
RETURNS TABLE (organ_id uuid, organisation_id uuid, code text, name text, kind text, parent_id uuid, parent_name text,
  valid_from date, valid_to date, member_count bigint, child_count bigint, etag text, has_rule boolean)
LANGUAGE sql STABLE AS $$
SELECT organ.organ_id, organ.organisation_id, organ.code, organ.name, organ.kind, above.organ_id, above.name,
  lower (life.valid), upper (life.valid),
  CASE WHEN (SELECT counted_on FROM model WHERE federation_id = federation) = day
  THEN (SELECT coalesce (sum (members), 0) FROM organ_count AS counted
    WHERE counted.federation_id = federation AND counted.organ_id = id)::bigint
  ELSE (SELECT count (DISTINCT person_id) FROM membership
    WHERE membership.federation_id = federation AND membership.organ_id = id AND superseded_at IS NULL
      AND membership.valid_from <= day AND membership.valid_to > day)
  END,
  (SELECT count (*) FROM organ_edge AS below
    JOIN organ_life AS below_life ON below_life.federation_id = federation AND below_life.organ_id = below.organ_id
      AND below_life.superseded_at IS NULL AND below_life.valid @> day
    WHERE below.federation_id = federation AND below.parent_id = id AND below.superseded_at IS NULL
      AND below.valid @> day),
  '"' || organ.version || '"',
  EXISTS (SELECT FROM rule_version AS rule WHERE rule.federation_id = federation AND rule.organ_id = id
    AND rule.superseded_at IS NULL AND rule.valid @> day AND rule.text <> '')
FROM organ
LEFT JOIN organ_edge AS edge ON edge.federation_id = federation AND edge.organ_id = organ.organ_id
  AND edge.superseded_at IS NULL AND edge.valid @> day
LEFT JOIN organ AS above ON above.federation_id = federation AND above.organ_id = edge.parent_id
LEFT JOIN LATERAL (
  SELECT valid FROM organ_life WHERE organ_life.federation_id = federation AND organ_life.organ_id = id
    AND organ_life.superseded_at IS NULL
  ORDER BY valid @> day DESC, lower (valid) DESC LIMIT 1) AS life ON true
WHERE organ.federation_id = federation AND organ.organ_id = id
$$;
