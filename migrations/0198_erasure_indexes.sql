-- Indexes by which an export and an erasure find the rows of a person in tables that grow for years.
-- Additive: indexes.

-- +goose Up
CREATE INDEX audit_actor ON audit (actor_id);
CREATE INDEX audit_member ON audit ((detail ->> 'member')) WHERE detail ? 'member';
CREATE INDEX payment_member ON payment (member_id);
CREATE INDEX payment_payer ON payment (payer_id) WHERE payer_id IS NOT NULL;
CREATE INDEX payment_acceptor ON payment (accepted_by) WHERE accepted_by IS NOT NULL;
CREATE INDEX payment_event_payer ON payment_event (payer_id) WHERE payer_id > 0;

-- +goose Down
DROP INDEX payment_event_payer;
DROP INDEX payment_acceptor;
DROP INDEX payment_payer;
DROP INDEX payment_member;
DROP INDEX audit_member;
DROP INDEX audit_actor;
