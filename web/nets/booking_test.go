package nets

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"pavilion/booking"
	"pavilion/sandbox/caller"
	"pavilion/web"
)

func TestBooking_FromWhatIsFreeToTheCalendar(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	var clubs web.ListOf[ClubBody]
	b.Do(request{Path: web.APIPath + "/clubs"}).Into(t, &clubs)
	var nets web.ListOf[NetBody]
	b.Do(request{Path: c.path("/nets")}).Into(t, &nets)
	if len(clubs.Items) != 1 || clubs.Items[0].TimeZone != zone || len(nets.Items) != 6 {
		t.Errorf("%+v %+v", clubs, nets)
	}
	free := func(net booking.NetID) int {
		var a AvailabilityBody
		b.Do(request{Path: c.path("/availability?from=%s&nets=%d", c.day, net)}).Into(t, &a)
		n := 0
		for _, cell := range a.Days[0].Cells {
			if cell.Status == "free" {
				n++
			}
		}
		return n
	}
	if n := free(c.nets[0]); n != 48 {
		t.Errorf("%d cells free in a day of half hours", n)
	}
	var all AvailabilityBody
	b.Do(request{Path: c.path("/availability?from=%s&to=%s", c.day, c.day+2)}).Into(t, &all)
	if len(all.Days) != 18 || !strings.HasSuffix(all.Days[0].Cells[0].Start, "T00:00:00+05:30") {
		t.Errorf("%d net days, first cell %s", len(all.Days), all.Days[0].Cells[0].Start)
	}
	var some AvailabilityBody
	b.Do(request{Path: c.path("/availability?from=%s&to=%s&nets=%d,%d", c.day, c.day+1, c.nets[4], c.nets[1])}).Into(t, &some)
	if len(some.Days) != 4 || some.Days[0].Net != int64(c.nets[1]) || some.Days[1].Net != int64(c.nets[4]) || some.Days[2].Day != (c.day+1).String() {
		t.Errorf("two nets on two days: %+v", some.Days)
	}
	b.Do(request{Path: c.path("/availability?from=%s&nets=%d,999999", c.day, c.nets[0])}).Want(t, "a net that there is not", 404, "no-net")
	b.Do(request{Path: c.path("/availability?from=%s&to=%s", c.day, c.day-1)}).Want(t, "backwards", 422, "day-range")
	b.Do(request{Path: c.path("/availability?from=%s&to=%s", c.day, c.day+61)}).Want(t, "two months of every net", 200, "")
	b.Do(request{Path: c.path("/availability?from=%s&to=%s", c.day, c.day+62)}).Want(t, "a day more", 422, "day-range")
	var quote QuoteBody
	b.Do(request{Method: "POST", Path: c.path("/quote"), Token: member, Body: c.slot("18:00", "19:30", c.nets[0], c.nets[1])}).Into(t, &quote)
	if quote.Total.Text != "1800.00 INR" || quote.Rate != "guest" {
		t.Errorf("quote %+v", quote)
	}
	held := b.hold(member, c, c.slot("18:00", "19:30", c.nets[0], c.nets[1]))
	if held.State != "held" || held.ExpiresAt == nil || held.Price != quote.Total || held.Day != c.day.String() {
		t.Errorf("%+v", held)
	}
	if n := free(c.nets[0]); n != 45 {
		t.Errorf("%d cells free after a hold of three", n)
	}
	for _, action := range []string{"extend", "confirm"} {
		if a := b.act(member, c, held.ID, action, nil); a.Status != 200 && action == "confirm" {
			t.Errorf("%s: %d %s", action, a.Status, a.Body)
		}
	}
	moved := b.act(member, c, held.ID, "reschedule", map[string]any{"start": c.at("18:30"), "end": c.at("20:00")})
	var done RescheduledBody
	moved.Into(t, &done)
	if moved.Status != 200 || done.Booking.Start.In(c.zone).Format("15:04") != "18:30" || done.Difference.Minor != 0 {
		t.Errorf("%d %s", moved.Status, moved.Body)
	}
	calendar := b.Do(request{Path: c.path("/bookings/%d/calendar.ics", held.ID), Token: member})
	if !bytes.Contains(calendar.Body, []byte("SUMMARY:Net 1\\, Net 2 · Riverside")) || !strings.HasPrefix(calendar.Header.Get("Content-Type"), "text/calendar") {
		t.Errorf("%s", calendar.Body)
	}
	if early := b.act(member, c, held.ID, "check-in", nil); early.Status != 409 || early.Problem(t).Type != "/problems/check-in-early" {
		t.Errorf("check in a week early: %d %s", early.Status, early.Body)
	}
	var mine web.ListOf[BookingBody]
	b.Do(request{Path: c.path("/bookings"), Token: member}).Into(t, &mine)
	if len(mine.Items) != 1 || mine.Items[0].State != "confirmed" {
		t.Errorf("mine: %+v", mine)
	}
	for query, want := range map[string]int{"from=" + c.day.String(): 1, "from=" + (c.day + 1).String(): 0, fmt.Sprintf("after=%d", held.ID): 0, fmt.Sprintf("after=%d", held.ID-1): 1} {
		b.Do(request{Path: c.path("/bookings?%s", query), Token: member}).Into(t, &mine)
		if len(mine.Items) != want {
			t.Errorf("mine, %s: %+v", query, mine)
		}
	}
	if a := b.act(member, c, held.ID, "cancel", nil); a.Status != 200 {
		t.Errorf("cancel: %d %s", a.Status, a.Body)
	}
	if n := free(c.nets[0]); n != 48 {
		t.Errorf("%d cells free after the cancellation", n)
	}
}

