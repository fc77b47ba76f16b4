package personal_test

import (
	"testing"
	"time"

	"pavilion/internal/secret"
	"pavilion/personal"
	"pavilion/sandbox/plans"
	"pavilion/storage"
)

// largeTables fills the tables that grow for years. Every 500th row belongs to the member of the scenes, and 200 callbacks still have their bodies. The trigger of the
// audit is off, so that the statements run without its switch.
const largeTables = `
	ALTER TABLE audit DISABLE TRIGGER audit_rows;
	CREATE FUNCTION member_of(n bigint) RETURNS bigint LANGUAGE sql AS $$SELECT CASE WHEN n % 500 = 0 THEN 987654321012 ELSE 1 + n % 3000 END$$;
	INSERT INTO club (name, time_zone, currency) VALUES ('Large', 'Europe/London', 'GBP');
	INSERT INTO net (club_id, name) VALUES (1, 'Net 1');
	INSERT INTO booking (club_id, member_id, kind, state, day, rate, currency, price_minor, created_at, changed_at)
		SELECT 1, member_of(n), 'play', 'confirmed', '2026-01-01', 'member', 'GBP', 1000, '2026-01-01', '2026-01-01' FROM generate_series(1, 20000) n;
	INSERT INTO audit (club_id, at, actor_id, actor_role, origin, action, booking_id)
		SELECT 1, created_at, member_id, 'member', 'http', action, id FROM booking, unnest(ARRAY['hold', 'confirm', 'pay']) action;
	INSERT INTO audit (club_id, at, actor_id, actor_role, origin, action, detail)
		SELECT 1, '2026-01-01', 1, 'admin', 'http', 'role', jsonb_build_object('member', member_of(n)) FROM generate_series(1, 20000) n;
	INSERT INTO notification (club_id, member_id, kind, booking_id, version, channel, sent_at) SELECT 1, member_id, 'confirmed', id, 1, 'telegram', created_at FROM booking;
	INSERT INTO notification_failure (notification_id, channel, reason) SELECT id, 'email', 'full' FROM notification;
	INSERT INTO waitlist (club_id, member_id, during, state)
		SELECT 1, member_of(n), tstzrange(at, at + interval '1 hour', '[)'), 'left' FROM generate_series(1, 20000) n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '3 minutes' AS at) t;
	INSERT INTO payment (reference, club_id, booking_id, member_id, payer_id, accepted_by, version, provider, state, currency, amount_minor, price_currency, price_minor, checkout, charge,
			received_currency, received_minor, refund_minor, refunded_minor, created_at, changed_at)
		SELECT 'reference-of-payment-' || id, 1, id, member_id, member_id, member_id, 1, 'stripe', 'captured', 'GBP', 1000, 'GBP', 1000, 'checkout-' || id, 'charge-' || id,
			'GBP', 1000, 0, 0, created_at, created_at FROM booking;
	INSERT INTO payment_event (provider, event_id, digest, kind, body, reference, checkout, charge, payer_id, state, currency, amount_minor, refunded_minor, received_at, applied_at, outcome)
		SELECT 'stripe', 'event-' || id, sha256(id::text::bytea), 'paid', CASE WHEN id % 100 = 0 THEN ''::bytea END, reference, checkout, charge, CASE WHEN id % 2 = 0 THEN member_id ELSE 0 END,
			'captured', 'GBP', 1000, 0, created_at, created_at, 'applied' FROM payment;
	INSERT INTO refund (reference, key, payment_id, reason, state, currency, amount_minor, actor_id, created_at, done_at)
		SELECT 'refund-of-payment-' || id, 'key-' || id, id, 'cancelled', 'done', 'GBP', 1, 1, created_at, created_at FROM payment WHERE id % 100 = 0;
	INSERT INTO payment_review (reason, club_id, payment_id, opened_at, closed_at, closed_by, resolution)
		SELECT 'mismatch', 1, id, created_at, created_at, 1, 'accepted' FROM payment WHERE id % 100 = 1;
	INSERT INTO idempotency_key (principal, method, route, key, fingerprint, status, media_type, body, answered_at)
		SELECT 'member:' || member_of(n), 'POST', 'hold', 'key-' || n, ''::bytea, 201, 'application/json', ''::bytea, now() FROM generate_series(1, 20000) n`

func TestErase_AndExportReadFewRowsOfLargeTables(t *testing.T) {
	t.Parallel()
	s, statements := open(t), plans.NewRecorder()
	s.live(t)
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(s.db.Config().ConnString()), Tracer: statements}) // without the statements of migrations
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s.own = newOwn(t, personal.New(db, s.audience, time.Now))
	if err := s.own.Export(t.Context(), member, delivered); err != nil {
		t.Fatal(err)
	}
	if _, done, err := s.own.Confirm(t.Context(), s.ask(t)); !done || err != nil {
		t.Fatalf("done %v, %v", done, err)
	}
	if err := statements.Check(t.Context(), open(t).db, largeTables, plans.Limit{Rows: 1000, Blocks: 5000}); err != nil {
		t.Error(err)
	}
}
