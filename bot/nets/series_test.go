package nets

import (
	"errors"
	"testing"
	"time"

	"pavilion/booking"
)

func TestSeries_AButtonThatIsOlderThanAChangeIsRefused(t *testing.T) {
	t.Parallel()
	c := newStoredClub(t)
	first := booking.DayIn(time.Now().UTC(), time.UTC) + 2
	made, err := c.BookSeries(t.Context(), c.admin, booking.SeriesRequest{
		Club: c.club.ID, Nets: []booking.NetID{c.net.ID}, First: first, Minute: 600, Length: time.Hour, Weeks: 2, Policy: booking.AllOrNothing,
	})
	if err != nil {
		t.Fatal(err)
	}
	one, seen := made.Bookings[0], booking.SeriesVersion(made.Bookings)
	moved := booking.RescheduleRequest{Start: one.Span.Start.Add(2 * time.Hour), End: one.Span.End.Add(2 * time.Hour)}
	if _, err := c.Reschedule(t.Context(), c.admin, one.ID, moved); err != nil {
		t.Fatal(err)
	}
	for _, version := range []int{0, seen} { // 0: made before series had versions
		end := step{Verb: stepEndSeries, Booking: one.ID, Choice: seriesAll, Version: version}
		if _, err := (series{c.visit(t, "")}).end(t.Context(), end); !errors.Is(err, booking.ErrChanged) {
			t.Errorf("an end of version %d: %v", version, err)
		}
		move := step{Verb: stepMoveSeries, Club: c.club.ID, Net: c.net.ID, Minute: unixMinute(one.Span.Start.Add(4 * time.Hour)), Length: 60, Booking: one.ID, Choice: seriesAll, Version: version}
		if _, err := (series{c.visit(t, "")}).move(t.Context(), move); !errors.Is(err, booking.ErrChanged) {
			t.Errorf("a move of version %d: %v", version, err)
		}
	}
	asked, err := series{c.visit(t, "")}.askEnd(t.Context(), step{Verb: stepAskEndSeries, Booking: one.ID, Choice: seriesAll})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (series{c.visit(t, "")}).end(t.Context(), asked.(seriesEndView).step.with(stepEndSeries)); err != nil {
		t.Errorf("an end of the present version: %v", err)
	}
	all, err := c.SeriesBookings(t.Context(), c.admin, c.club.ID, made.ID)
	if err != nil || all[0].State != booking.Cancelled || all[1].State != booking.Cancelled {
		t.Errorf("%v, %+v", err, all)
	}
}
