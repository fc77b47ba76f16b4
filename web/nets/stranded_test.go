package nets

import (
	"testing"

	"pavilion/web"
)

// As with closures, an admin who narrows the hours or retires a net sees the bookings that this leaves without a place. They stay.
func TestStranded_NarrowedHoursAndARetiredNetListTheirBookings(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID), b.member()
	early := b.hold(member, c, c.slot("06:00", "07:00", c.nets[0]))
	both := b.hold(member, c, c.slot("09:30", "10:30", c.nets[1], c.nets[2]))
	b.hold(member, c, c.slot("12:00", "13:00", c.nets[3]))
	block := c.slot("05:00", "06:00", c.nets[4])
	b.put("POST", boss, c.path("/blocks"), block).Want(t, "a block, to which hours do not apply", 201, "")
	hours := func(opens int) map[string]any {
		var items []any
		for day := range 7 {
			items = append(items, map[string]any{"weekday": day, "opens_minute": opens, "closes_minute": 1440})
		}
		return map[string]any{"items": items}
	}
	listed := func(a answer, want ...int64) {
		t.Helper()
		var body struct{ Bookings []BookingBody }
		a.Into(t, &body)
		if a.Status != 200 || len(body.Bookings) != len(want) {
			t.Fatalf("%d %s, want %v", a.Status, a.Body, want)
		}
		for i, one := range body.Bookings {
			if one.ID != want[i] || one.State != "held" {
				t.Errorf("%+v, want %d", one, want[i])
			}
		}
	}
	listed(b.put("PUT", boss, c.path("/hours"), hours(0)))
	preview := request{Method: "POST", Path: c.path("/hours/preview"), Token: boss, Body: hours(600)}
	var would web.ListOf[BookingBody]
	b.Do(preview).Into(t, &would)
	if len(would.Items) != 2 || would.Items[0].ID != early.ID || would.Items[1].ID != both.ID {
		t.Errorf("the preview has %+v", would)
	}
	preview.Token = member
	b.Do(preview).Want(t, "a member's preview", 403, "forbidden")
	listed(b.put("PUT", boss, c.path("/hours"), hours(0)))
	listed(b.put("PUT", boss, c.path("/hours"), hours(600)), early.ID, both.ID)
	listed(b.put("PUT", boss, c.path("/hours"), hours(0)))
	net := map[string]any{"name": "Net 3", "capacity": 6, "active": false}
	listed(b.put("PUT", boss, c.path("/nets/%d", c.nets[2]), net), both.ID)
	net["active"] = true
	listed(b.put("PUT", boss, c.path("/nets/%d", c.nets[2]), net))
}
