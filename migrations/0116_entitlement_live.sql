-- The figures of premium read the periods that have not ended, whoever has them.
-- Additive: an index.

-- +goose Up
CREATE INDEX entitlement_live ON entitlement (until_at) WHERE ended_at IS NULL;

-- +goose Down
DROP INDEX entitlement_live;
