package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pavilion/booking"
)

// put replaces something of a club.
func (b *bundle) put(method, token, path string, body any) answer {
	b.t.Helper()
	return b.do(request{method: method, path: path, token: token, key: key(), body: body})
}

func TestAdmin_SetsTheClubUp(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID).AccessToken
	a := b.put("POST", boss, c.path("/nets"), map[string]any{"name": "Indoor 1", "surface": "turf", "indoor": true, "lights": true, "capacity": 4, "active": true})
	var net NetBody
	a.into(t, &net)
	if a.status != http.StatusCreated || net.ID == 0 || !net.Indoor {
		t.Errorf("add net: %d %s", a.status, a.body)
	}
	if a := b.put("PUT", boss, c.path("/nets/%d", net.ID), map[string]any{"name": "Indoor 1", "capacity": 4, "active": false}); a.status != 200 {
		t.Errorf("retire: %d %s", a.status, a.body)
	}
	var nets listOf[NetBody]
	b.do(request{path: c.path("/nets")}).into(t, &nets)
	if len(nets.Items) != 6 {
		t.Errorf("%d nets after one was retired", len(nets.Items))
	}
	hours := map[string]any{"items": []map[string]any{}}
	for day := range 7 {
		hours["items"] = append(hours["items"].([]map[string]any), map[string]any{"weekday": day, "opens_minute": 960, "closes_minute": 1560}) //nolint:forcetypeassert // made above
	}
	if a := b.put("PUT", boss, c.path("/hours"), hours); a.status != 200 {
		t.Errorf("hours: %d %s", a.status, a.body)
	}
	prices := map[string]any{"items": []map[string]any{
		{"label": "Base", "weekdays": []int{0, 1, 2, 3, 4, 5, 6}, "from_minute": 0, "to_minute": 1440, "member_minor": 30000, "guest_minor": 50000},
		{"label": "Evening", "rank": 1, "weekdays": []int{0, 1, 2, 3, 4, 5, 6}, "from_minute": 1080, "to_minute": 1260, "member_minor": 60000, "guest_minor": 90000},
	}}
	if a := b.put("PUT", boss, c.path("/prices"), prices); a.status != 200 {
		t.Errorf("prices: %d %s", a.status, a.body)
	}
	var quote QuoteBody
	b.do(request{method: "POST", path: c.path("/quote"), body: c.slot("17:30", "18:30", c.nets[0])}).into(t, &quote)
	if quote.Total.Minor != 25000+45000 || len(quote.Lines) != 2 {
		t.Errorf("half an hour at each price: %+v", quote)
	}
	// Past midnight belongs to the evening before.
	next := (c.day + 1).String()
	held := b.hold(b.member(), c, map[string]any{"nets": c.nets[:1], "start": next + "T00:30", "end": next + "T01:30"})
	if held.Day != c.day.String() {
		t.Errorf("the night after %s counts as %s", c.day, held.Day)
	}
	a = b.put("POST", boss, c.path("/closures"), map[string]any{"every": "once", "start": c.at("16:00"), "end": next + "T02:00", "reason": "rain"})
	var closed ClosedBody
	a.into(t, &closed)
	if a.status != http.StatusCreated || len(closed.Bookings) != 1 || closed.Bookings[0].ID != held.ID {
		t.Errorf("closure: %d %s", a.status, a.body)
	}
	if a := b.do(request{method: "POST", path: c.path("/holds"), token: b.member(), key: key(), body: c.slot("18:00", "19:00", c.nets[1])}); a.status != 409 || a.problem(t).Type != "/problems/closed" {
		t.Errorf("in the closure: %d %s", a.status, a.body)
	}
	if a := b.do(request{method: "DELETE", path: c.path("/closures/%d", closed.Closure.ID), token: boss}); a.status != http.StatusNoContent {
		t.Errorf("lift: %d %s", a.status, a.body)
	}
	for _, path := range []string{"/hours", "/closures", "/prices"} {
		if a := b.do(request{path: c.path("%s", path), token: boss}); a.status != 200 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	b.hold(b.member(), c, c.slot("18:00", "19:00", c.nets[1]))
}

