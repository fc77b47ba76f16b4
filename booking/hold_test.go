package booking_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pavilion/booking"
)

func TestHold_AHundredAtOnceGiveExactlyOne(t *testing.T) {
	t.Parallel()
	b := newClub(t, "Asia/Kolkata", easy())
	b.at("2026-06-01T00:00:00Z")
	won, taken := race(t, 100, func(ctx context.Context, i int) error {
		_, err := b.Hold(ctx, player(i), b.want("2026-06-01T04:30:00Z", time.Hour, 1))
		return err
	})
	if won != 1 || taken != 99 {
		t.Errorf("won %d, taken %d; want 1 and 99", won, taken)
	}
	if bookings, slots := one[int](b, `SELECT count(*) FROM booking`), one[int](b, `SELECT count(*) FROM booking_slot`); bookings != 1 || slots != 1 {
		t.Errorf("%d bookings and %d slots stored, want 1 and 1", bookings, slots)
	}
	b.healthy()
}

func TestHold_PartialOverlapsNeverBothWin(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Grid, policy.Min = time.Minute, time.Minute
	b := newClub(t, "UTC", policy)
	b.at("2026-06-01T00:00:00Z")
	asks := []struct {
		start  string
		length time.Duration
	}{{"2026-06-01T10:00:00Z", time.Hour}, {"2026-06-01T10:15:00Z", 30 * time.Minute}, {"2026-06-01T10:59:00Z", 61 * time.Minute}}
	won, taken := race(t, 99, func(ctx context.Context, i int) error {
		_, err := b.Hold(ctx, player(i), b.want(asks[i%3].start, asks[i%3].length, 1))
		return err
	})
	if won < 1 || won > 2 || won+taken != 99 { // the second and the third do not touch each other
		t.Errorf("won %d, taken %d", won, taken)
	}
	b.healthy()
}

