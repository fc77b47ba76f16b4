-- Who is signed in over HTTP. Tokens are stored as SHA-256 only.

-- +goose Up

-- A session is a family of tokens: all that descend from one sign-in on one device.
CREATE TABLE session (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id   bigint NOT NULL,
    client_hash bytea NOT NULL CHECK (octet_length(client_hash) = 32), -- the device's own random name, hashed
    incarnation text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at  timestamptz NOT NULL, -- however often it is refreshed
    revoked_at  timestamptz,
    revoked_why text CHECK (revoked_why IN ('logout', 'logout_everywhere', 'reuse')),
    CHECK ((revoked_at IS NULL) = (revoked_why IS NULL))
);
CREATE INDEX session_of_member ON session (member_id) WHERE revoked_at IS NULL;
CREATE INDEX session_expired ON session (expires_at);

CREATE TABLE session_refresh (
    token_hash  bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    session_id  bigint NOT NULL REFERENCES session ON DELETE CASCADE,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    -- With the token itself, which only its owner has, the salt gives the successor again for an honest race; without it, nothing.
    salt        bytea CHECK (octet_length(salt) = 32),
    replaced_by bytea UNIQUE CHECK (octet_length(replaced_by) = 32),
    CHECK ((used_at IS NULL) = (salt IS NULL) AND (used_at IS NULL) = (replaced_by IS NULL))
);
CREATE INDEX session_refresh_of_session ON session_refresh (session_id);

CREATE TABLE session_access (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    session_id bigint NOT NULL REFERENCES session ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_access_of_session ON session_access (session_id);
CREATE INDEX session_access_expired ON session_access (expires_at);

-- Sign-in proofs that were exchanged; each works once.
CREATE TABLE session_proof (
    digest      bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    client_hash bytea NOT NULL CHECK (octet_length(client_hash) = 32),
    used_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX session_proof_used ON session_proof (used_at);

-- Names this very database. It changes when a backup is restored (another cluster, database, table, or timeline after point-in-time recovery)
-- and when a replica takes over. Sessions of another incarnation are over: what was used up after the backup was made would look unused.
-- A copy of the disk taken below Postgres is not noticed; after restoring one, DELETE FROM session.
-- +goose StatementBegin
CREATE FUNCTION session_incarnation() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(':',
        (SELECT system_identifier FROM pg_control_system()),
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        'session'::regclass::oid,
        left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION session_incarnation();
DROP TABLE session_proof;
DROP TABLE session_access;
DROP TABLE session_refresh;
DROP TABLE session;
