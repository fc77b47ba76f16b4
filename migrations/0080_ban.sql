-- People whom an admin shut out of the archive.
-- Additive: a new table.

-- +goose Up
CREATE TABLE ban (
    person    bigint PRIMARY KEY, -- a Telegram user id
    reason    text NOT NULL CHECK (length(reason) <= 300),
    until     timestamptz, -- NULL: for ever
    banned_by bigint NOT NULL,
    banned_at timestamptz NOT NULL DEFAULT now(),
    told_at   timestamptz -- when the person was told; they are told once
);
CREATE INDEX ban_newest ON ban (banned_at DESC, person);

-- +goose Down
DROP INDEX ban_newest;
DROP TABLE ban;
