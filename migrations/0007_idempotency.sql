-- What was answered to a request that may come again.

-- +goose Up
CREATE TABLE idempotency_key (
    principal   text NOT NULL,
    method      text NOT NULL,
    route       text NOT NULL,
    key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL,         -- SHA-256 of method, path and canonical body
    owner       uuid,                   -- who runs it now; NULL once answered
    lease_until timestamptz,            -- when a silent owner counts as dead
    status      int,
    media_type  text,
    body        bytea,
    created_at  timestamptz NOT NULL DEFAULT booking_clock(),
    answered_at timestamptz,
    PRIMARY KEY (principal, method, route, key),
    CHECK ((status IS NULL) = (answered_at IS NULL)),
    CHECK ((owner IS NULL) = (answered_at IS NOT NULL) AND (owner IS NULL) = (lease_until IS NULL))
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

-- +goose Down
DROP TABLE idempotency_key;
