-- The audit takes one change: erasure replaces a person by a negative number and blanks texts about them.
-- Additive: the previous release changes no row of the audit.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('pavilion.erasing', true) = 'on'
        AND (NEW.id, NEW.club_id, NEW.at, NEW.actor_role, NEW.origin, NEW.action) = (OLD.id, OLD.club_id, OLD.at, OLD.actor_role, OLD.origin, OLD.action)
        AND NEW.booking_id IS NOT DISTINCT FROM OLD.booking_id AND (NEW.actor_id = OLD.actor_id OR NEW.actor_id < 0) AND NEW.reason IN (OLD.reason, '') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