func TestHold_NetsInOppositeOrdersMakeNoDeadlock(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	before := one[int64](b, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`)
	nets := [][]int{{1, 2}, {2, 1}, {3, 1}, {1, 2, 3, 4, 5, 6}, {6, 5}, {5, 6, 1}}
	until := time.Now().Add(3 * time.Second)
	var wins atomic.Int64
	ended, _ := race(t, 32, func(ctx context.Context, i int) error {
		for time.Now().Before(until) {
			h, err := b.Hold(ctx, player(i), b.want("2026-06-01T10:00:00Z", time.Hour, nets[i%len(nets)]...))
			if errors.Is(err, booking.ErrSlotTaken) {
				continue
			}
			if err == nil {
				wins.Add(1)
				_, err = b.Cancel(ctx, player(i), h.ID, false)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if ended != 32 || wins.Load() < 3 {
		t.Errorf("%d clients ended well, %d holds won", ended, wins.Load())
	}
	if after := one[int64](b, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); after != before {
		t.Errorf("%d deadlocks", after-before)
	}
	if torn := one[int](b, `SELECT count(*) FROM (SELECT booking_id, count(*) AS n FROM booking_slot GROUP BY 1) s JOIN audit a USING (booking_id) WHERE a.action = 'hold' AND n NOT IN (2, 3, 6)`); torn != 0 {
		t.Errorf("%d bookings hold a part of their nets", torn)
	}
	b.healthy()
}

func TestHold_Adjacency(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	b.held(player(2), b.want("2026-06-01T11:00:00Z", time.Hour, 1))
	b.held(player(3), b.want("2026-06-01T09:00:00Z", time.Hour, 1))
	b.held(player(4), b.want("2026-06-01T10:00:00Z", time.Hour, 2))
	micro := b.want("2026-06-01T08:00:00Z", time.Hour, 1)
	micro.End = micro.End.Add(time.Microsecond)
	for name, r := range map[string]booking.HoldRequest{
		"a microsecond more": micro,
		"off the grid":       b.want("2026-06-01T12:30:00Z", time.Hour, 1),
		"half a minute":      b.want("2026-06-01T13:00:00Z", 30*time.Second, 1),
		"empty":              b.want("2026-06-01T13:00:00Z", 0, 1),
		"backwards":          b.want("2026-06-01T13:00:00Z", -time.Hour, 1),
		"open end":           {SlotRequest: booking.SlotRequest{Club: b.club, Nets: b.nets[:1], Start: micro.Start}},
		"too long":           b.want("2026-06-01T13:00:00Z", 25*time.Hour, 1),
		"no nets":            b.want("2026-06-01T13:00:00Z", time.Hour),
		"one net twice":      b.want("2026-06-01T13:00:00Z", time.Hour, 1, 1),
	} {
		if _, err := b.Hold(t.Context(), player(5), r); err == nil || errors.Is(err, booking.ErrSlotTaken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The schema refuses it too, without the rules.
	_, err := b.db.Exec(t.Context(), `UPDATE booking_slot SET during = tstzrange(lower(during), upper(during) + interval '1 microsecond', '[)'),
		occupied = tstzrange(lower(occupied), upper(occupied) + interval '1 microsecond', '[)') WHERE booking_id = 1`)
	if err == nil {
		t.Error("the schema let two bookings share a microsecond")
	}
	for _, bad := range []string{`'empty'`, `tstzrange(now(), NULL, '[)')`, `tstzrange(NULL, now(), '[)')`, `tstzrange(now(), 'infinity', '[)')`, `tstzrange(now(), now() + interval '1 hour', '[]')`} {
		if _, err := b.db.Exec(t.Context(), `UPDATE booking_slot SET during = `+bad+`, occupied = `+bad+` WHERE booking_id = 1`); err == nil {
			t.Errorf("the schema took %s", bad)
		}
	}
}

func TestHold_TheBufferCountsOnce(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Grid, policy.Min, policy.Buffer = 5*time.Minute, 30*time.Minute, 5*time.Minute
	b := newClub(t, "UTC", policy)
	b.at("2026-06-01T00:00:00Z")
	b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	for _, adjacent := range []string{"2026-06-01T11:00:00Z", "2026-06-01T09:00:00Z"} {
		if _, err := b.Hold(t.Context(), player(2), b.want(adjacent, time.Hour, 1)); !errors.Is(err, booking.ErrSlotTaken) {
			t.Errorf("%s without a buffer: %v", adjacent, err)
		}
	}
	b.held(player(2), b.want("2026-06-01T11:05:00Z", time.Hour, 1))
	b.held(player(3), b.want("2026-06-01T08:55:00Z", time.Hour, 1))
}

func TestHold_ExpiredIsRetakenAndLosesItsConfirm(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	start := b.at("2026-06-01T08:00:00Z")
	for i, c := range []struct {
		at   time.Duration // after the hold, which lasts ten minutes
		lost bool
	}{{10*time.Minute - time.Microsecond, false}, {10 * time.Minute, true}, {11 * time.Minute, true}} {
		b.stop(start)
		h := b.held(player(1), b.want("2026-06-02T10:00:00Z", time.Hour, i+1))
		b.stop(start.Add(c.at))
		_, err := b.Confirm(t.Context(), player(1), h.ID)
		if errors.Is(err, booking.ErrHoldExpired) != c.lost || !c.lost && err != nil {
			t.Errorf("confirm after %s: %v", c.at, err)
		}
		_, err = b.Hold(t.Context(), player(2), b.want("2026-06-02T10:00:00Z", time.Hour, i+1))
		if errors.Is(err, booking.ErrSlotTaken) == c.lost || c.lost && err != nil {
			t.Errorf("hold of another after %s: %v", c.at, err)
		}
		if state := one[string](b, `SELECT state FROM booking WHERE id = $1`, h.ID); (state == "expired") != c.lost {
			t.Errorf("after %s the first is %s", c.at, state)
		}
	}
	b.healthy()
}

func TestHold_RulesOfTheClub(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Notice, policy.Horizon, policy.QuotaActive, policy.QuotaWeek, policy.Max = 2*time.Hour, 7, 3, 4*time.Hour, 2*time.Hour
	b := newClub(t, "Asia/Kolkata", policy)
	b.must(b.SetHours(t.Context(), boss(), b.club, wholeWeek(6*60, 26*60)))
	b.at("2026-06-01T08:00:00Z") // Monday 13:30 in India
	refused := func(want error, who booking.Actor, r booking.HoldRequest) {
		t.Helper()
		if _, err := b.Hold(t.Context(), who, r); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", r.Start, err, want)
		}
	}
	refused(booking.ErrTooSoon, player(1), b.want("2026-06-01T09:30:00Z", time.Hour, 1))
	refused(booking.ErrPast, player(1), b.want("2026-06-01T07:30:00Z", time.Hour, 1))
	refused(booking.ErrPast, boss(), b.want("2026-06-01T07:30:00Z", time.Hour, 1))
	refused(booking.ErrTooFar, player(1), b.want("2026-06-09T10:30:00Z", time.Hour, 1))
	refused(booking.ErrTooLong, player(1), b.want("2026-06-02T10:30:00Z", 3*time.Hour, 1))
	refused(booking.ErrOutsideHours, player(1), b.want("2026-06-01T20:30:00Z", time.Hour, 1)) // 02:00 to 03:00
	night := b.held(player(1), b.want("2026-06-01T19:30:00Z", time.Hour, 1))                  // 01:00 to 02:00 of Monday's evening
	if night.Day.String() != "2026-06-01" {
		t.Errorf("01:00 belongs to %s, want the evening of 2026-06-01", night.Day)
	}
	b.held(player(1), b.want("2026-06-02T10:30:00Z", 2*time.Hour, 1))
	refused(booking.ErrQuotaWeek, player(1), b.want("2026-06-03T10:30:00Z", 2*time.Hour, 1))
	b.held(player(1), b.want("2026-06-03T10:30:00Z", time.Hour, 1))
	refused(booking.ErrQuotaActive, player(1), b.want("2026-06-08T10:30:00Z", time.Hour, 1))
	b.held(player(2), b.want("2026-06-08T10:30:00Z", time.Hour, 1))
	b.held(boss(), b.want("2026-06-01T09:30:00Z", time.Hour, 1)) // staff need no notice
	closure, inside, err := b.AddClosure(t.Context(), boss(), b.club, booking.Closure{
		Nets: b.nets[:1], Every: booking.EveryWeek, First: day(t, "2026-06-01"), From: 16 * 60, To: 17 * 60,
	})
	b.must(err)
	if len(inside) != 1 || inside[0].Member != player(2).ID {
		t.Errorf("inside the closure: %v", inside)
	}
	refused(booking.ErrClosed, boss(), b.want("2026-06-15T10:30:00Z", time.Hour, 1))
	b.held(boss(), b.want("2026-06-15T10:30:00Z", time.Hour, 2))
	b.must(b.RemoveClosure(t.Context(), boss(), b.club, closure.ID))
	b.held(boss(), b.want("2026-06-15T10:30:00Z", time.Hour, 1))
}

func TestHold_QuotaHoldsAgainstParallelRequests(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.QuotaActive = 1
	b := newClub(t, "UTC", policy)
	b.at("2026-06-01T00:00:00Z")
	start := make(chan struct{})
	results := make(chan error, 6)
	for i := range 6 {
		go func() {
			<-start
			_, err := b.Hold(t.Context(), player(1), b.want("2026-06-01T10:00:00Z", time.Hour, i+1))
			results <- err
		}()
	}
	close(start)
	won := 0
	for range 6 {
		if err := <-results; err == nil {
			won++
		} else if !errors.Is(err, booking.ErrQuotaActive) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d holds for a quota of one", won)
	}
}

func day(t *testing.T, text string) booking.Day {
	t.Helper()
	d, err := booking.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// race runs fn from n goroutines at once and counts successes and lost slots; any other error fails the test.
func race(t *testing.T, n int, fn func(ctx context.Context, i int) error) (won, taken int) {
	t.Helper()
	start := make(chan struct{})
	results := make(chan error, n)
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() {
			<-start
			results <- fn(t.Context(), i)
		})
	}
	close(start)
	running.Wait()
	close(results)
	for err := range results {
		switch {
		case err == nil:
			won++
		case errors.Is(err, booking.ErrSlotTaken):
			taken++
		default:
			t.Errorf("neither won nor taken: %v", err)
		}
	}
	return won, taken
}
