package retention_test

import (
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"pavilion/booking"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/retention"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRun_DeletesWhatIsOldAndKeepsMoney has rows on both sides of each limit.
func TestRun_DeletesWhatIsOldAndKeepsMoney(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(e.PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(t.Context(), `
		INSERT INTO club (name, time_zone, currency, pays_online) VALUES ('Riverside', 'Asia/Kolkata', 'INR', true);
		INSERT INTO booking (club_id, member_id, kind, state, day, rate, currency, price_minor, price_lines, created_at, changed_at)
			SELECT 1, 5, 'play', 'checked_in', now()::date - age, 'member', 'INR', 30000, '[{"amount_minor": 30000}]', now(), now() FROM unnest(ARRAY[2000, 2000, -10]) age;
		INSERT INTO payment (reference, club_id, booking_id, member_id, version, provider, state, currency, amount_minor, price_currency, price_minor, received_currency, received_minor, created_at, changed_at)
			VALUES ('abcdefghijklmnopqrstuvwxyz', 1, 2, 5, 1, 'stripe', 'captured', 'INR', 30000, 'INR', 30000, 'INR', 30000, now() - interval '2000 days', now());
		INSERT INTO audit (club_id, at, actor_id, actor_role, origin, action, booking_id)
			SELECT 1, now() - make_interval(days => age), 5, 'member', 'chat', 'hold', b FROM unnest(ARRAY[2000, 2000, 1900, 300, 10, 2000], ARRAY[1, 2, 1, 1, 3, NULL]) u (age, b); -- 1: made; 3: a change; 6: of the club's settings
		INSERT INTO notification (club_id, member_id, kind, booking_id, version, created_at, sent_at, channel)
			SELECT 1, 5, 'confirmed', b, v, now() - make_interval(days => age), CASE WHEN v < 9 THEN now() END, 'telegram'
			FROM unnest(ARRAY[1, 1, 3, 1, 1], ARRAY[1, 2, 3, 4, 9], ARRAY[200, 200, 200, 10, 200]) u (b, v, age); -- 3: its day is to come; 9: not sent
		INSERT INTO notification_failure (notification_id, channel, reason) VALUES (1, 'email', 'full');
		INSERT INTO payment_event (provider, event_id, digest, kind, reference, checkout, charge, payer_id, state, currency, amount_minor, refunded_minor, received_at, applied_at, outcome)
			SELECT 'stripe', 'e' || n, sha256(n::text::bytea), 'paid', '', '', '', 5, 'captured', 'INR', 30000, 0, now() - interval '500 days', at, CASE WHEN at IS NOT NULL THEN 'confirmed' END
			FROM unnest(ARRAY[1, 2, 3, 4], ARRAY[now() - interval '500 days', now() - interval '500 days', now(), NULL]) u (n, at); -- 2 is reviewed, 4 is not applied
		INSERT INTO payment_review (reason, event_id, opened_at) VALUES ('amount', 2, now());
		INSERT INTO bot_inbox (bot_id, chat_id, message_id, update_data, received_at, handled_at)
			SELECT 1, 5, n, '', now() - interval '9 days', CASE WHEN n < 100 THEN now() - interval '3 days' WHEN n < 110 THEN now() END FROM generate_series(1, 120) n`)
	if err != nil {
		t.Fatal(err)
	}
	r := retention.New(db, retention.Days{Audit: 1095, Notifications: 180, PaymentEvents: 400, Inbox: 1}).InBatchesOf(10)
	before, err := booking.Check(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	deleted, err := r.Run(t.Context())
	if err != nil || deleted != 99+2+1+1 {
		t.Errorf("%d rows are deleted: %v", deleted, err)
	}
	for what, c := range map[string]struct {
		sql  string
		want string
	}{
		"audit":         {`SELECT string_agg(id::text, ',' ORDER BY id) FROM audit`, "1,2,4,5,6"},
		"notifications": {`SELECT string_agg(version::text, ',' ORDER BY version) FROM notification`, "3,4,9"},
		"events":        {`SELECT string_agg(event_id, ',' ORDER BY event_id) FROM payment_event`, "e2,e3,e4"},
		"inbox":         {`SELECT count(*)::text FROM bot_inbox`, "21"},
		"payments":      {`SELECT count(*)::text FROM payment`, "1"},
	} {
		var got string
		if err := db.QueryRow(t.Context(), c.sql).Scan(&got); err != nil || got != c.want {
			t.Errorf("%s: %s stay, want %s: %v", what, got, c.want, err)
		}
	}
	if after, err := booking.Check(t.Context(), db); err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the doctor finds %v, and found %v before: %v", after, before, err)
	}
	if again, err := r.Run(t.Context()); err != nil || again != 0 {
		t.Errorf("a second run deletes %d: %v", again, err)
	}
	if _, err := db.Exec(t.Context(), `DELETE FROM audit`); err == nil {
		t.Error("the audit can be deleted outside of retention")
	}
	if _, err := retention.New(db, retention.Days{Audit: 100, Notifications: 180, PaymentEvents: 400, Inbox: 1}).Run(t.Context()); err == nil {
		t.Error("the schema lets go of an audit of less than a year")
	}
}
