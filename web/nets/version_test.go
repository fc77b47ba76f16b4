package nets

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

// together sends requests concurrently and counts the answers by status.
func (b *bundle) together(requests []request) map[int]int {
	b.t.Helper()
	answers := make([]answer, len(requests))
	var sending sync.WaitGroup
	for i, r := range requests {
		sending.Go(func() {
			a, err := b.Try(r)
			if err != nil {
				b.t.Error(err)
			}
			answers[i] = a
		})
	}
	sending.Wait()
	count := map[int]int{}
	for _, a := range answers {
		count[a.Status]++
		if a.Status == http.StatusConflict && a.Problem(b.t).Type != "/problems/changed" {
			b.t.Errorf("%s", a.Body)
		}
	}
	return count
}

func TestVersion_OfFourWhoMoveOneBookingOneMovesIt(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	held := b.hold(member, c, c.slot("06:00", "07:00", c.nets[0]))
	seen := web.ETag(held.Version)
	var moves []request
	for i := range 4 {
		start, end := fmt.Sprintf("%02d:00", 8+2*i), fmt.Sprintf("%02d:00", 9+2*i)
		moves = append(moves, request{Method: "POST", Path: c.path("/bookings/%d/reschedule", held.ID), Token: member, Key: key(), Headers: map[string]string{"If-Match": seen}, Body: map[string]any{"start": c.at(start), "end": c.at(end)}})
	}
	if count := b.together(moves); count[200] != 1 || count[409] != 3 {
		t.Errorf("%v", count)
	}
	a := b.Do(request{Path: c.path("/bookings/%d", held.ID), Token: member})
	var now BookingBody
	if a.Into(t, &now); now.Version != held.Version+1 || a.Header.Get("ETag") != web.ETag(now.Version) {
		t.Errorf("version %d, ETag %s", now.Version, a.Header.Get("ETag"))
	}
	late := moves[0]
	late.Key = key()
	if p := problemOf(t, b.Do(late)); p.Version != now.Version {
		t.Errorf("the problem names %d as the present version, want %d", p.Version, now.Version)
	}
	late.Headers = map[string]string{"If-Match": "W/" + a.Header.Get("ETag")} // a proxy that compresses makes the tag weak
	late.Key, late.Body = key(), map[string]any{"start": c.at("20:00"), "end": c.at("21:00")}
	b.Do(late).Want(t, "who looked again moves it", 200, "")
	again := b.Do(late)
	if again.Want(t, "the same request again", 200, ""); again.Header.Get("ETag") != web.ETag(now.Version+1) || again.Header.Get("Idempotency-Replayed") == "" {
		t.Errorf("a repeated answer has the headers %v", again.Header)
	}
}

// Every change of a booking increments its version.
func TestVersion_CountsEveryChangeOfABooking(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(func(c *booking.Club) { c.Policy.Hold, c.Policy.HoldMax = time.Minute, time.Hour })
	boss, member := b.signIn(adminID), b.member()
	held := b.hold(member, c, c.slot("06:00", "07:00", c.nets[0]))
	if _, err := b.db.Exec(t.Context(), `UPDATE booking SET expires_at = expires_at - interval '10 seconds' WHERE id = $1`, held.ID); err != nil {
		t.Fatal(err)
	}
	other := b.hold(boss, c, c.slot("06:00", "07:00", c.nets[1]))
	b.act(boss, c, other.ID, "confirm", nil).Want(t, "the other", 200, "")
	versions := map[int64]int{held.ID: held.Version, other.ID: other.Version + 1}
	for _, change := range []struct {
		id     int64
		action string
		body   any
	}{
		{held.ID, "extend", nil},
		{held.ID, "guests", map[string]any{"names": []string{"Asha"}}},
		{held.ID, "confirm", nil},
		{held.ID, "reschedule", map[string]any{"start": c.at("08:00"), "end": c.at("09:00")}},
		{held.ID, "swap", map[string]any{"with": other.ID, "with_version": other.Version + 1}},
		{held.ID, "cancel", nil},
		{other.ID, "no-show", nil},
		{other.ID, "undo-no-show", map[string]any{"reason": "she was in net 2"}},
	} {
		version := versions[change.id]
		switch change.action {
		case "swap":
			versions[other.ID]++
		case "no-show":
			b.setClock(held.Start.Add(2*time.Hour + 20*time.Minute))
		}
		path := c.path("/bookings/%d/%s", change.id, change.action)
		stale := request{Method: "POST", Path: path, Token: boss, Key: key(), Body: change.body, Headers: map[string]string{"If-Match": web.ETag(version + 1)}}
		b.Do(stale).Want(t, change.action+" of another version", 409, "changed")
		stale.Key, stale.Headers = key(), map[string]string{"If-Match": web.ETag(version)}
		b.Do(stale).Want(t, change.action, 200, "")
		versions[change.id]++
	}
	for id, version := range versions {
		var now BookingBody
		if b.Do(request{Path: c.path("/bookings/%d", id), Token: boss}).Into(t, &now); now.Version != version {
			t.Errorf("booking %d has the version %d, want %d", id, now.Version, version)
		}
	}
}