func TestAdmin_MakesAndChangesAClub(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	boss, member := b.signIn(adminID).AccessToken, b.member()
	settings := map[string]any{
		"name": "Lakeside", "time_zone": "Asia/Kolkata", "currency": "INR", "grid_minutes": 30, "min_minutes": 30, "max_minutes": 120, "horizon_days": 30, "hold_seconds": 600,
		"hold_max_seconds": 1800, "offer_seconds": 900, "cancel_free_hours": 24, "cancel_fee_percent": 50, "check_in_minutes": 30, "no_show_minutes": 15, "quota_active": 3,
	}
	if a := b.put("POST", member, apiPath+"/clubs", settings); a.status != http.StatusForbidden {
		t.Errorf("a member: %d %s", a.status, a.body)
	}
	a := b.put("POST", boss, apiPath+"/clubs", settings)
	var club ClubBody
	a.into(t, &club)
	if a.status != http.StatusCreated || club.ID == 0 || club.TimeZone != "Asia/Kolkata" || club.QuotaActive != 3 {
		t.Fatalf("make: %d %s", a.status, a.body)
	}
	path := fmt.Sprintf("%s/clubs/%d", apiPath, club.ID)
	settings["quota_active"] = 5
	if a := b.put("PUT", member, path, settings); a.status != http.StatusForbidden {
		t.Errorf("a member changes it: %d %s", a.status, a.body)
	}
	if a := b.put("PUT", boss, path, settings); a.status != 200 {
		t.Errorf("change: %d %s", a.status, a.body)
	}
	b.do(request{path: path}).into(t, &club)
	if club.QuotaActive != 5 {
		t.Errorf("after the change: %+v", club)
	}
	for field, wrong := range map[string]any{"currency": "USD", "time_zone": "Mars/Olympus", "max_minutes": 10, "hold_max_seconds": 1} {
		right := settings[field]
		settings[field] = wrong
		if a := b.put("PUT", boss, path, settings); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", field, a.status, a.body)
		}
		settings[field] = right
	}
}

// What staff set and what was done can be read again: retired nets, roles, the audit; a member reads what they are told.
func TestAdmin_ReadsWhatIsRetiredWhoMayWhatAndWhoDidWhat(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member, staffID := b.signIn(adminID).AccessToken, b.member(), someone()
	b.put("PUT", boss, c.path("/nets/%d", c.nets[0]), map[string]any{"name": "Old", "capacity": 4, "active": false}).want(t, "retire", 200, "")
	b.put("PUT", boss, c.path("/members/%d", staffID), map[string]any{"role": "staff"}).want(t, "set a role", 200, "")
	staff := b.signIn(staffID).AccessToken
	held := b.hold(member, c, c.slot("10:00", "11:00", c.nets[1]))
	b.act(member, c, held.ID, "confirm", nil).want(t, "confirm", 200, "")

	for _, path := range []string{"/nets/all", "/members", "/audit"} {
		b.do(request{path: c.path("%s", path), token: member}).want(t, path+" for a member", 403, "forbidden")
		b.do(request{path: c.path("%s", path)}).want(t, path+" for a stranger", 401, "")
	}
	var nets, bookable listOf[NetBody]
	b.do(request{path: c.path("/nets/all"), token: staff}).into(t, &nets)
	b.do(request{path: c.path("/nets")}).into(t, &bookable)
	if len(nets.Items) != 6 || nets.Items[0].Name != "Old" || nets.Items[0].Active || !nets.Items[1].Active || len(bookable.Items) != 5 {
		t.Errorf("all %+v, bookable %+v", nets, bookable)
	}
	var roles, rest listOf[MemberBody]
	b.do(request{path: c.path("/members?limit=1"), token: staff}).into(t, &roles)
	b.do(request{path: c.path("/members?after=%d", roles.Items[0].ID), token: staff}).into(t, &rest)
	if got := fmt.Sprint(roles.Items, rest.Items); got != fmt.Sprintf("[{%d admin}] [{%d staff}]", int64(adminID), staffID) {
		t.Error(got)
	}
	var lines listOf[AuditBody]
	b.do(request{path: c.path("/audit?booking=%d", held.ID), token: staff}).into(t, &lines)
	if len(lines.Items) != 2 || lines.Items[0].Action != "hold" || lines.Items[1].Action != "confirm" || lines.Items[1].Origin != "http" || lines.Items[1].Actor != held.Member || lines.Items[1].At.IsZero() {
		t.Errorf("%+v", lines)
	}
	b.do(request{path: c.path("/audit?after=%d", lines.Items[1].ID), token: staff}).into(t, &lines)
	if len(lines.Items) != 0 {
		t.Errorf("after the last line: %+v", lines)
	}
	var told listOf[NotificationBody]
	b.do(request{path: c.path("/notifications"), token: member}).into(t, &told)
	if len(told.Items) != 1 || told.Items[0].Kind != "confirmed" || told.Items[0].Booking != held.ID || told.Items[0].SentAt != nil {
		t.Errorf("%+v", told)
	}
	var deliveries, sent listOf[DeliveryBody]
	b.do(request{path: c.path("/deliveries?state=waiting"), token: staff}).into(t, &deliveries)
	b.do(request{path: c.path("/deliveries?state=sent"), token: staff}).into(t, &sent)
	if len(deliveries.Items) != 1 || deliveries.Items[0].ID != told.Items[0].ID || deliveries.Items[0].Member != held.Member || deliveries.Items[0].State != "waiting" || deliveries.Items[0].Channel != "telegram" || len(sent.Items) != 0 {
		t.Errorf("waiting %+v, sent %+v", deliveries, sent)
	}
	if a := b.do(request{path: c.path("/deliveries"), token: member}); a.status != 403 {
		t.Errorf("a member sees deliveries: %d", a.status)
	}
	b.do(request{path: c.path("/notifications?after=%d", told.Items[0].ID), token: member}).into(t, &told)
	if len(told.Items) != 0 {
		t.Errorf("after the last: %+v", told)
	}
}

