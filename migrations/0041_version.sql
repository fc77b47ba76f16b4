-- Versions. A change names the version that its author saw, and is refused when the row has another one by then.
-- Additive: the columns have defaults. A change by the release before counts no version.

-- +goose Up
ALTER TABLE booking ADD COLUMN revision int NOT NULL DEFAULT 1; -- counts every change; version counts those that notices and payments are about
ALTER TABLE club ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE club ADD COLUMN hours_version int NOT NULL DEFAULT 1;
ALTER TABLE club ADD COLUMN prices_version int NOT NULL DEFAULT 1;
ALTER TABLE net ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE add_on ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE club_member ADD COLUMN version int NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE club_member DROP COLUMN version;
ALTER TABLE add_on DROP COLUMN version;
ALTER TABLE net DROP COLUMN version;
ALTER TABLE club DROP COLUMN prices_version;
ALTER TABLE club DROP COLUMN hours_version;
ALTER TABLE club DROP COLUMN version;
ALTER TABLE booking DROP COLUMN revision;