func TestVersion_OfTheOtherBookingCountsInASwap(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	one, two := b.hold(boss, c, c.slot("06:00", "07:00", c.nets[0])), b.hold(boss, c, c.slot("06:00", "07:00", c.nets[1]))
	for _, id := range []int64{one.ID, two.ID} {
		b.act(boss, c, id, "confirm", nil).Want(t, "confirm", 200, "")
	}
	b.act(boss, c, one.ID, "swap", map[string]any{"with": two.ID, "with_version": two.Version}).Want(t, "with an old version of the other", 409, "changed")
	b.act(boss, c, one.ID, "swap", map[string]any{"with": two.ID, "with_version": two.Version + 1}).Want(t, "with the present one", 200, "")
}

func TestVersion_OfABookingInTheWayOfABlockCounts(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID), b.member()
	held := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
	b.act(member, c, held.ID, "reschedule", map[string]any{"start": c.at("10:30"), "end": c.at("11:30")}).Want(t, "moved, and still in the way", 200, "")
	block := c.slot("09:00", "14:00", c.nets[0])
	block["resolve"] = []any{map[string]any{"booking": held.ID, "version": held.Version, "action": "cancel"}}
	b.put("POST", boss, c.path("/blocks"), block).Want(t, "what was decided about the old time", 409, "changed")
	block["resolve"] = []any{map[string]any{"booking": held.ID, "version": held.Version + 1, "action": "cancel"}}
	b.put("POST", boss, c.path("/blocks"), block).Want(t, "decided again", 201, "")
}

// If two clients change a setting with the same version, one succeeds. Each setting has its own version.
func TestVersion_OfTwoWhoChangeOneSettingOneDoes(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	settings := map[string]any{
		"name": "Lakeside", "time_zone": zone, "currency": "INR", "grid_minutes": 30, "min_minutes": 30, "max_minutes": 120, "horizon_days": 30, "hold_seconds": 600,
		"hold_max_seconds": 1800, "offer_seconds": 900, "cancel_free_hours": 24, "cancel_fee_percent": 50, "check_in_minutes": 30, "no_show_minutes": 15,
	}
	a := b.put("POST", boss, c.path("/nets/%d/add-ons", c.nets[0]), map[string]any{"name": "Machine", "price_minor": 100, "active": true})
	var machine AddOnBody
	a.Into(t, &machine)
	for path, body := range map[string]any{
		"":       settings,
		"/hours": map[string]any{"items": []any{map[string]any{"weekday": 1, "opens_minute": 0, "closes_minute": 1440}}},
		"/prices": map[string]any{"items": []any{map[string]any{
			"label": "a", "weekdays": []int{1}, "from_minute": 0, "to_minute": 1440, "member_minor": 1, "guest_minor": 1,
		}}},
		fmt.Sprintf("/nets/%d", c.nets[0]):                        map[string]any{"name": "A", "capacity": 1, "active": true},
		fmt.Sprintf("/nets/%d/add-ons/%d", c.nets[0], machine.ID): map[string]any{"name": "B", "price_minor": 1, "active": true},
		fmt.Sprintf("/members/%d", someone()):                     map[string]any{"role": "staff"},
	} {
		seen := b.seen(c.path("%s", path))
		var both []request
		for range 2 {
			both = append(both, request{Method: "PUT", Path: c.path("%s", path), Token: boss, Key: key(), Body: body, Headers: seen})
		}
		if count := b.together(both); count[200] != 1 || count[409] != 1 {
			t.Errorf("%s: %v", path, count)
		}
		now := b.put("PUT", boss, c.path("%s", path), body)
		var versioned struct{ Version int }
		now.Into(t, &versioned)
		if now.Status != 200 || now.Header.Get("ETag") != web.ETag(versioned.Version) || now.Header.Get("ETag") == seen["If-Match"] {
			t.Errorf("%s: %d, ETag %s, %s", path, now.Status, now.Header.Get("ETag"), now.Body)
		}
		if strings.Contains(path, "/nets/") {
			continue // a single net cannot be read
		}
		if read := b.Do(request{Path: c.path("%s", path), Token: boss}); read.Header.Get("ETag") != now.Header.Get("ETag") {
			t.Errorf("%s is read with the ETag %s, was saved with %s", path, read.Header.Get("ETag"), now.Header.Get("ETag"))
		}
	}
}

