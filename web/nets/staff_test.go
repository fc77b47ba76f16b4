package nets

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pavilion/web"
)

// The member or the club's staff read, move and end a series. Dates that clash are listed.
func TestSeries_IsMovedAndEndedAsOne(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member, stranger, boss := b.member(), b.member(), b.signIn(adminID)
	want := map[string]any{"nets": c.nets[:1], "first_day": c.day.String(), "start_minute": 1080, "minutes": 60, "weeks": 4, "policy": "all_or_nothing"}
	var made SeriesBody
	b.put("POST", member, c.path("/series"), want).Into(t, &made)
	if len(made.Bookings) != 4 || made.Bookings[0].Series != made.ID {
		t.Fatalf("%+v", made)
	}
	at := func(action string) string { return c.path("/series/%d/%s", made.ID, action) }
	b.Do(request{Path: c.path("/series/%d", made.ID), Token: stranger}).Want(t, "a stranger reads it", 404, "no-series")
	b.put("POST", stranger, at("end"), nil).Want(t, "a stranger ends it", 404, "no-series")
	b.hold(stranger, c, map[string]any{"nets": c.nets[1:2], "start": (c.day + 7).String() + "T19:00", "end": (c.day + 7).String() + "T20:00"})
	move := map[string]any{"start_minute": 1140, "nets": c.nets[1:2], "policy": "all_or_nothing"}
	a := b.put("POST", member, at("move"), move)
	if p := problemOf(t, a); a.Status != http.StatusConflict || p.Type != "/problems/series-conflict" || len(p.Skipped) != 1 || p.Skipped[0].Day != (c.day+7).String() {
		t.Errorf("all or nothing: %d %s", a.Status, a.Body)
	}
	move["policy"], move["from_day"] = "skip", (c.day + 7).String()
	var moved SeriesBody
	a = b.put("POST", member, at("move"), move)
	a.Into(t, &moved)
	if a.Status != 200 || len(moved.Bookings) != 2 || len(moved.Skipped) != 1 || moved.Bookings[0].Nets[0] != int64(c.nets[1]) {
		t.Errorf("skip: %d %s", a.Status, a.Body)
	}
	b.put("POST", member, at("end"), map[string]any{"waive": true}).Want(t, "a member waives the fee", 403, "forbidden")
	var ended SeriesBody
	a = b.put("POST", boss, at("end"), map[string]any{"from_day": (c.day + 14).String(), "waive": true, "reason": "the net is relaid"})
	a.Into(t, &ended)
	if a.Status != 200 || len(ended.Bookings) != 2 || ended.Bookings[0].State != "cancelled" {
		t.Errorf("shortened: %d %s", a.Status, a.Body)
	}
	var all SeriesBody
	b.Do(request{Path: c.path("/series/%d", made.ID), Token: member}).Into(t, &all)
	if len(all.Bookings) != 4 || all.Bookings[1].State != "confirmed" {
		t.Errorf("%+v", all)
	}
	b.put("POST", member, at("end"), nil).Want(t, "end", 200, "")
	b.put("POST", member, at("end"), nil).Want(t, "end twice", 409, "series-over")
	kinds := map[string]int{}
	var told web.ListOf[NotificationBody]
	b.Do(request{Path: c.path("/notifications"), Token: member}).Into(t, &told)
	for _, n := range told.Items {
		kinds[n.Kind]++
	}
	if len(told.Items) != 4 || kinds["series_booked"] != 1 || kinds["series_moved"] != 1 || kinds["series_ended"] != 2 {
		t.Errorf("notifications: %v", kinds)
	}
	if line := b.newestLine(boss, c, "end_series"); line.Detail["series"] != float64(made.ID) {
		t.Errorf("audit: %+v", line)
	}
}

// newestLine returns the newest audit line of an action.
func (b *bundle) newestLine(token string, c testClub, action string) (found AuditBody) {
	b.t.Helper()
	var lines web.ListOf[AuditBody]
	b.Do(request{Path: c.path("/audit?limit=1000"), Token: token}).Into(b.t, &lines)
	for _, line := range lines.Items {
		if line.Action == action {
			found = line
		}
	}
	return found
}

// A decision of the staff may have a reason, which the audit stores. A reason that is too long is refused.
func TestAudit_HasTheReasonThatStaffGive(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID), b.member()
	held, other := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0])), b.hold(member, c, c.slot("10:00", "11:00", c.nets[1]))
	for _, id := range []int64{held.ID, other.ID} {
		b.act(member, c, id, "confirm", nil).Want(t, "confirm", 200, "")
	}
	b.act(boss, c, other.ID, "cancel", map[string]any{"reason": strings.Repeat("x", 201)}).Want(t, "too long", 422, "validation")
	b.act(boss, c, other.ID, "cancel", map[string]any{"reason": "floodlights", "waive": true}).Want(t, "cancel", 200, "")
	if line := b.newestLine(boss, c, "cancel"); line.Reason != "floodlights" || line.Booking != other.ID {
		t.Errorf("cancel: %+v", line)
	}
	b.act(boss, c, held.ID, "reschedule", map[string]any{"start": c.at("12:00"), "end": c.at("13:00"), "reason": "by phone"}).Want(t, "move", 200, "")
	if line := b.newestLine(boss, c, "reschedule"); line.Reason != "by phone" {
		t.Errorf("move: %+v", line)
	}
	b.setClock(held.Start.Add(2*time.Hour + 20*time.Minute))
	b.act(boss, c, held.ID, "no-show", map[string]any{"reason": "lane empty"}).Want(t, "no-show", 200, "")
	if line := b.newestLine(boss, c, "no_show"); line.Reason != "lane empty" {
		t.Errorf("no-show: %+v", line)
	}
	b.act(member, c, held.ID, "undo-no-show", nil).Want(t, "undone by the member", 403, "forbidden")
	a := b.act(boss, c, held.ID, "undo-no-show", map[string]any{"reason": "she was in net 3"})
	var undone BookingBody
	a.Into(t, &undone)
	if a.Status != 200 || undone.State != "confirmed" {
		t.Errorf("undo: %d %s", a.Status, a.Body)
	}
	if line := b.newestLine(boss, c, "undo_no_show"); line.Reason != "she was in net 3" {
		t.Errorf("undo: %+v", line)
	}
	b.act(boss, c, held.ID, "undo-no-show", nil).Want(t, "undone twice", 409, "wrong-state")
}

