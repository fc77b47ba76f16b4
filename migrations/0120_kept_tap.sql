-- Taps of people who have to start the bot before it can write to them. The tap is handled again when they have.
-- Additive: a new table.

-- +goose Up
CREATE TABLE delivery_kept_tap (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin  text NOT NULL UNIQUE CHECK (length(origin) BETWEEN 1 AND 100), -- the tap; a repeat finds the same row
    person  bigint NOT NULL,
    event   jsonb NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX delivery_kept_tap_age ON delivery_kept_tap (kept_at);

-- +goose Down
DROP TABLE delivery_kept_tap;
