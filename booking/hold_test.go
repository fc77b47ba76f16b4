package booking_test

import (
	"context"
	"errors"
	"sync"
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
