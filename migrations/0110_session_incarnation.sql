-- session_incarnation() in PL/pgSQL: its plan is kept with the connection. As an SQL function it was parsed and planned again at each call, which cost
-- more than the rest of the look-up of a session.
-- Additive: the same function with the same results.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION session_incarnation() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN concat_ws(':',
        (SELECT system_identifier FROM pg_control_system()),
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        'session'::regclass::oid,
        left(pg_walfile_name(pg_current_wal_insert_lsn()), 8));
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION session_incarnation() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(':',
        (SELECT system_identifier FROM pg_control_system()),
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        'session'::regclass::oid,
        left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))
$$;
-- +goose StatementEnd
