package nets

import (
	"bytes"
	"image/png"
	"net/http"
	"testing"
	"time"
)

// The code of a booking is shown to its member only. The staff of its club check the booking in with it, once; the same key repeats the answer.
func TestCheckInCode_IsShownToTheMemberAndTakenFromTheStaff(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c, elsewhere := b.club(nil), b.club(nil)
	boss, member, other := b.signIn(adminID), b.member(), b.member()
	held := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
	path := c.path("/bookings/%d/check-in-code", held.ID)
	b.Do(request{Path: path, Token: member}).Want(t, "of a hold", http.StatusConflict, "wrong-state")
	b.act(member, c, held.ID, "confirm", nil).Want(t, "confirm", http.StatusOK, "")
	b.Do(request{Path: path, Token: other}).Want(t, "for somebody else", http.StatusNotFound, "no-booking")
	b.Do(request{Path: path, Token: boss}).Want(t, "for the staff", http.StatusNotFound, "no-booking")
	var code CheckInCodeBody
	b.Do(request{Path: path, Token: member}).Into(t, &code)
	if drawn, err := png.Decode(bytes.NewReader(code.Picture)); err != nil || drawn.Bounds().Dx() < 100 {
		t.Errorf("the picture: %v", err)
	}
	body := map[string]any{"code": code.Code, "day": c.day.String()}
	b.setClock(held.Start.Add(-time.Minute))
	b.put("POST", member, c.path("/check-ins"), body).Want(t, "by a member", http.StatusForbidden, "forbidden")
	b.put("POST", boss, elsewhere.path("/check-ins"), body).Want(t, "in another club", http.StatusNotFound, "check-in-code")
	b.put("POST", boss, c.path("/check-ins"), map[string]any{"code": code.Code, "day": (c.day + 1).String()}).Want(t, "on another day", http.StatusConflict, "check-in-day")
	var done BookingBody
	b.put("POST", boss, c.path("/check-ins"), body).Into(t, &done)
	if done.ID != held.ID || done.State != "checked_in" {
		t.Errorf("checked in: %+v", done)
	}
	b.put("POST", boss, c.path("/check-ins"), body).Want(t, "twice", http.StatusConflict, "wrong-state")
}
