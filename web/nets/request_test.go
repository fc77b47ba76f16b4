package nets

import (
	"testing"

	"pavilion/booking"
)

// The settings name the admins of every club; everybody else is a guest without a role of the club.
func TestActor_IsAdminWhereTheSettingsSaySo(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *wiring) { w.nets.Admins = []booking.MemberID{7_000_000_001} })
	c := b.club(nil)
	net := map[string]any{"name": "MemberBookings", "capacity": 1, "active": true}
	b.put("POST", b.signIn(7_000_000_001), c.path("/nets"), net).Want(t, "an admin of the settings", 201, "")
	b.put("POST", b.signIn(7_000_000_002), c.path("/nets"), net).Want(t, "somebody else", 403, "forbidden")
	h := handlers{admins: []booking.MemberID{7_000_000_001}}
	if got := h.actorAnywhere(t.Context()); got != (booking.Actor{Role: booking.Guest, Origin: "http"}) {
		t.Errorf("nobody is %+v", got)
	}
}