// A change that would overwrite another person's decision is refused without a version.
func TestVersion_IsRequiredWhereADecisionWouldBeOverwritten(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	held := b.hold(boss, c, c.slot("06:00", "07:00", c.nets[0]))
	move := request{Method: "POST", Path: c.path("/bookings/%d/reschedule", held.ID), Token: boss, Key: key(), Body: map[string]any{"start": c.at("08:00"), "end": c.at("09:00")}}
	b.Do(move).Want(t, "without a version", 428, "version-missing")
	for _, bad := range []string{`"x"`, `*`, `"1`, `"1", "2"`, `-1`, `""`, `99999999999`} {
		move.Headers = map[string]string{"If-Match": bad}
		b.Do(move).Want(t, bad, 400, "version-form")
	}
	move.Headers = b.seen(move.Path)
	b.Do(move).Want(t, "the key was not used up", 200, "")
	b.Do(request{Method: "POST", Path: c.path("/bookings/%d/confirm", held.ID), Token: boss, Key: key()}).Want(t, "what the state alone decides", 200, "")
}

// Of two who saw the same series one changes it. A change of one of its bookings counts as well.
func TestVersion_OfASeriesCountsEveryChangeOfItsBookings(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	var made, moved, now SeriesBody
	a := b.put("POST", boss, c.path("/series"), map[string]any{"nets": c.nets[:1], "first_day": c.day.String(), "start_minute": 600, "minutes": 60, "weeks": 2, "policy": "all_or_nothing"})
	a.Want(t, "a series", 201, "")
	a.Into(t, &made)
	move := request{Method: "POST", Path: c.path("/series/%d/move", made.ID), Token: boss, Key: key(), Body: map[string]any{"start_minute": 720, "policy": "all_or_nothing"}}
	b.Do(move).Want(t, "without a version", 428, "version-missing")
	for changes, date := range made.Bookings {
		b.act(boss, c, date.ID, "guests", map[string]any{"names": []string{"Asha"}}).Want(t, "a date changes", 200, "")
		move.Key, move.Headers = key(), map[string]string{"If-Match": web.ETag(made.Version + changes)}
		b.Do(move).Want(t, "as it was before", 409, "changed")
	}
	move.Key, move.Headers = key(), map[string]string{"If-Match": web.ETag(made.Version + len(made.Bookings))}
	a = b.Do(move)
	a.Want(t, "as it is", 200, "")
	a.Into(t, &moved)
	end := request{Method: "POST", Path: c.path("/series/%d/end", made.ID), Token: boss, Key: key(), Headers: move.Headers}
	b.Do(end).Want(t, "ended by one who saw it before the move", 409, "changed")
	read := b.Do(request{Path: c.path("/series/%d", made.ID), Token: boss})
	if read.Into(t, &now); now.Version != moved.Version || read.Header.Get("ETag") != web.ETag(now.Version) || a.Header.Get("ETag") != web.ETag(now.Version) {
		t.Errorf("moved to %d, read as %d, ETag %s", moved.Version, now.Version, read.Header.Get("ETag"))
	}
	end.Key, end.Headers = key(), map[string]string{"If-Match": web.ETag(now.Version)}
	b.Do(end).Want(t, "as it is", 200, "")
}
