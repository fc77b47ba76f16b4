package booking_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
)

// stranger is a guest: a person without a role in the club.
func stranger(n int) booking.Actor {
	return booking.Actor{ID: booking.MemberID(7_000_000_900 + n), Role: booking.Guest, Origin: "test"}
}

// standard is easy with the default QuotaHeld.
func standard() booking.Policy {
	p := easy()
	p.QuotaHeld = 0
	return p
}

func TestQuota_OfHoldsCountsNetsAndIsThereByDefault(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", standard())
	b.at("2026-06-01T00:00:00Z")
	three := b.held(stranger(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1, 2, 3))
	refused := func(nets ...int) {
		t.Helper()
		if _, err := b.Hold(t.Context(), stranger(1), b.want("2026-06-02T10:00:00Z", time.Hour, nets...)); !errors.Is(err, booking.ErrQuotaHeld) {
			t.Errorf("%d nets more: %v, want %v", len(nets), err, booking.ErrQuotaHeld)
		}
	}
	refused(1, 2)
	fourth := b.held(stranger(1), b.want("2026-06-02T10:00:00Z", time.Hour, 1))
	refused(2)
	if _, err := b.Reschedule(t.Context(), stranger(1), fourth.ID, booking.RescheduleRequest{Nets: b.nets[:2], Start: fourth.Span.Start, End: fourth.Span.End}); !errors.Is(err, booking.ErrQuotaHeld) {
		t.Errorf("a hold that gets a net more: %v, want %v", err, booking.ErrQuotaHeld)
	}
	_, err := b.Reschedule(t.Context(), stranger(1), fourth.ID, booking.RescheduleRequest{Start: fourth.Span.Start.Add(time.Hour), End: fourth.Span.End.Add(time.Hour)})
	b.must(err)
	b.held(stranger(2), b.want("2026-06-03T10:00:00Z", time.Hour, 1, 2, 3, 4))
	b.held(boss(), b.want("2026-06-04T10:00:00Z", time.Hour, 1, 2, 3, 4, 5, 6))
	_, err = b.Confirm(t.Context(), stranger(1), three.ID)
	b.must(err)
	b.held(stranger(1), b.want("2026-06-05T10:00:00Z", time.Hour, 1, 2, 3))
	b.at("2026-06-01T00:10:00Z") // the holds have expired
	b.held(stranger(1), b.want("2026-06-06T10:00:00Z", time.Hour, 1, 2, 3, 4))
}

func TestQuota_OfHoldsHoldsAgainstParallelRequests(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", standard())
	b.at("2026-06-01T00:00:00Z")
	results := make([]error, 24)
	var asking sync.WaitGroup
	for i := range results {
		r := b.want("2026-06-01T10:00:00Z", time.Hour, i%6+1)
		r.Start, r.End = r.Start.Add(time.Duration(i/6)*time.Hour), r.End.Add(time.Duration(i/6)*time.Hour)
		asking.Go(func() { _, results[i] = b.Hold(t.Context(), stranger(1), r) })
	}
	asking.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, booking.ErrQuotaHeld) {
			t.Error(err)
		}
	}
	if held := one[int](b, `SELECT count(*) FROM booking_slot WHERE state = 'held'`); won != 4 || held != 4 {
		t.Errorf("%d requests won %d nets, want 4", won, held)
	}
}
