-- Connections: the groups that a person manages from the private chat. At most one of them is selected.
-- Additive: a new table.

-- +goose Up
CREATE TABLE group_connection (
    person_id    bigint NOT NULL CHECK (person_id > 0),
    chat_id      bigint NOT NULL CHECK (chat_id < 0),
    title        text NOT NULL CHECK (length(title) <= 255),
    is_selected  boolean NOT NULL,
    connected_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, chat_id)
);
CREATE UNIQUE INDEX group_connection_selected ON group_connection (person_id) WHERE is_selected;
CREATE INDEX group_connection_chat ON group_connection (chat_id); -- a group that becomes a supergroup

-- +goose Down
DROP TABLE group_connection;
