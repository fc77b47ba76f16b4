-- Erasures that people ask for themselves. A row names its person until the erasure is done, and is deleted some days later.
-- Additive: a new table.

-- +goose Up
CREATE TABLE erasure (
    token_hash   bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    person       bigint      UNIQUE CHECK (person > 0), -- null once it is done
    origin       text        NOT NULL CHECK (origin IN ('bot', 'http')),
    asked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    confirmed_at timestamptz,
    done_at      timestamptz,
    CHECK ((person IS NULL) = (done_at IS NOT NULL)),
    CHECK (done_at IS NULL OR confirmed_at IS NOT NULL)
);
CREATE INDEX erasure_age ON erasure (asked_at);

-- +goose Down
DROP TABLE erasure;