func TestBooking_IsNobodyElsesBusiness(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c, other := b.club(nil), b.club(func(c *booking.Club) { c.Name = "Hillside" })
	owner, stranger := b.member(), b.member()
	held := b.hold(owner, c, c.slot("10:00", "11:00", c.nets[0]))
	staffID := someone()
	boss := booking.Actor{ID: adminID, Role: booking.Admin, Origin: "http"}
	if err := b.booking.SaveMember(t.Context(), boss, other.id, booking.MemberID(staffID), booking.Staff); err != nil {
		t.Fatal(err)
	}
	elsewhere := b.signIn(staffID)
	for name, r := range map[string]request{
		"a stranger reads":                       {Path: c.path("/bookings/%d", held.ID), Token: stranger},
		"a stranger's calendar":                  {Path: c.path("/bookings/%d/calendar.ics", held.ID), Token: stranger},
		"a stranger cancels":                     {Method: "POST", Path: c.path("/bookings/%d/cancel", held.ID), Token: stranger, Key: key()},
		"staff of another club reads":            {Path: other.path("/bookings/%d", held.ID), Token: elsewhere},
		"staff of another club cancels":          {Method: "POST", Path: other.path("/bookings/%d/cancel", held.ID), Token: elsewhere, Key: key()},
		"staff of another club, in this one":     {Method: "POST", Path: c.path("/bookings/%d/cancel", held.ID), Token: elsewhere, Key: key()},
		"the owner, through another club's door": {Path: other.path("/bookings/%d", held.ID), Token: owner},
	} {
		if a := b.Do(r); a.Status != 404 || a.Problem(t).Type != "/problems/no-booking" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	for _, path := range []string{"/days/" + c.day.String(), fmt.Sprintf("/export.csv?from=%s&to=%s", c.day, c.day)} {
		if a := b.Do(request{Path: c.path("%s", path), Token: owner}); a.Status != 403 {
			t.Errorf("%s for a member: %d", path, a.Status)
		}
	}
	if a := b.Do(request{Method: "POST", Path: c.path("/nets"), Token: owner, Key: key(), Body: map[string]any{"name": "MemberBookings", "capacity": 1, "active": true}}); a.Status != 403 {
		t.Errorf("a member adds a net: %d", a.Status)
	}
}

// tally counts answers by status and type.
func tally(t *testing.T, n int, send func(i int) (answer, error)) map[string]int {
	t.Helper()
	var mu sync.Mutex
	counts := map[string]int{}
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			a, err := send(i)
			if err != nil {
				t.Error(err)
				return
			}
			name := fmt.Sprint(a.Status)
			if a.Status >= 400 {
				name += " " + a.Problem(t).Type
			}
			mu.Lock()
			defer mu.Unlock()
			counts[name]++
		})
	}
	close(start)
	wg.Wait()
	return counts
}

