-- The audit takes a second change: retention deletes rows that are more than a year old.
-- Additive: the previous release deletes no row of the audit.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('pavilion.erasing', true) = 'on'
        AND (NEW.id, NEW.club_id, NEW.at, NEW.actor_role, NEW.origin, NEW.action) = (OLD.id, OLD.club_id, OLD.at, OLD.actor_role, OLD.origin, OLD.action)
        AND NEW.booking_id IS NOT DISTINCT FROM OLD.booking_id AND (NEW.actor_id = OLD.actor_id OR NEW.actor_id < 0) AND NEW.reason IN (OLD.reason, '') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND current_setting('pavilion.expiring', true) = 'on' AND OLD.at < booking_clock() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE INDEX audit_age ON audit (at);
CREATE INDEX notification_age ON notification (created_at);
CREATE INDEX payment_event_age ON payment_event (applied_at) WHERE applied_at IS NOT NULL;

-- +goose Down
DROP INDEX payment_event_age;
DROP INDEX notification_age;
DROP INDEX audit_age;
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
