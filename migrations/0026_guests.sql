-- Who comes along with a member, in their own words, for the desk.

-- +goose Up
ALTER TABLE booking ADD COLUMN guests text[] NOT NULL DEFAULT '{}' CHECK (cardinality(guests) <= 20);

-- +goose Down
ALTER TABLE booking DROP COLUMN guests;
