package booking_test

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// failInserts makes the next n inserts of bookings fail with an SQL state. A sequence counts them, because it is not rolled back.
func (b *bundle) failInserts(state string, n int) {
	b.t.Helper()
	_, err := b.db.Exec(b.t.Context(), fmt.Sprintf(`
		DROP SEQUENCE IF EXISTS failures;
		CREATE SEQUENCE failures;
		CREATE OR REPLACE FUNCTION fail_on_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF nextval('failures') <= %d THEN RAISE EXCEPTION 'on purpose' USING ERRCODE = '%s'; END IF;
			RETURN NEW;
		END $$;
		CREATE OR REPLACE TRIGGER fail_on_purpose BEFORE INSERT ON booking_slot FOR EACH ROW EXECUTE FUNCTION fail_on_purpose();`, n, state))
	b.must(err)
}

func TestHold_DeadlocksAndSerializationFailuresAreRunAgain(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	for i, state := range []string{"40P01", "40001"} {
		b.failInserts(state, 2)
		b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, i+1))
		b.failInserts(state, 3)
		_, err := b.Hold(t.Context(), player(1), b.want("2026-06-01T11:00:00Z", time.Hour, i+1))
		if !errors.Is(err, booking.ErrBusy) || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("three times %s: %v", state, err)
		}
	}
	if n := one[int](b, `SELECT count(*) FROM booking`); n != 2 {
		t.Errorf("%d bookings, want one for each that succeeded", n)
	}
	b.healthy()
}

func TestHold_TheConstraintHasTheLastWord(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	b.failInserts("23P01", 1) // without the constraint's name it is not a lost race
	if _, err := b.Hold(t.Context(), player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1)); fault.KindOf(err) != fault.Internal {
		t.Errorf("a strange constraint: %v", err)
	}
	// A rival without locks commits after the check: only the constraint sees it.
	rival, err := b.db.Begin(t.Context())
	b.must(err)
	_, err = rival.Exec(t.Context(), `WITH b AS (INSERT INTO booking (club_id, member_id, kind, state, day, rate, currency, price_minor, created_at, changed_at)
		VALUES ($1, 5, 'play', 'confirmed', '2026-06-01', 'member', 'INR', 0, now(), now()) RETURNING id, state)
		INSERT INTO booking_slot SELECT id, state, $2, r, r FROM b, tstzrange('2026-06-01 10:30Z', '2026-06-01 11:30Z') r`, b.club, b.nets[0])
	b.must(err)
	lost := make(chan error, 1)
	go func() {
		_, err := b.Hold(t.Context(), player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
		lost <- err
	}()
	b.waitForLock("transactionid")
	b.must(rival.Commit(t.Context()))
	if err := <-lost; !errors.Is(err, booking.ErrSlotTaken) {
		t.Errorf("behind the rival: %v", err)
	}
}

// waitForLock returns when a connection waits for a lock of that type.
func (b *bundle) waitForLock(kind string) {
	b.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for one[int](b, `SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND l.locktype = $1 AND a.datname = current_database()`, kind) == 0 {
		select {
		case <-b.t.Context().Done():
			return
		case <-tick.C:
		}
	}
}

