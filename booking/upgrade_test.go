package booking_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/booking"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/storage"
)

// beforeMoney is the last schema without payments.
const beforeMoney = 10

// A club that booked before there were payments goes on where it was: its bookings stand, its holds can be confirmed, its waiters are asked and
// its answers are repeated.
func TestUpgrade_AClubBooksOnWhereItWas(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	name := fmt.Sprintf("pavilion_upgrade_%d", databases.Add(1))
	if err := admin(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	pool, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(databaseURL(name))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := migrations.UpTo(ctx, pool, beforeMoney); err != nil {
		t.Fatal(err)
	}
	fingerprint, err := booking.Fingerprint("POST", "/holds", []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	exec(t, pool, `INSERT INTO club (name, time_zone, currency) VALUES ('Old', 'Asia/Kolkata', 'INR')`)
	exec(t, pool, `INSERT INTO net (club_id, name) SELECT 1, 'Net ' || n FROM generate_series(1, 6) n`)
	exec(t, pool, `INSERT INTO opening_hours (club_id, weekday, opens_minute, closes_minute) SELECT 1, n, 0, 1440 FROM generate_series(0, 6) n`)
	exec(t, pool, `INSERT INTO price_rule (club_id, label, member_minor, guest_minor) VALUES (1, 'base', 1000, 2000)`)
	const lines = `'[{"net": 1, "label": "base", "start": "2026-06-03T10:00:00Z", "end": "2026-06-03T11:00:00Z", "hourly_minor": 1000, "amount_minor": 1000}]'`
	for i, state := range []string{"confirmed", "held", "cancelled"} {
		exec(t, pool, `INSERT INTO booking (club_id, member_id, kind, state, day, rate, currency, price_minor, price_lines, created_at, changed_at, expires_at, cancel_fee_minor)
			VALUES (1, $2, 'play', $1, '2026-06-03', 'member', 'INR', 1000, `+lines+`, '2026-06-01', '2026-06-01', CASE WHEN $1 = 'held' THEN timestamptz '2026-06-02 00:10Z' END, CASE WHEN $1 = 'cancelled' THEN 500 END)`, state, player(1).ID)
		exec(t, pool, `INSERT INTO booking_slot SELECT $1::int, $2::text, $1::int, r, r FROM tstzrange('2026-06-03 10:00Z', '2026-06-03 11:00Z') r`, i+1, state)
		exec(t, pool, `INSERT INTO audit (club_id, at, actor_id, actor_role, origin, action, booking_id) VALUES (1, '2026-06-01', $2, 'member', 'http', 'hold', $1)`, i+1, player(1).ID)
	}
	exec(t, pool, `INSERT INTO waitlist (club_id, member_id, net_id, during) VALUES (1, $1, 1, tstzrange('2026-06-03 10:00Z', '2026-06-03 11:00Z'))`, player(2).ID)
	exec(t, pool, `INSERT INTO notification (club_id, member_id, kind, booking_id, version, sent_at) VALUES (1, $1, 'confirmed', 1, 1, now())`, player(1).ID)
	exec(t, pool, `INSERT INTO idempotency_key (principal, method, route, key, fingerprint, status, media_type, body, created_at, answered_at)
		VALUES ('1', 'POST', '/holds', 'k', $1, 201, 'application/json', '{"id":1}', now(), now())`, fingerprint[:])

	if n, err := migrations.Up(ctx, pool); err != nil || n == 0 {
		t.Fatalf("%d applied, %v", n, err)
	}
	if err := migrations.Verify(ctx, pool); err != nil {
		t.Fatal(err)
	}
	b := &bundle{t: t, url: databaseURL(name), db: pool, club: 1, nets: []booking.NetID{1, 2, 3, 4, 5, 6}}
	b.Service = b.service(nil)
	b.at("2026-06-02T00:05:00Z")
	if _, err := b.Hold(ctx, player(3), b.want("2026-06-03T10:00:00Z", time.Hour, 1)); !errors.Is(err, booking.ErrSlotTaken) {
		t.Errorf("over a booking of before: %v", err)
	}
	held, err := b.Confirm(ctx, player(1), 2)
	b.must(err)
	if held.Price != rupees(1000) || len(held.Lines) != 1 {
		t.Errorf("a hold of before: %+v", held)
	}
	start := time.Date(2026, 6, 3, 10, 0, 0, 0, time.UTC)
	for net, want := range map[int]booking.Status{1: booking.Taken, 2: booking.Taken, 3: booking.Free} {
		b.wantStatus(b.Service, net, start.Add(-30*time.Minute), booking.Free)
		b.wantStatus(b.Service, net, start, want)
	}
	_, err = b.Cancel(ctx, player(1), 1, false)
	b.must(err)
	if got := b.offeredTo(); got != player(2).ID {
		t.Errorf("offered to %d", got)
	}
	k := booking.IdempotencyKey{Principal: "1", Method: "POST", Route: "/holds", Key: "k", Fingerprint: fingerprint}
	got, replayed, err := b.Once(ctx, k, func(context.Context, *booking.Service) (booking.Response, error) {
		return booking.Response{}, errors.New("it ran again")
	}, func(error) (booking.Response, bool) { return booking.Response{}, false })
	if err != nil || !replayed || string(got.Body) != `{"id":1}` {
		t.Errorf("an answer of before: %+v %v %v", got, replayed, err)
	}
	if n := one[int](b, `SELECT count(*) FROM audit WHERE at < '2026-06-02'`); n != 3 {
		t.Errorf("%d lines of the audit of before", n)
	}
	b.healthy()
}

func exec(t *testing.T, db *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}
