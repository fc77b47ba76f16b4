-- When each MongoDB pool was down, and its size on each day.
-- Additive: two new tables.

-- +goose Up
CREATE TABLE pool_outage (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pool     text NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz -- null while it lasts
);
CREATE UNIQUE INDEX pool_outage_now ON pool_outage (pool) WHERE ended_at IS NULL;
CREATE INDEX pool_outage_newest ON pool_outage (pool, id);

CREATE TABLE pool_size (
    pool       text NOT NULL,
    day        date NOT NULL, -- in UTC
    used_bytes bigint NOT NULL CHECK (used_bytes >= 0),
    PRIMARY KEY (pool, day)
);

-- +goose Down
DROP TABLE pool_size;
DROP TABLE pool_outage;
