-- Basic groups that became supergroups. Buttons of the old group's messages are still tapped, and lead to the supergroup.
-- Additive: a new table.

-- +goose Up
CREATE TABLE bot_migrated_group (
    bot_id     bigint NOT NULL,
    group_id   bigint NOT NULL,
    channel_id bigint NOT NULL, -- the supergroup
    PRIMARY KEY (bot_id, group_id)
);

-- +goose Down
DROP TABLE bot_migrated_group;