func TestAdmin_BlockListsWhatIsInItsWay(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID).AccessToken
	one, two := b.hold(b.member(), c, c.slot("10:00", "11:00", c.nets[0])), b.hold(b.member(), c, c.slot("12:00", "13:00", c.nets[0]))
	block := map[string]any{"nets": c.nets[:1], "start": c.at("09:00"), "end": c.at("14:00"), "note": "new turf"}
	a := b.put("POST", boss, c.path("/blocks"), block)
	p := a.problem(t)
	if a.status != 409 || p.Type != "/problems/block-conflict" || fmt.Sprint(p.Bookings) != fmt.Sprint([]int64{one.ID, two.ID}) {
		t.Errorf("%d %s", a.status, a.body)
	}
	block["resolve"] = []map[string]any{{"booking": one.ID, "action": "cancel"}, {"booking": two.ID, "action": "move", "nets": c.nets[1:2], "start": c.at("12:00"), "end": c.at("13:00")}}
	if a := b.put("POST", boss, c.path("/blocks"), block); a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var sheet listOf[BookingBody]
	b.do(request{path: c.path("/days/%s", c.day), token: boss}).into(t, &sheet)
	if len(sheet.Items) != 2 || sheet.Items[0].Kind != "block" || sheet.Items[1].ID != two.ID || sheet.Items[1].Nets[0] != int64(c.nets[1]) {
		t.Errorf("%+v", sheet)
	}
}

// The books need what a late cancellation left, and nothing twice.
func TestAdmin_ExportHasEachLineOnceAndTheFees(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(func(c *booking.Club) { c.Policy.CancelFree = 1000 * time.Hour })
	boss := b.signIn(adminID).AccessToken
	member := b.member()
	for i, end := range [][]string{{"confirm", "cancel"}, {"confirm"}, {"cancel"}} { // with a fee, played, a hold given up
		held := b.hold(member, c, c.slot("10:00", "11:00", c.nets[i]))
		for _, action := range end {
			if a := b.act(member, c, held.ID, action, nil); a.status != 200 {
				t.Fatalf("%s: %d %s", action, a.status, a.body)
			}
		}
	}
	block := map[string]any{"nets": c.nets[3:4], "start": c.at("20:00"), "end": (c.day + 2).String() + "T06:00"}
	if a := b.put("POST", boss, c.path("/blocks"), block); a.status != http.StatusCreated {
		t.Fatalf("block: %d %s", a.status, a.body)
	}
	a := b.do(request{path: c.path("/export.csv?from=%s&to=%s", c.day, c.day+6), token: boss})
	lines, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
	if err != nil {
		t.Fatalf("%s %v", a.body, err)
	}
	var got []string
	for _, l := range lines[1:] {
		got = append(got, strings.Join([]string{l[6], l[7], l[10]}, " "))
	}
	if want := []string{"play cancelled 30000", "play confirmed ", "block confirmed "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAdmin_ExportRunsNoFormulas(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID).AccessToken
	slot := c.slot("10:00", "11:00", c.nets[0])
	slot["note"] = `=HYPERLINK("http://evil.example","bat")`
	member := b.member()
	held := b.hold(member, c, slot)
	b.act(member, c, held.ID, "guests", map[string]any{"names": []string{"=1+1", "Asha"}}).want(t, "guests", 200, "")
	a := b.do(request{path: c.path("/export.csv?from=%s&to=%s", c.day, c.day+1), token: boss})
	lines, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
	if err != nil || len(lines) != 2 || a.header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("%s %v", a.body, err)
	}
	last := lines[1][len(lines[1])-2:]
	if note := last[0]; note != "'"+slot["note"].(string) { //nolint:forcetypeassert // made above
		t.Errorf("the note came out as %q", note)
	}
	if last[1] != "'=1+1; Asha" {
		t.Errorf("the guests came out as %q", last[1])
	}
	for _, cell := range []string{"=1", "+1", "-1", "@x", "\tx", "\rx", "＝1"} {
		if got := harmless(cell); !strings.HasPrefix(got, "'") {
			t.Errorf("%q came out as %q", cell, got)
		}
	}
	if got := harmless("bring balls = 6"); got != "bring balls = 6" {
		t.Errorf("an ordinary note came out as %q", got)
	}
	if a := b.do(request{path: c.path("/export.csv?from=%s&to=%s", c.day, c.day+31), token: boss}); a.status != 422 {
		t.Errorf("a longer export: %d", a.status)
	}
}