func TestBooking_HundredHoldsOfOneSlot(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	var tokens []string
	for range 100 {
		tokens = append(tokens, b.member())
	}
	for name, slot := range map[string]func(i int) map[string]any{
		"the same slot": func(int) map[string]any { return c.slot("10:00", "11:00", c.nets[0]) },
		"partial overlaps": func(i int) map[string]any {
			spans := [][2]string{{"14:00", "15:00"}, {"14:30", "15:00"}, {"14:30", "16:00"}, {"13:00", "15:00"}}
			return c.slot(spans[i%4][0], spans[i%4][1], c.nets[1])
		},
	} {
		counts := tally(t, 100, func(i int) (answer, error) {
			return b.Try(request{Method: "POST", Path: c.path("/holds"), Token: tokens[i], Key: key(), Body: slot(i)})
		})
		if counts["201"] != 1 || counts["409 /problems/slot-taken"] != 99 || len(counts) != 2 {
			t.Errorf("%s: %v", name, counts)
		}
	}
	var rows, keys int
	if err := b.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM booking WHERE state = 'held'), (SELECT count(*) FROM idempotency_key WHERE owner IS NOT NULL)`).Scan(&rows, &keys); err != nil || rows != 2 || keys != 0 {
		t.Errorf("%d holds, %d keys without an answer, %v", rows, keys, err)
	}
	if got := caller.Metric(t, b.metrics, "pavilion_bookings_total"); got != 200 {
		t.Errorf("%v outcomes counted, want 200", got)
	}
}

func TestBooking_TimesThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	for name, r := range map[string]struct {
		start, end string
		status     int
	}{
		"reversed":             {c.at("11:00"), c.at("10:00"), 422},
		"zero":                 {c.at("11:00"), c.at("11:00"), 422},
		"off the grid":         {c.at("11:10"), c.at("12:10"), 422},
		"one microsecond over": {c.at("11:00"), c.day.String() + "T12:00:00.000001+05:30", 422},
		"no time":              {"tomorrow", c.at("11:00"), 422},
		"too long":             {c.at("01:00"), c.at("09:00"), 422},
		"in the past":          {"2020-01-01T10:00", "2020-01-01T11:00", 422},
	} {
		body := map[string]any{"nets": c.nets[:1], "start": r.start, "end": r.end}
		a := b.Do(request{Method: "POST", Path: c.path("/holds"), Token: member, Key: key(), Body: body})
		if a.Status != r.status {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	york := b.club(func(c *booking.Club) {
		location, err := loadZone("America/New_York")
		if err != nil {
			t.Fatal(err)
		}
		c.Zone, c.Policy.Horizon = location, 1000
	})
	fallBack := nextFallBack(york.zone)
	a := b.Do(request{Method: "POST", Path: york.path("/quote"), Body: map[string]any{"nets": york.nets[:1], "start": fallBack + "T01:30", "end": fallBack + "T03:00"}})
	p := problemOf(t, a)
	if a.Status != 422 || p.Type != "/problems/ambiguous-time" || len(p.Choices) != 2 || p.Choices[1].Sub(p.Choices[0]).Hours() != 1 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for _, choice := range p.Choices {
		slot := map[string]any{"nets": york.nets[:1], "start": choice, "end": choice.Add(30 * 60 * 1e9)}
		if a := b.Do(request{Method: "POST", Path: york.path("/holds"), Token: b.member(), Key: key(), Body: slot}); a.Status != http.StatusCreated {
			t.Errorf("the hour that comes twice, %s: %d %s", choice, a.Status, a.Body)
		}
	}
}
