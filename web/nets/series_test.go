package nets

import (
	"net/http"
	"testing"

	"pavilion/booking"
	"pavilion/web"
)

func TestSeries_ListsWhatItCannotHave(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	rival := b.hold(b.member(), c, map[string]any{"nets": c.nets[:1], "start": (c.day + 7).String() + "T18:00", "end": (c.day + 7).String() + "T19:00"})
	want := map[string]any{"nets": c.nets[:1], "first_day": c.day.String(), "start_minute": 1080, "minutes": 60, "weeks": 3, "policy": "all_or_nothing"}
	a := b.put("POST", member, c.path("/series"), want)
	p := problemOf(t, a)
	if a.Status != http.StatusConflict || p.Type != "/problems/series-conflict" || len(p.Skipped) != 1 || p.Skipped[0].Day != (c.day+7).String() || p.Skipped[0].Type != "/problems/slot-taken" {
		t.Errorf("all or nothing: %d %s", a.Status, a.Body)
	}
	var mine web.ListOf[BookingBody]
	b.Do(request{Path: c.path("/bookings"), Token: member}).Into(t, &mine)
	if len(mine.Items) != 0 {
		t.Errorf("%d bookings after a refused series", len(mine.Items))
	}
	want["policy"] = "skip"
	a = b.put("POST", member, c.path("/series"), want)
	var done SeriesBody
	a.Into(t, &done)
	if a.Status != http.StatusCreated || len(done.Bookings) != 2 || len(done.Skipped) != 1 || done.Bookings[1].Day != (c.day+14).String() || done.Bookings[0].State != "confirmed" {
		t.Errorf("skip: %d %s", a.Status, a.Body)
	}
	want["member"] = rival.Member
	if a := b.put("POST", member, c.path("/series"), want); a.Status != http.StatusForbidden {
		t.Errorf("for somebody else: %d %s", a.Status, a.Body)
	}
}

func TestSwap_IsForTheStaffOfTheClub(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c, other := b.club(nil), b.club(func(c *booking.Club) { c.Name = "Hillside" })
	boss, member, keeper := b.signIn(adminID), b.member(), someone()
	first, second := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0])), b.hold(member, c, c.slot("12:00", "14:00", c.nets[1]))
	foreign := b.hold(member, other, other.slot("10:00", "11:00", other.nets[0]))
	for _, one := range []int64{first.ID, second.ID} {
		if a := b.act(member, c, one, "confirm", nil); a.Status != 200 {
			t.Fatalf("confirm: %d %s", a.Status, a.Body)
		}
	}
	// Only admins set roles, and a role counts in its own club.
	if a := b.put("PUT", member, c.path("/members/%d", first.Member), map[string]string{"role": "admin"}); a.Status != http.StatusForbidden {
		t.Errorf("a member makes herself an admin: %d %s", a.Status, a.Body)
	}
	if a := b.put("PUT", boss, c.path("/members/%d", keeper), map[string]string{"role": "staff"}); a.Status != 200 {
		t.Fatalf("staff: %d %s", a.Status, a.Body)
	}
	staff := b.signIn(keeper)
	if a := b.put("PUT", staff, c.path("/members/%d", keeper), map[string]string{"role": "admin"}); a.Status != http.StatusForbidden {
		t.Errorf("staff makes itself an admin: %d %s", a.Status, a.Body)
	}
	if a := b.act(member, c, first.ID, "swap", map[string]int64{"with": second.ID, "with_version": int64(second.Version)}); a.Status != http.StatusForbidden {
		t.Errorf("a member: %d %s", a.Status, a.Body)
	}
	if a := b.act(staff, c, first.ID, "swap", map[string]int64{"with": foreign.ID, "with_version": int64(foreign.Version)}); a.Status != http.StatusNotFound {
		t.Errorf("with another club's: %d %s", a.Status, a.Body)
	}
	if a := b.act(staff, other, foreign.ID, "cancel", nil); a.Status != http.StatusNotFound {
		t.Errorf("staff in another club: %d %s", a.Status, a.Body)
	}
	a := b.act(staff, c, first.ID, "swap", map[string]int64{"with": second.ID, "with_version": int64(second.Version) + 1})
	var done web.ListOf[BookingBody]
	a.Into(t, &done)
	if a.Status != 200 || len(done.Items) != 2 || !done.Items[0].Start.Equal(second.Start) || !done.Items[1].Start.Equal(first.Start) {
		t.Errorf("swap: %d %s", a.Status, a.Body)
	}
}

func TestAddOn_IsSetHiredAndRetired(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID), b.member()
	machine := map[string]any{"name": "Bowling machine", "price_minor": 5000, "active": true}
	if a := b.put("POST", member, c.path("/nets/%d/add-ons", c.nets[0]), machine); a.Status != http.StatusForbidden {
		t.Errorf("a member: %d %s", a.Status, a.Body)
	}
	a := b.put("POST", boss, c.path("/nets/%d/add-ons", c.nets[0]), machine)
	var added AddOnBody
	a.Into(t, &added)
	if a.Status != http.StatusCreated || added.ID == 0 {
		t.Fatalf("add: %d %s", a.Status, a.Body)
	}
	slot := c.slot("10:00", "11:00", c.nets[0])
	slot["add_ons"] = []int64{added.ID}
	if held := b.hold(member, c, slot); held.Price.Minor != 65000 {
		t.Errorf("with the machine: %+v", held.Price)
	}
	machine["active"] = false
	if a := b.put("PUT", boss, c.path("/nets/%d/add-ons/%d", c.nets[0], added.ID), machine); a.Status != 200 {
		t.Errorf("retire: %d %s", a.Status, a.Body)
	}
	slot["start"], slot["end"] = c.at("12:00"), c.at("13:00")
	if a := b.Do(request{Method: "POST", Path: c.path("/holds"), Token: member, Key: key(), Body: slot}); a.Status != http.StatusNotFound || a.Problem(t).Type != "/problems/no-add-on" {
		t.Errorf("a retired one: %d %s", a.Status, a.Body)
	}
}
