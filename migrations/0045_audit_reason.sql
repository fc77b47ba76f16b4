-- The reason of a decision, in the words of the person who made it.

-- +goose Up
ALTER TABLE audit ADD COLUMN reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 200);

-- +goose Down
ALTER TABLE audit DROP COLUMN reason;
