-- The jobs of maintenance: when each ran, with which result, and which process runs it now.
-- Additive: a new table.

-- +goose Up
CREATE TABLE maintenance_job (
    name        text PRIMARY KEY CHECK (name ~ '^[a-z_]{1,40}$'),
    next_at     timestamptz NOT NULL,
    started_at  timestamptz,
    ended_at    timestamptz,
    figures     jsonb NOT NULL DEFAULT '{}', -- of the last run
    totals      jsonb NOT NULL DEFAULT '{}', -- of all runs
    error       text NOT NULL DEFAULT '',    -- code of the last run's error; empty: it succeeded
    runs        bigint NOT NULL DEFAULT 0,
    failures    bigint NOT NULL DEFAULT 0,
    holder      text NOT NULL DEFAULT '',    -- process that runs it
    lease_until timestamptz                  -- null: nobody runs it
);

-- +goose Down
DROP TABLE maintenance_job;
