package booking_test

import (
	"errors"
	"testing"
	"time"

	"pavilion/booking"
)

// A buffer counts after the bookings that are stored, as it does before them; one that shrinks frees time on both sides.
func TestBuffer_ChangedCountsOnBothSidesOfABooking(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Grid, policy.Min = 30*time.Minute, 30*time.Minute
	b := newClub(t, "UTC", policy)
	b.at("2026-06-01T00:00:00Z")
	ctx := t.Context()
	for _, r := range []booking.HoldRequest{
		b.want("2026-06-02T10:00:00Z", time.Hour, 1, 2), b.want("2026-06-02T11:00:00Z", time.Hour, 2), b.want("2026-06-02T15:00:00Z", time.Hour, 1),
	} {
		h := b.held(player(9), r)
		_, err := b.Confirm(ctx, player(9), h.ID)
		b.must(err)
	}
	club, err := b.Club(ctx, b.club)
	b.must(err)
	status := func(net int, at string) booking.Status {
		t.Helper()
		day, err := booking.ParseDay("2026-06-02")
		b.must(err)
		a, err := b.Availability(ctx, booking.AvailabilityRequest{Club: b.club, Nets: b.nets[net-1 : net], From: day, To: day})
		b.must(err)
		for _, c := range a.Days[0].Cells {
			if c.Span.Start.UTC().Format("15:04") == at {
				return c.Status
			}
		}
		t.Fatalf("no cell at %s", at)
		return ""
	}
	club.Policy.Buffer = 30 * time.Minute
	b.saveClub(club)
	for _, at := range []string{"14:30", "16:00"} {
		if got := status(1, at); got != booking.Taken {
			t.Errorf("with a buffer of 30 minutes %s is %s", at, got)
		}
	}
	if got := status(1, "16:30"); got != booking.Free {
		t.Errorf("behind the buffer: %s", got)
	}
	for _, start := range []string{"2026-06-02T14:30:00Z", "2026-06-02T16:00:00Z"} {
		if _, err := b.Hold(ctx, player(1), b.want(start, 30*time.Minute, 1)); !errors.Is(err, booking.ErrSlotTaken) {
			t.Errorf("a hold at %s: %v", start, err)
		}
	}
	club.Policy.Buffer = 0
	b.saveClub(club)
	for _, at := range []string{"14:30", "16:00"} {
		if got := status(1, at); got != booking.Free {
			t.Errorf("without a buffer %s is %s", at, got)
		}
	}
	b.healthy()
}
