-- Reopening: somebody whose Telegram client hands out old data asks the bot for a fresh button, which carries a code. One row for each person.
-- Additive: a new table.

-- +goose Up
CREATE TABLE session_reopening (
    member_id   bigint      PRIMARY KEY CHECK (member_id > 0),
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    code_hash   bytea       CHECK (length(code_hash) = 32), -- of the latest code; null until it is made
    expires_at  timestamptz,
    used_at     timestamptz,
    client_hash bytea       CHECK (length(client_hash) = 32), -- the device that used the code
    CHECK ((code_hash IS NULL) = (expires_at IS NULL)),
    CHECK ((used_at IS NULL) = (client_hash IS NULL))
);
CREATE INDEX session_reopening_asked ON session_reopening (asked_at); -- for the deletion of old rows

-- +goose Down
DROP TABLE session_reopening;
