package booking_test

import (
	"testing"
	"time"

	"pavilion/booking"
)

// Staff who move a guest's booking see the guests' price.
func TestQuote_ForAMoveIsAtTheRateOfTheBooking(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	r := b.want("2026-06-02T10:00:00Z", time.Hour, 1)
	r.Member, r.Rate = player(1).ID, booking.GuestRate
	held := b.held(boss(), r)
	later := b.want("2026-06-02T12:00:00Z", time.Hour, 1)
	quote, err := b.Quote(t.Context(), boss().QuotedAs(held), later.SlotRequest)
	b.must(err)
	found, err := b.Starts(t.Context(), boss().QuotedAs(held), b.club, day(t, "2026-06-02"), time.Hour)
	b.must(err)
	moved, err := b.Reschedule(t.Context(), boss(), held.ID, booking.RescheduleRequest{Start: later.Start, End: later.End})
	b.must(err)
	if quote.Total != moved.Booking.Price || found.Starts[0].Price != moved.Booking.Price || moved.Booking.Price != rupees(2000) {
		t.Errorf("quoted %s, in the grid %s, moved for %s", quote.Total, found.Starts[0].Price, moved.Booking.Price)
	}
}
