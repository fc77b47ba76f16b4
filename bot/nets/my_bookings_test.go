package nets

import (
	"testing"
	"time"

	"pavilion/booking"
)

func TestMyBookings_ANetOutOfUseKeepsItsName(t *testing.T) {
	t.Parallel()
	c := newStoredClub(t)
	start := time.Now().UTC().Add(48 * time.Hour).Truncate(time.Hour)
	if _, err := c.Hold(t.Context(), c.admin, booking.HoldRequest{SlotRequest: booking.SlotRequest{Club: c.club.ID, Nets: []booking.NetID{c.net.ID}, Start: start, End: start.Add(time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	c.net.Name, c.net.Active = "North net", false
	if _, err := c.SaveNet(t.Context(), c.admin, c.club.ID, c.net); err != nil {
		t.Fatal(err)
	}
	found, err := myBookings{c.visit(t, "")}.listBookings(t.Context(), step{Verb: stepMyBookings})
	if err != nil {
		t.Fatal(err)
	}
	list := found.(myBookingsView).list
	if len(list) != 1 || list[0].booking.NetNames(list[0].nets) != "North net" {
		t.Errorf("%+v", list)
	}
}
