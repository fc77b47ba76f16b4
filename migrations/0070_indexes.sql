-- Indexes for statements whose cost grew with their table.
-- Additive: other indexes for the same statements.

-- +goose Up
-- The member first: comparing (member_id, club_id, day) as a row can use this index only, whatever the statistics say.
DROP INDEX booking_member;
CREATE INDEX booking_member ON booking (member_id, club_id, day);
-- Readers ask for some days of a club and get the tokens of all its nets.
ALTER TABLE availability_token DROP CONSTRAINT availability_token_pkey, ADD PRIMARY KEY (club_id, day, net_id);
CREATE INDEX payment_event_body ON payment_event (applied_at) WHERE body IS NOT NULL;
CREATE INDEX notification_club ON notification (club_id, id);
CREATE INDEX notification_unsent ON notification (club_id, id) WHERE sent_at IS NULL;
CREATE INDEX contact_code_age ON contact_code (at);

-- +goose Down
DROP INDEX contact_code_age;
DROP INDEX notification_unsent;
DROP INDEX notification_club;
DROP INDEX payment_event_body;
ALTER TABLE availability_token DROP CONSTRAINT availability_token_pkey, ADD PRIMARY KEY (club_id, net_id, day);
DROP INDEX booking_member;
CREATE INDEX booking_member ON booking (club_id, member_id, day);
