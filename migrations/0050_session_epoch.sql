-- When each incarnation of the database was first used for signing in. A proof that was issued before the present one may have been exchanged in another.
-- Additive: a new table, which the release before does not ask for.

-- +goose Up
CREATE TABLE session_epoch (
    incarnation text PRIMARY KEY,
    since       timestamptz NOT NULL -- -infinity for the first, which continues no other
);

-- +goose Down
DROP TABLE session_epoch;