func TestWaitlist_OfferIsConfirmedByItsWaiterOnly(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	owner, first, second := b.member(), b.member(), b.member()
	held := b.hold(owner, c, c.slot("10:00", "11:00", c.nets[0]))
	wish := map[string]any{"net": c.nets[0], "start": c.at("10:00"), "end": c.at("11:00")}
	for _, token := range []string{first, second} {
		if a := b.put("POST", token, c.path("/waitlist"), wish); a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if a := b.put("POST", first, c.path("/waitlist"), wish); a.status != 409 {
		t.Errorf("waiting twice: %d %s", a.status, a.body)
	}
	if a := b.act(owner, c, held.ID, "cancel", nil); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	waits := func(token string) WaitBody {
		var list listOf[WaitBody]
		b.do(request{path: c.path("/waitlist"), token: token}).into(t, &list)
		if len(list.Items) != 1 {
			t.Fatalf("%+v", list)
		}
		return list.Items[0]
	}
	offer := waits(first)
	if offer.State != "offered" || waits(second).State != "waiting" {
		t.Fatalf("first %+v, second %+v", offer, waits(second))
	}
	for _, sniper := range []string{owner, second} {
		a := b.do(request{method: "POST", path: c.path("/holds"), token: sniper, key: key(), body: c.slot("10:00", "11:00", c.nets[0])})
		if a.status != 409 || a.problem(t).Type != "/problems/slot-taken" {
			t.Errorf("sniped: %d %s", a.status, a.body)
		}
		if a := b.act(sniper, c, offer.Offer, "confirm", nil); a.status != 404 {
			t.Errorf("another confirms the offer: %d", a.status)
		}
	}
	if a := b.act(first, c, offer.Offer, "cancel", nil); a.status != 200 {
		t.Errorf("decline: %d %s", a.status, a.body)
	}
	offer = waits(second)
	if offer.State != "offered" {
		t.Fatalf("after the first declined: %+v", offer)
	}
	a := b.act(second, c, offer.Offer, "confirm", nil)
	var got BookingBody
	a.into(t, &got)
	if a.status != 200 || got.State != string(booking.Confirmed) || got.Kind != string(booking.Play) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// A closure may come again and be about some nets; it is read as it was set.
func TestAdmin_ClosuresOfSomeNetsComeAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID).AccessToken, b.member()
	inside := b.hold(member, c, c.slot("18:00", "19:00", c.nets[1]))
	closure := map[string]any{
		"nets": c.nets[:2], "every": "week", "first_day": c.day.String(), "last_day": (c.day + 7).String(), "from_minute": 1080, "to_minute": 1140, "reason": "juniors",
	}
	a := b.put("POST", boss, c.path("/closures"), closure)
	var closed ClosedBody
	a.into(t, &closed)
	if a.status != http.StatusCreated || len(closed.Bookings) != 1 || closed.Bookings[0].ID != inside.ID {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var list listOf[ClosureBody]
	b.do(request{path: c.path("/closures"), token: boss}).into(t, &list)
	if got := list.Items[0]; len(list.Items) != 1 || got.Every != "week" || got.FirstDay != c.day.String() || got.LastDay != (c.day+7).String() || got.FromMinute != 1080 || got.ToMinute != 1140 || len(got.Nets) != 2 {
		t.Errorf("%+v", list)
	}
	for _, try := range []struct {
		net, week, status int
		kind              string
	}{{0, 0, 409, "closed"}, {1, 1, 409, "closed"}, {2, 0, 201, ""}, {0, 2, 201, ""}} {
		day := c.day + booking.Day(7*try.week)
		slot := map[string]any{"nets": c.nets[try.net : try.net+1], "start": day.String() + "T18:30", "end": day.String() + "T19:30"}
		b.do(request{method: "POST", path: c.path("/holds"), token: member, key: key(), body: slot}).want(t, fmt.Sprintf("net %d in week %d", try.net+1, try.week), try.status, try.kind)
	}
	closure["first_day"] = "soon"
	b.put("POST", boss, c.path("/closures"), closure).want(t, "a day that is none", 422, "validation")
}

func TestWaitlist_WhoLeavesIsNotAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	owner, first, second := b.member(), b.member(), b.member()
	held := b.hold(owner, c, c.slot("10:00", "11:00", c.nets[0]))
	var waits []WaitBody
	for _, token := range []string{first, second} {
		var w WaitBody
		b.put("POST", token, c.path("/waitlist"), map[string]any{"net": c.nets[0], "start": c.at("10:00"), "end": c.at("11:00")}).into(t, &w)
		waits = append(waits, w)
	}
	leave := func(token string) answer {
		return b.do(request{method: "DELETE", path: c.path("/waitlist/%d", waits[0].ID), token: token})
	}
	leave(second).want(t, "another's place", 404, "no-wait")
	leave(first).want(t, "leave", 204, "")
	b.act(owner, c, held.ID, "cancel", nil).want(t, "cancel", 200, "")
	var list listOf[WaitBody]
	b.do(request{path: c.path("/waitlist"), token: second}).into(t, &list)
	if len(list.Items) != 1 || list.Items[0].State != "offered" {
		t.Errorf("the next one: %+v", list)
	}
}

