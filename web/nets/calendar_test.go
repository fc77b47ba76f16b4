package nets

import (
	"strings"
	"testing"

	"pavilion/booking"
)

func TestCalendar_ACancelledBookingOnARetiredNetKeepsItsName(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	held := b.hold(member, c, c.slot("18:00", "19:00", c.nets[2]))
	boss := booking.Actor{ID: adminID, Role: booking.Admin, Origin: "http"}
	if _, err := b.booking.SaveNet(t.Context(), boss, c.id, booking.Net{ID: c.nets[2], Name: "Net 3", Capacity: 6}); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"PUBLISH", "CANCEL"} {
		a := b.Do(request{Path: c.path("/bookings/%d/calendar.ics", held.ID), Token: member})
		file := string(a.Body)
		if !strings.Contains(file, "\r\nSUMMARY:Net 3 · Riverside\r\n") || !strings.Contains(file, "\r\nMETHOD:"+method+"\r\n") || strings.Count(file, "\n") != strings.Count(file, "\r\n") {
			t.Errorf("%s: %q", method, file)
		}
		if got := a.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8; method="+method {
			t.Errorf("%s: %s", method, got)
		}
		if method == "PUBLISH" {
			b.act(member, c, held.ID, "cancel", nil).Want(t, "cancel", 200, "")
		}
	}
}
