-- migrate:up

-- The entity tag of the action when the group was last told of: an action that is called otherwise or gives other rights
-- is told of anew.
ALTER TABLE organ_group ADD told text NOT NULL DEFAULT '';
UPDATE organ_group AS made SET told = '"' || action.version || '"'
FROM action WHERE action.federation_id = made.federation_id AND action.action_id = made.action_id;

-- migrate:down
ALTER TABLE organ_group DROP told;
