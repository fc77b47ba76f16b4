-- Who may act, when only one of several processes may: the bot's one session.

-- +goose Up
CREATE TABLE lease (
    name       text PRIMARY KEY,
    holder     text NOT NULL,
    expires_at timestamptz NOT NULL -- judged by the database's clock only
);

-- +goose Down
DROP TABLE lease;
