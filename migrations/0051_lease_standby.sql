-- When a process last waited for a lease. Its holder then gives the lease up in time while it cannot reach Postgres.
-- Additive: a column that may be missing in what the release before writes.

-- +goose Up
ALTER TABLE lease ADD COLUMN standby_at timestamptz;

-- +goose Down
ALTER TABLE lease DROP COLUMN standby_at;
