-- Who did what to which booking, when, from where. Rows are added and never changed.

-- +goose Up
CREATE TABLE audit (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id    bigint NOT NULL,
    at         timestamptz NOT NULL DEFAULT booking_clock(),
    actor_id   bigint NOT NULL,
    actor_role text NOT NULL,
    origin     text NOT NULL, -- http, bot, job, command
    action     text NOT NULL,
    booking_id bigint,
    detail     jsonb NOT NULL DEFAULT '{}' -- ids, times and amounts; no names, no texts
);
CREATE INDEX audit_booking ON audit (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX audit_club ON audit (club_id, id);

-- +goose StatementBegin
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_rows BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_all BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
-- The owner of a table can drop a trigger; an account that only serves should own nothing, and gets no more than this.
REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM PUBLIC;

-- +goose Down
DROP TABLE audit;
DROP FUNCTION audit_is_append_only();
