package nets

import (
	"fmt"
	"testing"

	"pavilion/sandbox/caller"
	"pavilion/web"
)

// A year of five digits or before the year 0 cannot be written in JSON. Such a time is refused wherever a request can name one.
func TestTimes_OutOfRangeAreRefusedEverywhere(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, guest := b.signIn(adminID), b.member()
	booked := b.hold(guest, c, c.slot("18:00", "19:00", c.nets[0]))
	for _, span := range [][2]string{
		{"9999-12-31T20:00-05:00", "9999-12-31T21:00-05:00"},
		{"9999-12-31T20:00:00-05:00", "9999-12-31T21:00:00-05:00"},
		{"9999-12-31T22:00", "9999-12-31T23:00"},
		{"0000-01-01T00:00:00+14:00", "0000-01-01T01:00:00+14:00"},
		{"0001-01-01T00:00:00Z", "0001-01-01T01:00:00Z"},
		{"2026-11-01T18:00:00Z", "9999-12-31T23:59:59-14:00"},
	} {
		slot := map[string]any{"nets": c.nets[:1], "start": span[0], "end": span[1]}
		times := map[string]any{"start": span[0], "end": span[1]}
		closure := map[string]any{"every": "once", "start": span[0], "end": span[1]}
		block := map[string]any{"nets": c.nets[:1], "start": c.at("18:00"), "end": c.at("19:00"), "resolve": []any{map[string]any{"booking": booked.ID, "version": 1, "action": "move", "start": span[0], "end": span[1]}}}
		for path, body := range map[string]any{
			"/quote": slot, "/holds": slot, "/blocks": slot, "/waitlist": times, "/closures": closure, fmt.Sprintf("/bookings/%d/reschedule", booked.ID): times,
		} {
			b.put("POST", boss, c.path("%s", path), body).Want(t, path+" "+span[0], 422, "time-range")
		}
		b.put("POST", guest, c.path("/quote"), slot).Want(t, "a guest's quote "+span[0], 422, "time-range")
		b.put("POST", boss, c.path("/blocks"), block).Want(t, "a move out of a block "+span[0], 422, "time-range")
	}
	for _, day := range []string{"9999-12-31", "0001-01-01", "0000-01-01"} {
		series := map[string]any{"nets": c.nets[:1], "first_day": day, "start_minute": 2880, "minutes": 60, "weeks": 53, "policy": "skip"}
		b.put("POST", boss, c.path("/series"), series).Want(t, "series "+day, 422, "time-range")
		closure := map[string]any{"every": "year", "first_day": day, "last_day": day, "from_minute": 0, "to_minute": 2880}
		b.put("POST", boss, c.path("/closures"), closure).Want(t, "closure "+day, 422, "time-range")
		for _, path := range []string{"/availability?from=" + day, "/export.csv?from=" + day + "&to=" + day, "/days/" + day, "/bookings?from=" + day} {
			b.Do(request{Path: c.path("%s", path), Token: boss}).Want(t, path, 422, "time-range")
		}
	}
	last := b.Do(request{Path: c.path("/availability?from=2999-12-31")})
	last.Want(t, "the last day", 200, "")
	b.Do(request{Path: web.APIPath + "/clubs"}).Want(t, "the server goes on", 200, "")
	if n := caller.Metric(t, b.metrics, "pavilion_http_panics_total"); n != 0 {
		t.Errorf("%v panics", n)
	}
}
