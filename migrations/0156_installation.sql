-- Which database is the installation's own, and its last backups. A restored backup and a copy have the row of their original, so a process sees that it
-- is connected to another database.
-- Additive: new tables and a new function.

-- +goose Up
CREATE TABLE installation (
    one          boolean PRIMARY KEY DEFAULT true CHECK (one),
    home         text NOT NULL, -- installation_home() of the database that is in use
    confirmed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Names this database on this server. A restored dump and a copy differ in the oid or the server. A standby that takes over has the same name.
-- +goose StatementBegin
CREATE FUNCTION installation_home() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(':', (SELECT system_identifier FROM pg_control_system()), (SELECT oid FROM pg_database WHERE datname = current_database()))
$$;
-- +goose StatementEnd

CREATE TABLE backup (
    id      text PRIMARY KEY,
    made_at timestamptz NOT NULL, -- the instant that the copy of Postgres shows
    bytes   bigint NOT NULL
);

-- +goose Down
DROP TABLE backup;
DROP FUNCTION installation_home();
DROP TABLE installation;