// The desk's side of money over HTTP: taken by hand, a difference looked at, given back by hand.
func TestAdmin_MoneyAtTheDesk(t *testing.T) {
	t.Parallel()
	b := newTill(t, nil) // with the jobs
	c, member, boss := b.club, b.member, b.signIn(adminID).AccessToken
	held := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
	pay := func(token string) answer {
		return b.put("POST", token, c.path("/bookings/%d/desk-payment", held.ID), map[string]string{"method": "cash"})
	}
	pay(member).want(t, "a member takes the money", 403, "forbidden")
	a := pay(boss)
	var p PaymentBody
	a.into(t, &p)
	if a.status != 200 || p.State != "captured" || p.Amount.Text != "600.00 INR" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	b.act(boss, c, held.ID, "reschedule", map[string]any{"start": c.at("10:00"), "end": c.at("12:00")}).want(t, "an hour more, by the staff", 200, "")
	var reviews listOf[ReviewBody]
	b.do(request{path: c.path("/reviews"), token: boss}).into(t, &reviews)
	if len(reviews.Items) != 1 || reviews.Items[0].Reason != "difference" || reviews.Items[0].Payment != p.ID {
		t.Fatalf("%+v", reviews)
	}
	resolve := func(token string) answer {
		return b.put("POST", token, c.path("/reviews/%d/resolve", reviews.Items[0].ID), map[string]string{"verdict": "close"})
	}
	resolve(member).want(t, "a member decides", 403, "forbidden")
	resolve(boss).want(t, "decide", 200, "")
	a = b.put("POST", boss, c.path("/payments/%d/refunds", p.ID), map[string]int{"amount_minor": 60000, "seen_minor": 0})
	var back RefundBody
	a.into(t, &back)
	if a.status != http.StatusCreated || back.State != "pending" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	gave := func(token string) answer { return b.put("POST", token, c.path("/refunds/%d/gave-back", back.ID), nil) }
	wait(t, func() bool { return b.count(`SELECT count(*) FROM refund WHERE by_hand`) == 1 })
	gave(member).want(t, "a member says so", 403, "forbidden")
	gave(boss).want(t, "given back", 200, "")
	gave(boss).want(t, "said again", 200, "")
	b.healthy()
}
