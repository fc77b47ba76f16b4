package booking_test

import (
	"fmt"
	"testing"
	"time"

	"pavilion/booking"
)

// failWrites makes writes to a table fail for the rows that match a condition on NEW.
func (b *bundle) failWrites(table, event, condition string) {
	b.t.Helper()
	_, err := b.db.Exec(b.t.Context(), fmt.Sprintf(`
		CREATE OR REPLACE FUNCTION curse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cursed'; END $$;
		CREATE TRIGGER cursed BEFORE %s ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION curse()`, event, table, condition))
	b.must(err)
}

// A hold that cannot be expired does not stop the sweep, and a sweep handles all pages.
func TestExpire_OneThatFailsKeepsNothingWaiting(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	first := b.held(player(1), b.want("2026-06-02T10:00:00Z", time.Hour, 1))
	// Two hundred and fifty more, one for each hour.
	_, err := b.db.Exec(t.Context(), `
		WITH b AS (INSERT INTO booking (club_id, member_id, kind, state, day, rate, currency, price_minor, created_at, changed_at, expires_at)
			SELECT $1, 1000 + n, 'play', 'held', '2026-07-01', 'member', 'INR', 0, booking_clock(), booking_clock(), booking_clock() + interval '11 minutes'
			FROM generate_series(1, 250) n RETURNING id, state, member_id)
		INSERT INTO booking_slot SELECT id, state, $2, r, r FROM b, LATERAL (SELECT tstzrange(begins, begins + interval '1 hour') AS r
			FROM (SELECT timestamptz '2026-07-01 00:00Z' + make_interval(hours => (member_id - 1000)::int) AS begins) x) y`, b.club, b.nets[1])
	b.must(err)
	b.failWrites("booking", "UPDATE", fmt.Sprintf("NEW.id = %d", first.ID))
	_, err = b.db.Exec(t.Context(), `UPDATE booking SET expires_at = expires_at WHERE id <> $1`, first.ID)
	b.must(err)
	b.stop(now.Add(11 * time.Minute))
	moved, err := b.Expire(t.Context())
	if moved != 250 || err == nil {
		t.Errorf("%d moved, %v", moved, err)
	}
}

func TestRemind_OneThatFailsKeepsNothingWaiting(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Reminder = 2 * time.Hour
	b := newClub(t, "UTC", policy)
	b.at("2026-06-01T00:00:00Z")
	var ids []booking.ID
	for i := range 3 {
		h := b.held(player(i), b.want("2026-06-03T10:00:00Z", time.Hour, i+1))
		_, err := b.Confirm(t.Context(), player(i), h.ID)
		b.must(err)
		ids = append(ids, h.ID)
	}
	b.failWrites("notification", "INSERT", fmt.Sprintf("NEW.booking_id = %d AND NEW.kind = 'reminder'", ids[0]))
	b.at("2026-06-03T09:00:00Z")
	if n, err := b.Remind(t.Context()); n != 2 || err == nil {
		t.Errorf("%d reminded, %v", n, err)
	}
}

// Many waits without a free net, and an error for one of them, do not prevent the offer for another wait.
func TestWaitlist_TheSweepReachesEveryWish(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	full := b.held(player(9), b.want("2026-06-02T10:00:00Z", time.Hour, 1))
	_, err := b.Confirm(t.Context(), player(9), full.ID)
	b.must(err)
	wait := func(member booking.MemberID, net int, hour string) {
		t.Helper()
		_, err := b.db.Exec(t.Context(), `INSERT INTO waitlist (club_id, member_id, net_id, during) VALUES ($1, $2, $3, tstzrange($4::timestamptz, $4::timestamptz + interval '1 hour'))`, b.club, member, b.nets[net-1], hour)
		b.must(err)
	}
	_, err = b.db.Exec(t.Context(), `INSERT INTO waitlist (club_id, member_id, net_id, during)
		SELECT $1, 5000 + n, $2, tstzrange('2026-06-02 10:00Z', '2026-06-02 11:00Z') FROM generate_series(1, 600) n`, b.club, b.nets[0])
	b.must(err)
	wait(666, 2, "2026-06-02 10:00Z")
	wait(7, 3, "2026-06-02 10:00Z")
	b.failWrites("booking", "INSERT", "NEW.member_id = 666")
	if err := b.SweepWaitlist(t.Context()); err == nil {
		t.Error("nobody hears of what failed")
	}
	if got := one[string](b, `SELECT coalesce(string_agg(member_id::text, ' '), '') FROM booking WHERE kind = 'offer' AND state = 'held'`); got != "7" {
		t.Errorf("offered to %q", got)
	}
}
