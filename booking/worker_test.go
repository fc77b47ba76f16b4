package booking_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/internal/secret"
	"pavilion/storage"
)

// recordingMessenger is a messenger that records messages and can fail.
type recordingMessenger struct {
	mu    sync.Mutex
	sent  []booking.Message
	fails int
	got   chan struct{}
}

var errNoPost = errors.New("the post is on strike")

func (m *recordingMessenger) Send(_ context.Context, n booking.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails > 0 {
		m.fails--
		return errNoPost
	}
	m.sent = append(m.sent, n)
	m.got <- struct{}{}
	return nil
}

// runWorker runs a worker until the test ends.
func (b *bundle) runWorker(m *recordingMessenger) {
	b.t.Helper()
	pool, err := storage.OpenPostgres(context.WithoutCancel(b.t.Context()), storage.PostgresOptions{URL: secret.New(b.url)})
	b.must(err)
	w, err := booking.NewWorker(b.Service, booking.WorkerOptions{DB: pool, Queues: []booking.Queue{booking.JobQueue, booking.ChatQueue}, Telegram: m, Logger: slog.New(slog.DiscardHandler), Sweep: time.Second})
	b.must(err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.t.Context()))
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	b.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.t.Error(err)
		}
		pool.Close()
	})
}

func TestWorker_SaysEachThingOnceAndExpiresHolds(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Hold, policy.Reminder = time.Second, 2*time.Hour
	b := newClub(t, "UTC", policy)
	soon := time.Now().UTC().Truncate(time.Hour).Add(2 * time.Hour)
	h := b.held(player(1), b.want(soon.Format(time.RFC3339), time.Hour, 1))
	_, err := b.Confirm(t.Context(), player(1), h.ID)
	b.must(err)
	gone := b.held(player(2), b.want(soon.Format(time.RFC3339), time.Hour, 2))
	m := &recordingMessenger{fails: 1, got: make(chan struct{}, 100)}
	b.runWorker(m)
	b.runWorker(m) // two processes
	for range 2 {
		select {
		case <-m.got:
		case <-time.After(60 * time.Second):
			t.Fatal("nothing was said")
		}
	}
	b.waitUntil(`SELECT state = 'expired' FROM booking WHERE id = $1`, gone.ID)
	b.waitUntil(`SELECT count(*) = 2 FROM notification WHERE sent_at IS NOT NULL AND booking_id = $1`, h.ID)
	m.mu.Lock()
	defer m.mu.Unlock()
	kinds := map[string]int{}
	for _, n := range m.sent {
		kinds[n.Kind]++
		if n.Member != player(1).ID || n.Booking != h.ID {
			t.Errorf("said to another: %+v", n)
		}
	}
	if len(m.sent) != 2 || kinds["confirmed"] != 1 || kinds["reminder"] != 1 {
		t.Errorf("said: %v", kinds)
	}
}

// waitUntil waits until a query returns true.
func (b *bundle) waitUntil(sql string, args ...any) {
	b.t.Helper()
	deadline := time.After(60 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !one[bool](b, sql, args...) {
		select {
		case <-deadline:
			b.t.Fatalf("not within a minute: %s", sql)
		case <-tick.C:
		}
	}
}

func TestRemind_ARangeAndAMarkerLoseAndRepeatNothing(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Reminder = 2 * time.Hour
	b := newClub(t, "UTC", policy)
	b.at("2026-06-01T00:00:00Z")
	start := time.Date(2026, 6, 3, 10, 0, 0, 0, time.UTC)
	var ids []booking.ID
	for i := range 4 {
		h := b.held(player(i), b.want("2026-06-03T10:00:00Z", time.Hour, i+1))
		_, err := b.Confirm(t.Context(), player(i), h.ID)
		b.must(err)
		ids = append(ids, h.ID)
	}
	b.held(player(5), b.want("2026-06-03T10:00:00Z", time.Hour, 5)) // a hold is not reminded of
	remind := func(at time.Time, want int) {
		t.Helper()
		b.stop(at)
		if n, err := b.Remind(t.Context()); n != want || err != nil {
			t.Errorf("at %s: %d reminded, want %d, %v", at.Format(time.TimeOnly), n, want, err)
		}
	}
	remind(start.Add(-2*time.Hour-time.Second), 0)
	_, err := b.Cancel(t.Context(), boss(), ids[0], true)
	b.must(err)
	remind(start.Add(-time.Hour), 3) // an hour late
	remind(start.Add(-time.Hour), 0) // and twice
	_, err = b.Reschedule(t.Context(), boss(), ids[1], booking.RescheduleRequest{Start: start.Add(3 * time.Hour), End: start.Add(4 * time.Hour)})
	b.must(err)
	remind(start.Add(-30*time.Minute), 0)
	remind(start.Add(90*time.Minute), 1)                                    // of the new start
	late := b.held(player(6), b.want("2026-06-03T13:00:00Z", time.Hour, 6)) // no sweep comes between this and its start
	_, err = b.Confirm(t.Context(), player(6), late.ID)
	b.must(err)
	// Reminders are switched on later: past bookings get none.
	_, err = b.db.Exec(t.Context(), `UPDATE booking SET reminded_for = NULL`)
	b.must(err)
	remind(start.Add(5*time.Hour), 0) // the same evening
	remind(start.Add(30*24*time.Hour), 0)
}