// A review without a known club is for people in PAVILION_ADMINS, not for the admins of a club.
func TestReview_OfNoClubIsForOperators(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, keeper := b.signIn(adminID), someone()
	b.put("PUT", boss, c.path("/members/%d", keeper), map[string]string{"role": "admin"}).Want(t, "an admin", 200, "")
	if _, err := b.db.Exec(t.Context(), `INSERT INTO payment_review (reason, opened_at) VALUES ('unknown', now())`); err != nil {
		t.Fatal(err)
	}
	listed := func(token string) (list web.ListOf[ReviewBody]) {
		t.Helper()
		b.Do(request{Path: c.path("/reviews"), Token: token}).Into(t, &list)
		return list
	}
	admin := b.signIn(keeper)
	stray := listed(boss)
	if len(stray.Items) != 1 || len(listed(admin).Items) != 0 {
		t.Fatalf("%+v, %+v", stray, listed(admin))
	}
	resolve := func(token string) answer {
		return b.put("POST", token, c.path("/reviews/%d/resolve", stray.Items[0].ID), map[string]string{"verdict": "close", "reason": "a test payment"})
	}
	resolve(admin).Want(t, "by a club's admin", 404, "no-review")
	resolve(boss).Want(t, "by an operator", 200, "")
	if line := b.newestLine(boss, c, "review"); line.Actor != adminID || line.Reason != "a test payment" {
		t.Errorf("audit: %+v", line)
	}
}

// A change of a club that leaves out the hour of the day sheet keeps it. -1 switches the sheet off.
func TestClub_TheHourOfTheDaySheetIsASetting(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	boss := b.signIn(adminID)
	settings := map[string]any{
		"name": "Riverside", "time_zone": "Asia/Kolkata", "currency": "INR", "grid_minutes": 30, "min_minutes": 30, "max_minutes": 120, "horizon_days": 30,
		"hold_seconds": 600, "hold_max_seconds": 600, "offer_seconds": 600, "cancel_free_hours": 1, "cancel_fee_percent": 50, "check_in_minutes": 30, "no_show_minutes": 15,
	}
	var id int64
	saved := func(method, path string, status int) int {
		t.Helper()
		a := b.put(method, boss, path, settings)
		a.Want(t, path, status, "")
		var body ClubBody
		a.Into(t, &body)
		if id = body.ID; body.DaySheetMinute == nil {
			return -1
		}
		return *body.DaySheetMinute
	}
	if got := saved("POST", web.APIPath+"/clubs", 201); got != 360 {
		t.Errorf("a new club: %d", got)
	}
	for _, step := range []struct {
		set  any
		want int
	}{{450, 450}, {nil, 450}, {-1, -1}, {nil, -1}, {0, 0}} {
		delete(settings, "day_sheet_minute")
		if step.set != nil {
			settings["day_sheet_minute"] = step.set
		}
		if got := saved("PUT", fmt.Sprintf("%s/clubs/%d", web.APIPath, id), 200); got != step.want {
			t.Errorf("%v: %d, want %d", step.set, got, step.want)
		}
	}
	settings["day_sheet_minute"] = -1
	if got := saved("POST", web.APIPath+"/clubs", 201); got != -1 {
		t.Errorf("a new club without a sheet: %d", got)
	}
}

func TestClub_ANewOneWithoutADaySheetIsAnsweredWithItsVersion(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	boss := b.signIn(adminID)
	made := b.put("POST", boss, web.APIPath+"/clubs", map[string]any{
		"name": "Riverside", "time_zone": "Asia/Kolkata", "currency": "INR", "grid_minutes": 30, "min_minutes": 30, "max_minutes": 120, "horizon_days": 30,
		"hold_seconds": 600, "hold_max_seconds": 600, "offer_seconds": 600, "cancel_free_hours": 1, "cancel_fee_percent": 50, "check_in_minutes": 30, "no_show_minutes": 15,
		"day_sheet_minute": -1,
	})
	made.Want(t, "a new club", 201, "")
	var club, stored ClubBody
	made.Into(t, &club)
	read := b.Do(request{Path: fmt.Sprintf("%s/clubs/%d", web.APIPath, club.ID), Token: boss})
	read.Into(t, &stored)
	if club.DaySheetMinute != nil || stored.DaySheetMinute != nil || club.Version != stored.Version || made.Header.Get("ETag") != read.Header.Get("ETag") {
		t.Errorf("answered %d %s, stored %d %s", club.Version, made.Header.Get("ETag"), stored.Version, read.Header.Get("ETag"))
	}
}
