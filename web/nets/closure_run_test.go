package nets

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pavilion/web"
)

// The closure carries the version of its preview. If something has changed, the refusal has the new figures. A repeated request has the first answer.
func TestClosureRun_CarriesItsPreview(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID), b.member()
	one := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
	path := c.path("/closure-preview?start=%s&end=%s&nets=%d,%d", c.at("10:00"), c.at("12:00"), c.nets[0], c.nets[1])
	b.Do(request{Path: path, Token: member}).Want(t, "a member's preview", 403, "forbidden")
	var seen ClosurePreviewBody
	b.Do(request{Path: path, Token: boss}).Into(t, &seen)
	if seen.Version == 0 || seen.Bookings != 1 || seen.Holds != 1 || seen.People != 1 || len(seen.Inside) != 1 || seen.Inside[0].ID != one.ID || seen.Back == nil || len(seen.Back) != 0 {
		t.Errorf("preview %+v", seen)
	}
	b.hold(b.member(), c, c.slot("11:00", "12:00", c.nets[1]))
	body := map[string]any{"nets": c.nets[:2], "start": c.at("10:00"), "end": c.at("12:00"), "reason": "rain", "version": seen.Version}
	stale := b.put("POST", boss, c.path("/closure-runs"), body)
	stale.Want(t, "after another hold", 409, "closure-changed")
	now := problemOf(t, stale).Closure
	if now == nil || now.Bookings != 2 || now.People != 2 || now.Version == seen.Version {
		t.Fatalf("new figures %+v", now)
	}
	b.put("POST", member, c.path("/closure-runs"), body).Want(t, "by a member", 403, "forbidden")
	body["version"] = now.Version
	k := key()
	run := ClosureRunBody{}
	for i := range 2 {
		a := b.Do(request{Method: "POST", Path: c.path("/closure-runs"), Token: boss, Key: k, Body: body})
		if a.Status != http.StatusCreated || (a.Header.Get("Idempotency-Replayed") == "true") != (i == 1) {
			t.Fatalf("%d %v %s", a.Status, a.Header, a.Body)
		}
		a.Into(t, &run)
	}
	if run.State != "cancelling" || run.Bookings != 2 || run.People != 2 || run.Reason != "rain" || len(run.Nets) != 2 {
		t.Errorf("%+v", run)
	}
	var list web.ListOf[ClosureRunBody]
	b.Do(request{Path: c.path("/closure-runs"), Token: boss}).Into(t, &list)
	var read ClosureRunBody
	b.Do(request{Path: c.path("/closure-runs/%d", run.ID), Token: boss}).Into(t, &read)
	if len(list.Items) != 1 || fmt.Sprint(list.Items[0]) != fmt.Sprint(read) || read.ID != run.ID || read.Closure != run.Closure {
		t.Errorf("list %+v, one %+v", list, read)
	}
	b.Do(request{Path: c.path("/closure-runs/%d", run.ID+1), Token: boss}).Want(t, "another run", 404, "no-closure-run")
	b.Do(request{Path: c.path("/closure-runs"), Token: member}).Want(t, "a member's list", 403, "forbidden")
	if a := b.Do(request{Method: "POST", Path: c.path("/holds"), Token: b.member(), Key: key(), Body: c.slot("10:00", "11:00", c.nets[1])}); a.Status != 409 || !strings.HasSuffix(a.Problem(t).Type, "/closed") {
		t.Errorf("a hold in the closed time: %d %s", a.Status, a.Body)
	}
}