func TestHold_AHeldLockAndAFullPoolSayLater(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	small, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(b.url), MaxConns: 1})
	b.must(err)
	t.Cleanup(small.Close)
	with := func(o booking.Options) *booking.Service {
		o.DB, o.Logger = small, slog.New(slog.DiscardHandler)
		s, err := booking.New(o)
		b.must(err)
		return s
	}
	hasty := with(booking.Options{LockWait: 50 * time.Millisecond, ConnWait: 20 * time.Second})
	tx, err := b.db.Begin(t.Context())
	b.must(err)
	_, err = tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1, $2)`, 0x70617602, int32(b.nets[0]))
	b.must(err)
	if _, err := hasty.Hold(t.Context(), player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1)); !errors.Is(err, booking.ErrBusy) {
		t.Errorf("a net whose lock is held: %v", err)
	}
	if _, err := hasty.Hold(t.Context(), player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 2)); err != nil {
		t.Errorf("another net: %v", err)
	}
	b.must(tx.Rollback(t.Context()))
	conn, err := small.Acquire(t.Context())
	b.must(err)
	hasty = with(booking.Options{LockWait: 20 * time.Second, ConnWait: 50 * time.Millisecond})
	if _, err := hasty.Hold(t.Context(), player(1), b.want("2026-06-01T11:00:00Z", time.Hour, 1)); !errors.Is(err, booking.ErrBusy) {
		t.Errorf("a full pool: %v", err)
	}
	if _, err := hasty.Availability(t.Context(), booking.AvailabilityRequest{Club: b.club, From: day(t, "2026-06-01"), To: day(t, "2026-06-01")}); !errors.Is(err, booking.ErrBusy) {
		t.Errorf("a full pool, reading: %v", err)
	}
	if _, err := hasty.MemberBookings(t.Context(), player(1), booking.MemberBookingsQuery{Club: b.club}); !errors.Is(err, booking.ErrBusy) {
		t.Errorf("a full pool, reading one's own: %v", err)
	}
	if _, err := hasty.Member(t.Context(), b.club, 1); !errors.Is(err, booking.ErrBusy) {
		t.Errorf("a full pool, reading a role: %v", err)
	}
	conn.Release()
	patient := with(booking.Options{ConnWait: 20 * time.Second})
	for range 3 { // each read gives its one connection back
		if _, err := patient.MemberBookings(t.Context(), player(1), booking.MemberBookingsQuery{Club: b.club}); err != nil {
			t.Error(err)
		}
		if _, err := patient.Member(t.Context(), b.club, 1); err != nil {
			t.Error(err)
		}
	}
	b.held(player(1), b.want("2026-06-01T11:00:00Z", time.Hour, 1))
}

func TestHold_PostgresGoesAndComesBack(t *testing.T) {
	t.Parallel()
	server, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(server.PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := migrations.Up(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	b := clubIn(t, server.PostgresURL, pool, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	before := b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	server.StopPostgres()
	for range 3 {
		if _, err := b.Hold(t.Context(), player(1), b.want("2026-06-01T11:00:00Z", time.Hour, 1)); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("a hold while Postgres is away: %v", err)
		}
		if _, err := b.statusAt(t.Context(), b.Service, 1, before.Span.Start); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("availability while Postgres is away: %v", err)
		}
	}
	b.must(server.StartPostgres(t.Context()))
	_, err = b.Confirm(t.Context(), player(1), before.ID)
	for try := 0; try < 20 && fault.KindOf(err) == fault.Unavailable; try++ { // connections of before may still be found dead
		_, err = b.Confirm(t.Context(), player(1), before.ID)
	}
	b.must(err)
	b.held(player(1), b.want("2026-06-01T11:00:00Z", time.Hour, 1))
	b.healthy()
}

func TestAudit_GrowsAndNeverChanges(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	h := b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	_, err := b.Confirm(t.Context(), player(1), h.ID)
	b.must(err)
	_, err = b.Cancel(t.Context(), boss(), h.ID, true)
	b.must(err)
	lines, err := b.Audit(t.Context(), boss(), booking.AuditQuery{Club: b.club, Booking: h.ID})
	b.must(err)
	var got string
	for _, l := range lines {
		got += fmt.Sprintf("%d %s %s;", l.Actor, l.Origin, l.Action)
	}
	if got != "7000000101 test hold;7000000101 test confirm;1 test cancel;" {
		t.Error(got)
	}
	for _, sql := range []string{`UPDATE audit SET actor_id = 2`, `DELETE FROM audit`, `TRUNCATE audit`} {
		if _, err := b.db.Exec(t.Context(), sql); storage.SQLState(err) != "42501" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := b.Audit(t.Context(), player(1), booking.AuditQuery{Club: b.club}); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("a member reads the audit: %v", err)
	}
}

func TestCheck_FindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	b.held(player(2), b.want("2026-06-01T11:00:00Z", time.Hour, 1))
	b.healthy()
	closure := b.rain(0, 1) // on another day
	_, err := b.CloseAndRefund(t.Context(), boss(), b.club, closure, b.previewed(closure).Version)
	b.must(err)
	for _, sql := range []string{
		`INSERT INTO closure_run_booking (booking_id, run_id) SELECT 1, id FROM closure_run`,
		`UPDATE closure_run SET started_at = booking_clock() - interval '2 hours'`,
		`ALTER TABLE booking_slot DROP CONSTRAINT booking_slot_no_overlap`,
		`ALTER TABLE booking_slot DROP CONSTRAINT booking_slot_booking_id_state_fkey`,
		`UPDATE booking_slot SET during = tstzrange('2026-06-01 10:30Z', '2026-06-01 12:00Z'), occupied = tstzrange('2026-06-01 10:30Z', '2026-06-01 12:00Z') WHERE booking_id = 2`,
		`UPDATE booking SET price_minor = 7 WHERE id = 1`,
		`UPDATE booking SET state = 'confirmed' WHERE id = 1`,
		`INSERT INTO booking_slot SELECT 99, 'confirmed', net_id, tstzrange('2027-01-01', '2027-01-02'), tstzrange('2027-01-01', '2027-01-02') FROM booking_slot WHERE booking_id = 1`,
		`INSERT INTO booking (club_id, member_id, kind, state, day, rate, currency, price_minor, created_at, changed_at) VALUES (1, 1, 'play', 'confirmed', '2026-06-01', 'member', 'EUR', 0, now(), now())`,
	} {
		_, err := b.db.Exec(t.Context(), sql)
		b.must(err)
	}
	b.at("2026-06-01T00:30:00Z")
	findings, err := booking.Check(t.Context(), b.db)
	b.must(err)
	found := map[string]bool{}
	for _, f := range findings {
		found[f.Rule] = true
	}
	for _, rule := range []string{
		"two live bookings share a net", "a slot has no booking", "a booking has no slot", "a slot's state is not its booking's", "price lines do not add up to the price",
		"a booking is in another currency than its club", "a hold should have expired ten minutes ago", "a booking was made or moved without a line in the audit",
		"the constraint against overlaps is missing", "a closure has been about to cancel a booking for an hour without a job",
	} {
		if !found[rule] {
			t.Errorf("not found: %s", rule)
		}
	}
}
