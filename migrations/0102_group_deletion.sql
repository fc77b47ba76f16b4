-- Messages of the bot in groups that it deletes later: welcomes of new members.
-- Additive: a new table.

-- +goose Up
CREATE TABLE group_deletion (
    chat_id    bigint NOT NULL CHECK (chat_id < 0),
    message_id integer NOT NULL,
    delete_at  timestamptz NOT NULL,
    PRIMARY KEY (chat_id, message_id)
);
CREATE INDEX group_deletion_due ON group_deletion (delete_at);

-- +goose Down
DROP TABLE group_deletion;
