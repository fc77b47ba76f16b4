-- What a checkout is asked for with. A try that repeats a lost answer must send the same values, or the provider refuses its idempotency key.
-- Additive: the columns have defaults.

-- +goose Up
ALTER TABLE payment ADD COLUMN title text NOT NULL DEFAULT '';
ALTER TABLE payment ADD COLUMN return_url text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE payment DROP COLUMN return_url;
ALTER TABLE payment DROP COLUMN title;
