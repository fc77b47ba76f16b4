package nets

import (
	"testing"

	"pavilion/booking"
)

// A quote for moving a booking has the booking's rate. It is refused for another person's booking.
func TestQuote_OfAMoveHasTheRateOfTheBooking(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	slot := c.slot("10:00", "11:00", c.nets[0])
	slot["member"], slot["rate"] = someone(), "guest"
	held := b.hold(boss, c, slot)
	ask := c.slot("14:00", "15:00", c.nets[0])
	for booked, want := range map[int64]int64{0: 40000, held.ID: 60000} {
		if booked != 0 {
			ask["booking"] = booked
		}
		a := b.put("POST", boss, c.path("/quote"), ask)
		a.Want(t, "quote", 200, "")
		var q QuoteBody
		if a.Into(t, &q); q.Total.Minor != want {
			t.Errorf("for booking %d: %d, want %d", booked, q.Total.Minor, want)
		}
		delete(ask, "booking")
	}
	ask["booking"] = held.ID
	b.put("POST", b.member(), c.path("/quote"), ask).Want(t, "for another's booking", 404, "no-booking")
	b.put("POST", boss, c.path("/bookings/%d/reschedule", held.ID), map[string]any{"start": c.at("14:00"), "end": c.at("15:00")}).Want(t, "the move", 200, "")
	now, err := b.booking.Booking(t.Context(), booking.Actor{Role: booking.Admin}, booking.ID(held.ID))
	if err != nil || now.Price.Minor != 60000 {
		t.Errorf("moved for %s, %v", now.Price, err)
	}
}
