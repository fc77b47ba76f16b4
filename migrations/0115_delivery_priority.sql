-- Deliveries of people whose plan has priority go before others.
-- Additive: a column with a default.

-- +goose Up
ALTER TABLE delivery_job ADD COLUMN priority boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE delivery_job DROP COLUMN priority;
