-- Nets that one member may hold at once without having booked them. A hold costs nothing, so there is always a limit.
-- Additive: the column has a default.

-- +goose Up
ALTER TABLE club ADD COLUMN quota_held int NOT NULL DEFAULT 4 CHECK (quota_held BETWEEN 1 AND 1000);

-- +goose Down
ALTER TABLE club DROP COLUMN quota_held;
