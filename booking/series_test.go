package booking_test

import (
	"errors"
	"testing"
	"time"

	"pavilion/booking"
)

func TestSeries_KeepsItsLocalTimeAcrossTheClocksChange(t *testing.T) {
	t.Parallel()
	b := newClub(t, "America/New_York", easy())
	b.at("2026-10-01T00:00:00Z")
	r := booking.SeriesRequest{Club: b.club, Nets: b.nets[:1], First: day(t, "2026-10-18"), Minute: 18 * 60, Length: time.Hour, Weeks: 4, Policy: booking.AllOrNothing}
	s, err := b.BookSeries(t.Context(), player(1), r)
	b.must(err)
	want := []string{"2026-10-18T22:00:00Z", "2026-10-25T22:00:00Z", "2026-11-01T23:00:00Z", "2026-11-08T23:00:00Z"}
	for i, x := range s.Bookings {
		if got := x.Span.Start.UTC().Format(time.RFC3339); got != want[i] || x.State != booking.Confirmed {
			t.Errorf("week %d: %s %s", i+1, got, x.State)
		}
	}
	b.healthy()
}

func TestSeries_ConflictsAreNeverSilent(t *testing.T) {
	t.Parallel()
	b := newClub(t, "America/New_York", easy())
	b.at("2026-01-01T00:00:00Z")
	b.held(player(2), b.want("2026-02-22T07:00:00Z", time.Hour, 1)) // 02:00 on the third Sunday
	r := booking.SeriesRequest{Club: b.club, Nets: b.nets[:1], First: day(t, "2026-02-08"), Minute: 2 * 60, Length: time.Hour, Weeks: 6, Policy: booking.AllOrNothing}
	_, err := b.BookSeries(t.Context(), player(1), r)
	var conflict *booking.SeriesConflictError
	if !errors.As(err, &conflict) || len(conflict.Skipped) != 2 {
		t.Fatalf("all or nothing: %v", err)
	}
	if n := one[int](b, `SELECT count(*) FROM booking WHERE member_id = 7000000101`); n != 0 {
		t.Errorf("%d bookings of a series that was refused", n)
	}
	r.Policy = booking.Skip
	s, err := b.BookSeries(t.Context(), player(1), r)
	b.must(err)
	if len(s.Bookings) != 4 || len(s.Skipped) != 2 || !errors.Is(s.Skipped[0].Reason, booking.ErrSlotTaken) || s.Skipped[0].Day != day(t, "2026-02-22") ||
		!errors.Is(s.Skipped[1].Reason, booking.ErrNoSuchTime) || s.Skipped[1].Day != day(t, "2026-03-08") {
		t.Errorf("booked %d, skipped %+v", len(s.Bookings), s.Skipped)
	}
	r.First, r.Minute, r.Nets = day(t, "2026-10-25"), 60, b.nets[1:2]
	s, err = b.BookSeries(t.Context(), player(1), r)
	b.must(err)
	if len(s.Skipped) != 1 || !errors.Is(s.Skipped[0].Reason, booking.ErrAmbiguousTime) {
		t.Errorf("the repeated hour: %+v", s.Skipped)
	}
	b.healthy()
}
