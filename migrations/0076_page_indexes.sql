-- Indexes for statements whose cost grew with their table.
-- Additive: more indexes.

-- +goose Up
CREATE INDEX payment_event_body ON payment_event (applied_at) WHERE body IS NOT NULL;
CREATE INDEX notification_club ON notification (club_id, id);
CREATE INDEX notification_unsent ON notification (club_id, id) WHERE sent_at IS NULL;
CREATE INDEX contact_code_age ON contact_code (at);

-- +goose Down
DROP INDEX contact_code_age;
DROP INDEX notification_unsent;
DROP INDEX notification_club;
DROP INDEX payment_event_body;
