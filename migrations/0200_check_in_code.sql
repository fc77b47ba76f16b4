-- The key from which the codes of bookings for the check-in are made. A copy of the database has the same codes.
-- Additive: a new table.

-- +goose Up
CREATE TABLE check_in_key (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    key uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO check_in_key DEFAULT VALUES;

-- +goose Down
DROP TABLE check_in_key;
