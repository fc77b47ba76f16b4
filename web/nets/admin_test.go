package nets

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
	"pavilion/sandbox/caller"
	"pavilion/web"
)

// put sends an action with a fresh Idempotency-Key.
func TestAdmin_SetsTheClubUp(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	a := b.put("POST", boss, c.path("/nets"), map[string]any{"name": "Indoor 1", "surface": "turf", "indoor": true, "lights": true, "capacity": 4, "active": true})
	var net NetBody
	a.Into(t, &net)
	if a.Status != http.StatusCreated || net.ID == 0 || !net.Indoor {
		t.Errorf("add net: %d %s", a.Status, a.Body)
	}
	if a := b.put("PUT", boss, c.path("/nets/%d", net.ID), map[string]any{"name": "Indoor 1", "capacity": 4, "active": false}); a.Status != 200 {
		t.Errorf("retire: %d %s", a.Status, a.Body)
	}
	var nets web.ListOf[NetBody]
	b.Do(request{Path: c.path("/nets")}).Into(t, &nets)
	if len(nets.Items) != 6 {
		t.Errorf("%d nets after one was retired", len(nets.Items))
	}
	hours := map[string]any{"items": []map[string]any{}}
	for day := range 7 {
		hours["items"] = append(hours["items"].([]map[string]any), map[string]any{"weekday": day, "opens_minute": 960, "closes_minute": 1560}) //nolint:forcetypeassert // made above
	}
	if a := b.put("PUT", boss, c.path("/hours"), hours); a.Status != 200 {
		t.Errorf("hours: %d %s", a.Status, a.Body)
	}
	prices := map[string]any{"items": []map[string]any{
		{"label": "Base", "weekdays": []int{0, 1, 2, 3, 4, 5, 6}, "from_minute": 0, "to_minute": 1440, "member_minor": 30000, "guest_minor": 50000},
		{"label": "Evening", "rank": 1, "weekdays": []int{0, 1, 2, 3, 4, 5, 6}, "from_minute": 1080, "to_minute": 1260, "member_minor": 60000, "guest_minor": 90000},
	}}
	if a := b.put("PUT", boss, c.path("/prices"), prices); a.Status != 200 {
		t.Errorf("prices: %d %s", a.Status, a.Body)
	}
	var quote QuoteBody
	b.Do(request{Method: "POST", Path: c.path("/quote"), Body: c.slot("17:30", "18:30", c.nets[0])}).Into(t, &quote)
	if quote.Total.Minor != 25000+45000 || len(quote.Lines) != 2 {
		t.Errorf("half an hour at each price: %+v", quote)
	}
	// A time past midnight belongs to the opening day before.
	next := (c.day + 1).String()
	held := b.hold(b.member(), c, map[string]any{"nets": c.nets[:1], "start": next + "T00:30", "end": next + "T01:30"})
	if held.Day != c.day.String() {
		t.Errorf("the night after %s counts as %s", c.day, held.Day)
	}
	a = b.put("POST", boss, c.path("/closures"), map[string]any{"every": "once", "start": c.at("16:00"), "end": next + "T02:00", "reason": "rain"})
	var closed ClosedBody
	a.Into(t, &closed)
	if a.Status != http.StatusCreated || len(closed.Bookings) != 1 || closed.Bookings[0].ID != held.ID {
		t.Errorf("closure: %d %s", a.Status, a.Body)
	}
	if a := b.Do(request{Method: "POST", Path: c.path("/holds"), Token: b.member(), Key: key(), Body: c.slot("18:00", "19:00", c.nets[1])}); a.Status != 409 || a.Problem(t).Type != "/problems/closed" {
		t.Errorf("in the closure: %d %s", a.Status, a.Body)
	}
	if a := b.Do(request{Method: "DELETE", Path: c.path("/closures/%d", closed.Closure.ID), Token: boss}); a.Status != http.StatusNoContent {
		t.Errorf("lift: %d %s", a.Status, a.Body)
	}
	for _, path := range []string{"/hours", "/closures", "/prices"} {
		if a := b.Do(request{Path: c.path("%s", path), Token: boss}); a.Status != 200 {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	b.hold(b.member(), c, c.slot("18:00", "19:00", c.nets[1]))
}

func TestAdmin_MakesAndChangesAClub(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	boss, member := b.signIn(adminID), b.member()
	settings := map[string]any{
		"name": "Lakeside", "time_zone": "Asia/Kolkata", "currency": "INR", "grid_minutes": 30, "min_minutes": 30, "max_minutes": 120, "horizon_days": 30, "hold_seconds": 600,
		"hold_max_seconds": 1800, "offer_seconds": 900, "cancel_free_hours": 24, "cancel_fee_percent": 50, "check_in_minutes": 30, "no_show_minutes": 15, "quota_active": 3,
	}
	if a := b.put("POST", member, web.APIPath+"/clubs", settings); a.Status != http.StatusForbidden {
		t.Errorf("a member: %d %s", a.Status, a.Body)
	}
	a := b.put("POST", boss, web.APIPath+"/clubs", settings)
	var club ClubBody
	a.Into(t, &club)
	if a.Status != http.StatusCreated || club.ID == 0 || club.TimeZone != "Asia/Kolkata" || club.QuotaActive != 3 {
		t.Fatalf("make: %d %s", a.Status, a.Body)
	}
	var made NewClubBody
	if a.Into(t, &made); made.QuotaHeld != 4 || made.QuotaWeekMinutes != 600 || fmt.Sprint(made.Defaults) != "[quota_held quota_week_minutes]" {
		t.Errorf("the limits that nobody named: %s", a.Body)
	}
	path := fmt.Sprintf("%s/clubs/%d", web.APIPath, club.ID)
	settings["quota_active"], settings["quota_held"] = 5, 6
	if a := b.put("PUT", member, path, settings); a.Status != http.StatusForbidden {
		t.Errorf("a member changes it: %d %s", a.Status, a.Body)
	}
	if a := b.put("PUT", boss, path, settings); a.Status != 200 {
		t.Errorf("change: %d %s", a.Status, a.Body)
	}
	b.Do(request{Path: path}).Into(t, &club)
	if club.QuotaActive != 5 || club.QuotaHeld != 6 || club.QuotaWeekMinutes != 600 {
		t.Errorf("after the change: %+v", club)
	}
	delete(settings, "quota_held")
	settings["quota_week_minutes"] = 0
	b.put("PUT", boss, path, settings).Want(t, "a change that names one limit", 200, "")
	if b.Do(request{Path: path}).Into(t, &club); club.QuotaHeld != 6 || club.QuotaWeekMinutes != 0 {
		t.Errorf("a limit that a change does not name stays, and one that it lifts is lifted: %+v", club)
	}
	settings["quota_held"] = 0
	b.put("PUT", boss, path, settings).Want(t, "no limit for holds", 422, "validation")
	delete(settings, "quota_held")
	for field, wrong := range map[string]any{"currency": "USD", "time_zone": "Mars/Olympus", "max_minutes": 10, "hold_max_seconds": 1} {
		right := settings[field]
		settings[field] = wrong
		if a := b.put("PUT", boss, path, settings); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", field, a.Status, a.Body)
		}
		settings[field] = right
	}
}

// Staff read retired nets, roles, deliveries and the audit; a member reads their notifications.
func TestAdmin_ReadsWhatIsRetiredWhoMayWhatAndWhoDidWhat(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member, staffID := b.signIn(adminID), b.member(), someone()
	b.put("PUT", boss, c.path("/nets/%d", c.nets[0]), map[string]any{"name": "Old", "capacity": 4, "active": false}).Want(t, "retire", 200, "")
	b.put("PUT", boss, c.path("/members/%d", staffID), map[string]any{"role": "staff"}).Want(t, "set a role", 200, "")
	staff := b.signIn(staffID)
	held := b.hold(member, c, c.slot("10:00", "11:00", c.nets[1]))
	b.act(member, c, held.ID, "confirm", nil).Want(t, "confirm", 200, "")

	for _, path := range []string{"/nets/all", "/members", "/audit"} {
		b.Do(request{Path: c.path("%s", path), Token: member}).Want(t, path+" for a member", 403, "forbidden")
		b.Do(request{Path: c.path("%s", path)}).Want(t, path+" for a stranger", 401, "")
	}
	var nets, bookable web.ListOf[NetBody]
	b.Do(request{Path: c.path("/nets/all"), Token: staff}).Into(t, &nets)
	b.Do(request{Path: c.path("/nets")}).Into(t, &bookable)
	if len(nets.Items) != 6 || nets.Items[0].Name != "Old" || nets.Items[0].Active || !nets.Items[1].Active || len(bookable.Items) != 5 {
		t.Errorf("all %+v, bookable %+v", nets, bookable)
	}
	var roles, rest web.ListOf[MemberBody]
	b.Do(request{Path: c.path("/members?limit=1"), Token: staff}).Into(t, &roles)
	b.Do(request{Path: c.path("/members?after=%d", roles.Items[0].ID), Token: staff}).Into(t, &rest)
	if got := fmt.Sprint(roles.Items, rest.Items); got != fmt.Sprintf("[{%d admin 1}] [{%d staff 1}]", int64(adminID), staffID) {
		t.Error(got)
	}
	var lines web.ListOf[AuditBody]
	b.Do(request{Path: c.path("/audit?booking=%d", held.ID), Token: staff}).Into(t, &lines)
	if len(lines.Items) != 2 || lines.Items[0].Action != "hold" || lines.Items[1].Action != "confirm" || lines.Items[1].Origin != "http" || lines.Items[1].Actor != held.Member || lines.Items[1].At.IsZero() {
		t.Errorf("%+v", lines)
	}
	b.Do(request{Path: c.path("/audit?after=%d", lines.Items[1].ID), Token: staff}).Into(t, &lines)
	if len(lines.Items) != 0 {
		t.Errorf("after the last line: %+v", lines)
	}
	var told web.ListOf[NotificationBody]
	b.Do(request{Path: c.path("/notifications"), Token: member}).Into(t, &told)
	if len(told.Items) != 1 || told.Items[0].Kind != "confirmed" || told.Items[0].Booking != held.ID || told.Items[0].SentAt != nil {
		t.Errorf("%+v", told)
	}
	var deliveries, sent web.ListOf[DeliveryBody]
	b.Do(request{Path: c.path("/deliveries?state=waiting"), Token: staff}).Into(t, &deliveries)
	b.Do(request{Path: c.path("/deliveries?state=sent"), Token: staff}).Into(t, &sent)
	if len(deliveries.Items) != 1 || deliveries.Items[0].ID != told.Items[0].ID || deliveries.Items[0].Member != held.Member || deliveries.Items[0].State != "waiting" || deliveries.Items[0].Channel != "telegram" || len(sent.Items) != 0 {
		t.Errorf("waiting %+v, sent %+v", deliveries, sent)
	}
	if a := b.Do(request{Path: c.path("/deliveries"), Token: member}); a.Status != 403 {
		t.Errorf("a member sees deliveries: %d", a.Status)
	}
	b.Do(request{Path: c.path("/notifications?after=%d", told.Items[0].ID), Token: member}).Into(t, &told)
	if len(told.Items) != 0 {
		t.Errorf("after the last: %+v", told)
	}
}

func TestAdmin_BlockListsWhatIsInItsWay(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	one, two := b.hold(b.member(), c, c.slot("10:00", "11:00", c.nets[0])), b.hold(b.member(), c, c.slot("12:00", "13:00", c.nets[0]))
	block := map[string]any{"nets": c.nets[:1], "start": c.at("09:00"), "end": c.at("14:00"), "note": "new turf"}
	a := b.put("POST", boss, c.path("/blocks"), block)
	p := problemOf(t, a)
	if a.Status != 409 || p.Type != "/problems/block-conflict" || fmt.Sprint(p.Bookings) != fmt.Sprint([]int64{one.ID, two.ID}) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	block["resolve"] = []map[string]any{{"booking": one.ID, "version": one.Version, "action": "cancel"}, {"booking": two.ID, "version": two.Version, "action": "move", "nets": c.nets[1:2], "start": c.at("12:00"), "end": c.at("13:00")}}
	if a := b.put("POST", boss, c.path("/blocks"), block); a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	var sheet web.ListOf[BookingBody]
	b.Do(request{Path: c.path("/days/%s", c.day), Token: boss}).Into(t, &sheet)
	if len(sheet.Items) != 2 || sheet.Items[0].Kind != "block" || sheet.Items[1].ID != two.ID || sheet.Items[1].Nets[0] != int64(c.nets[1]) {
		t.Errorf("%+v", sheet)
	}
}

// The export has every booking once, with the fee of a late cancellation.
func TestAdmin_ExportHasEachLineOnceAndTheFees(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(func(c *booking.Club) { c.Policy.CancelFree = 1000 * time.Hour })
	boss := b.signIn(adminID)
	member := b.member()
	for i, end := range [][]string{{"confirm", "cancel"}, {"confirm"}, {"cancel"}} { // with a fee, played, a hold given up
		held := b.hold(member, c, c.slot("10:00", "11:00", c.nets[i]))
		for _, action := range end {
			if a := b.act(member, c, held.ID, action, nil); a.Status != 200 {
				t.Fatalf("%s: %d %s", action, a.Status, a.Body)
			}
		}
	}
	block := map[string]any{"nets": c.nets[3:4], "start": c.at("20:00"), "end": (c.day + 2).String() + "T06:00"}
	if a := b.put("POST", boss, c.path("/blocks"), block); a.Status != http.StatusCreated {
		t.Fatalf("block: %d %s", a.Status, a.Body)
	}
	a := b.Do(request{Path: c.path("/export.csv?from=%s&to=%s", c.day, c.day+6), Token: boss})
	lines, err := csv.NewReader(bytes.NewReader(a.Body)).ReadAll()
	if err != nil {
		t.Fatalf("%s %v", a.Body, err)
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
	boss := b.signIn(adminID)
	slot := c.slot("10:00", "11:00", c.nets[0])
	slot["note"] = `=HYPERLINK("http://evil.example","bat")`
	member := b.member()
	held := b.hold(member, c, slot)
	b.act(member, c, held.ID, "guests", map[string]any{"names": []string{"=1+1", "Asha"}}).Want(t, "guests", 200, "")
	a := b.Do(request{Path: c.path("/export.csv?from=%s&to=%s", c.day, c.day+1), Token: boss})
	lines, err := csv.NewReader(bytes.NewReader(a.Body)).ReadAll()
	if err != nil || len(lines) != 2 || a.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("%s %v", a.Body, err)
	}
	last := lines[1][len(lines[1])-2:]
	if note := last[0]; note != "'"+slot["note"].(string) { //nolint:forcetypeassert // made above
		t.Errorf("the note came out as %q", note)
	}
	if last[1] != "'=1+1; Asha" {
		t.Errorf("the guests came out as %q", last[1])
	}
	for _, cell := range []string{"=1", "+1", "-1", "@x", "\tx", "\rx", "＝1"} {
		if got := escapeFormula(cell); !strings.HasPrefix(got, "'") {
			t.Errorf("%q came out as %q", cell, got)
		}
	}
	for cell, want := range map[string]string{
		"hello;=1+1": "hello;'=1+1", "a,=1": "a,'=1", "a\t@x": "a\t'@x", "a\n-1": "a\n'-1", "a; +1": "a; '+1", `a;"=1"`: `a;"'=1"`, "a;＝1;-2": "a;'＝1;'-2", "a;\u00a0=1": "a;\u00a0'=1",
		"2 + 2": "2 + 2", "6pm; bring 2-3 balls": "6pm; bring 2-3 balls", "": "",
	} {
		if got := escapeFormula(cell); got != want {
			t.Errorf("%q came out as %q, want %q", cell, got, want)
		}
	}
	if got := escapeFormula("bring balls = 6"); got != "bring balls = 6" {
		t.Errorf("an ordinary note came out as %q", got)
	}
	if a := b.Do(request{Path: c.path("/export.csv?from=%s&to=%s", c.day, c.day+31), Token: boss}); a.Status != 422 {
		t.Errorf("a longer export: %d", a.Status)
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
		if a := b.put("POST", token, c.path("/waitlist"), wish); a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	if a := b.put("POST", first, c.path("/waitlist"), wish); a.Status != 409 {
		t.Errorf("waiting twice: %d %s", a.Status, a.Body)
	}
	if a := b.act(owner, c, held.ID, "cancel", nil); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	waits := func(token string) WaitBody {
		var list web.ListOf[WaitBody]
		b.Do(request{Path: c.path("/waitlist"), Token: token}).Into(t, &list)
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
		a := b.Do(request{Method: "POST", Path: c.path("/holds"), Token: sniper, Key: key(), Body: c.slot("10:00", "11:00", c.nets[0])})
		if a.Status != 409 || a.Problem(t).Type != "/problems/slot-taken" {
			t.Errorf("sniped: %d %s", a.Status, a.Body)
		}
		if a := b.act(sniper, c, offer.Offer, "confirm", nil); a.Status != 404 {
			t.Errorf("another confirms the offer: %d", a.Status)
		}
	}
	if a := b.act(first, c, offer.Offer, "cancel", nil); a.Status != 200 {
		t.Errorf("decline: %d %s", a.Status, a.Body)
	}
	offer = waits(second)
	if offer.State != "offered" {
		t.Fatalf("after the first declined: %+v", offer)
	}
	a := b.act(second, c, offer.Offer, "confirm", nil)
	var got BookingBody
	a.Into(t, &got)
	if a.Status != 200 || got.State != string(booking.Confirmed) || got.Kind != string(booking.Play) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// A repeated closure of some nets is read as it was set.
func TestAdmin_ClosuresOfSomeNetsComeAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID), b.member()
	inside := b.hold(member, c, c.slot("18:00", "19:00", c.nets[1]))
	closure := map[string]any{
		"nets": c.nets[:2], "every": "week", "first_day": c.day.String(), "last_day": (c.day + 7).String(), "from_minute": 1080, "to_minute": 1140, "reason": "juniors",
	}
	a := b.put("POST", boss, c.path("/closures"), closure)
	var closed ClosedBody
	a.Into(t, &closed)
	if a.Status != http.StatusCreated || len(closed.Bookings) != 1 || closed.Bookings[0].ID != inside.ID {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	var list web.ListOf[ClosureBody]
	b.Do(request{Path: c.path("/closures"), Token: boss}).Into(t, &list)
	if got := list.Items[0]; len(list.Items) != 1 || got.Every != "week" || got.FirstDay != c.day.String() || got.LastDay != (c.day+7).String() || got.FromMinute != 1080 || got.ToMinute != 1140 || len(got.Nets) != 2 {
		t.Errorf("%+v", list)
	}
	for _, try := range []struct {
		net, week, status int
		kind              string
	}{{0, 0, 409, "closed"}, {1, 1, 409, "closed"}, {2, 0, 201, ""}, {0, 2, 201, ""}} {
		day := c.day + booking.Day(7*try.week)
		slot := map[string]any{"nets": c.nets[try.net : try.net+1], "start": day.String() + "T18:30", "end": day.String() + "T19:30"}
		b.Do(request{Method: "POST", Path: c.path("/holds"), Token: member, Key: key(), Body: slot}).Want(t, fmt.Sprintf("net %d in week %d", try.net+1, try.week), try.status, try.kind)
	}
	closure["first_day"] = "soon"
	b.put("POST", boss, c.path("/closures"), closure).Want(t, "a day that is none", 422, "validation")
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
		b.put("POST", token, c.path("/waitlist"), map[string]any{"net": c.nets[0], "start": c.at("10:00"), "end": c.at("11:00")}).Into(t, &w)
		waits = append(waits, w)
	}
	leave := func(token string) answer {
		return b.Do(request{Method: "DELETE", Path: c.path("/waitlist/%d", waits[0].ID), Token: token})
	}
	leave(second).Want(t, "another's place", 404, "no-wait")
	leave(first).Want(t, "leave", 204, "")
	b.act(owner, c, held.ID, "cancel", nil).Want(t, "cancel", 200, "")
	var list web.ListOf[WaitBody]
	b.Do(request{Path: c.path("/waitlist"), Token: second}).Into(t, &list)
	if len(list.Items) != 1 || list.Items[0].State != "offered" {
		t.Errorf("the next one: %+v", list)
	}
	decline := func() answer {
		return b.Do(request{Method: "DELETE", Path: c.path("/waitlist/%d", waits[1].ID), Token: second})
	}
	decline().Want(t, "an open offer", 204, "")
	decline().Want(t, "once more", 404, "no-wait")
	b.hold(owner, c, c.slot("10:00", "11:00", c.nets[0]))
}

// The desk takes money by hand, resolves a difference and pays a refund by hand.
func TestAdmin_MoneyAtTheDesk(t *testing.T) {
	t.Parallel()
	b := setupPayments(t, nil) // with the jobs
	c, member, boss := b.club, b.member, b.signIn(adminID)
	held := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
	pay := func(token string) answer {
		return b.put("POST", token, c.path("/bookings/%d/desk-payment", held.ID), map[string]string{"method": "cash"})
	}
	pay(member).Want(t, "a member takes the money", 403, "forbidden")
	a := pay(boss)
	var p PaymentBody
	a.Into(t, &p)
	if a.Status != 200 || p.State != "captured" || p.Amount.Text != "600.00 INR" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	b.act(boss, c, held.ID, "reschedule", map[string]any{"start": c.at("10:00"), "end": c.at("12:00")}).Want(t, "an hour more, by the staff", 200, "")
	var reviews web.ListOf[ReviewBody]
	b.Do(request{Path: c.path("/reviews"), Token: boss}).Into(t, &reviews)
	if len(reviews.Items) != 1 || reviews.Items[0].Reason != "difference" || reviews.Items[0].Payment != p.ID || reviews.Items[0].Booking != held.ID ||
		reviews.Items[0].Left.Minor != 60000 || fmt.Sprint(reviews.Items[0].Verdicts) != "[refund close]" {
		t.Fatalf("%+v", reviews)
	}
	resolve := func(token string) answer {
		return b.put("POST", token, c.path("/reviews/%d/resolve", reviews.Items[0].ID), map[string]string{"verdict": "close"})
	}
	resolve(member).Want(t, "a member decides", 403, "forbidden")
	resolve(boss).Want(t, "decide", 200, "")
	a = b.put("POST", boss, c.path("/payments/%d/refunds", p.ID), map[string]int{"amount_minor": 60000, "seen_minor": 0})
	var back RefundBody
	a.Into(t, &back)
	if a.Status != http.StatusCreated || back.State != "pending" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	gave := func(token string) answer { return b.put("POST", token, c.path("/refunds/%d/gave-back", back.ID), nil) }
	caller.WaitFor(t, func() bool { return b.count(`SELECT count(*) FROM refund WHERE by_hand`) == 1 })
	gave(member).Want(t, "a member says so", 403, "forbidden")
	gave(boss).Want(t, "given back", 200, "")
	gave(boss).Want(t, "said again", 200, "")
	b.healthy()
}
