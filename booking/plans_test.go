package booking_test

import (
	"context"

	"pavilion/internal/secret"
	"pavilion/sandbox/plans"
	"pavilion/storage"
)

// largeTables fills the tables with the rows of some years. Ids, members and times match those of the tests, so the recorded arguments find rows.
const largeTables = `
	CREATE OR REPLACE FUNCTION booking_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$SELECT timestamptz '2026-06-01 10:00Z'$$;
	INSERT INTO club (name, time_zone, currency) VALUES ('Large', 'Europe/London', 'GBP');
	INSERT INTO net (club_id, name) SELECT 1, 'Net ' || n FROM generate_series(1, 40) n;
	INSERT INTO club_member (club_id, member_id, role) SELECT 1, n, 'member' FROM generate_series(1, 1500) n;
	INSERT INTO booking_series (club_id, member_id, policy) SELECT 1, n % 3000, 'skip' FROM generate_series(1, 2000) n;
	INSERT INTO booking (club_id, member_id, kind, state, day, series_id, rate, currency, price_minor, cancel_fee_minor, created_at, changed_at, expires_at)
		SELECT 1, 1 + n % 3000, 'play', CASE WHEN n % 500 = 0 THEN 'held' WHEN n % 5 = 0 THEN 'cancelled' ELSE 'confirmed' END,
			at::date, CASE WHEN n % 10 = 1 THEN 1 + n % 2000 END, 'member', 'GBP', 1000, CASE WHEN n % 5 = 0 THEN 0 END, at - interval '3 days', at - interval '3 days',
			CASE WHEN n % 500 = 0 THEN timestamptz '2026-07-01' END
		FROM generate_series(1, 100000) n, LATERAL (SELECT timestamptz '2026-02-18' + (n / 40) * interval '1 hour' AS at) t;
	INSERT INTO booking_slot (booking_id, state, net_id, during, occupied)
		SELECT id, state, 1 + id % 40, span, span
		FROM booking, LATERAL (SELECT tstzrange(created_at + interval '3 days', created_at + interval '3 days 1 hour', '[)') AS span) t;
	INSERT INTO audit (club_id, at, actor_id, actor_role, origin, action, booking_id)
		SELECT 1, b.created_at, b.member_id, 'member', 'http', action, b.id FROM booking b, unnest(ARRAY['hold', 'confirm']) action;
	INSERT INTO notification (club_id, member_id, kind, booking_id, version, channel, sent_at)
		SELECT 1, member_id, 'confirmed', id, 1, 'telegram', created_at FROM booking;
	INSERT INTO waitlist (club_id, member_id, during, state)
		SELECT 1, n % 3000, tstzrange(at, at + interval '1 hour', '[)'), CASE WHEN n % 100 = 0 THEN 'waiting' ELSE 'left' END
		FROM generate_series(1, 50000) n, LATERAL (SELECT timestamptz '2026-02-18' + n * interval '3 minutes' AS at) t;
	INSERT INTO payment (reference, club_id, booking_id, member_id, version, provider, state, currency, amount_minor, price_currency, price_minor, checkout, charge,
			received_currency, received_minor, refund_minor, refunded_minor, created_at, changed_at)
		SELECT 'reference-of-payment-' || id, 1, id, member_id, 1, 'stripe', 'captured', 'GBP', 1000, 'GBP', 1000, 'checkout-' || id, 'charge-' || id,
			'GBP', 1000, 0, 0, created_at, created_at FROM booking;
	INSERT INTO payment_event (provider, event_id, digest, kind, reference, checkout, charge, payer_id, state, currency, amount_minor, refunded_minor, received_at, applied_at, outcome)
		SELECT 'stripe', 'event-' || id, sha256(id::text::bytea), 'paid', reference, checkout, charge, 0, 'captured', 'GBP', 1000, 0, created_at, created_at, 'applied' FROM payment;
	INSERT INTO refund (reference, key, payment_id, reason, state, currency, amount_minor, actor_id, created_at, done_at)
		SELECT 'refund-of-payment-' || id, 'key-' || id, id, 'cancelled', 'done', 'GBP', 1, 1, created_at, created_at FROM payment WHERE id % 5 = 0;
	INSERT INTO payment_review (reason, club_id, payment_id, opened_at, closed_at, closed_by, resolution)
		SELECT 'mismatch', 1, id, created_at, created_at, 1, 'accepted' FROM payment WHERE id % 5 = 1;
	INSERT INTO ledger (cause, account, payment_id, currency, minor, at)
		SELECT 'payment ' || p.id, account, p.id, 'GBP', CASE account WHEN 'club' THEN -1000 ELSE 1000 END, p.created_at FROM payment p, unnest(ARRAY['club', 'gateway']) account;
	INSERT INTO idempotency_key (principal, method, route, key, fingerprint, status, media_type, body, answered_at, created_at)
		SELECT 'member:' || n % 3000, 'POST', 'hold', 'key-' || n, ''::bytea, 201, 'application/json', ''::bytea, booking_clock(), booking_clock() FROM generate_series(1, 100000) n;
	INSERT INTO availability_token (club_id, net_id, day) SELECT 1, net, date '2026-01-01' + day FROM generate_series(0, 40) net, generate_series(0, 700) day;
	INSERT INTO contact_code (member_id, channel, address, at) SELECT n % 3000, 'email', 'a' || n, booking_clock() - n * interval '3 seconds' FROM generate_series(1, 50000) n;
	INSERT INTO bot_screen (bot_id, chat_id, message_id, booking_id, language) SELECT 1, member_id, id, id, 'en' FROM booking`

// checkPlans runs the statements of all tests on large tables without statistics. It skips those of `pavilion doctor booking`, which read whole tables
// on purpose.
func checkPlans(ctx context.Context) error {
	const name = "pavilion_large"
	if err := admin(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		return err
	}
	pool, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(databaseURL(name))})
	if err != nil {
		return err
	}
	defer pool.Close()
	return statements.Check(ctx, pool, largeTables, plans.Limit{Rows: 5_000, Blocks: 50_000},
		"SELECT format(", "SELECT DISTINCT format(", "SELECT cause FROM ledger")
}
