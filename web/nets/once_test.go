package nets

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func loadZone(name string) (*time.Location, error) { return time.LoadLocation(name) }

// nextFallBack is the next date on which the clock in zone is set back.
func nextFallBack(zone *time.Location) string {
	for t := time.Now().In(zone); ; {
		_, end := t.ZoneBounds()
		_, before := end.Add(-time.Second).In(zone).Zone()
		_, after := end.In(zone).Zone()
		if after < before {
			return end.Add(-time.Second).In(zone).Format("2006-01-02")
		}
		t = end
	}
}

func TestOnce_SameKeySameBodyHasOneEffect(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	hold := func(k string, body any) request {
		return request{Method: "POST", Path: c.path("/holds"), Token: member, Key: k, Body: body}
	}
	body := c.slot("10:00", "11:00", c.nets[0])
	k := key()
	counts := tally(t, 20, func(int) (answer, error) {
		a, err := b.Try(hold(k, body))
		if err == nil && a.Status == http.StatusConflict && a.Header.Get("Retry-After") == "" {
			t.Error("a request that still runs is answered without Retry-After")
		}
		return a, err
	})
	if counts["201"]+counts["409 /problems/idempotency-in-progress"] != 20 || counts["201"] == 0 {
		t.Errorf("%v", counts)
	}
	first := b.Do(hold(k, body))
	if first.Status != http.StatusCreated || first.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%d %v", first.Status, first.Header)
	}
	var rows int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM booking`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d bookings, %v", rows, err)
	}
	reordered := fmt.Sprintf(`{ "end":%q, "start":%q,
		"nets":[%d] }`, c.at("11:00"), c.at("10:00"), c.nets[0])
	if a := b.Do(hold(fmt.Sprintf("%q", k), reordered)); a.Status != http.StatusCreated || !bytes.Equal(a.Body, first.Body) {
		t.Errorf("quoted key, other order: %d %s", a.Status, a.Body)
	}
	if a := b.Do(hold(k, c.slot("12:00", "13:00", c.nets[0]))); a.Status != 422 || a.Problem(t).Type != "/problems/idempotency-mismatch" {
		t.Errorf("another body: %d %s", a.Status, a.Body)
	}
	var held BookingBody
	first.Into(t, &held)
	b.act(member, c, held.ID, "cancel", nil)
	if a := b.Do(hold(k, body)); a.Status != http.StatusCreated || !bytes.Equal(a.Body, first.Body) {
		t.Errorf("after the cancellation: %d %s", a.Status, a.Body)
	}
	another := b.member()
	if a := b.Do(request{Method: "POST", Path: c.path("/holds"), Token: another, Key: k, Body: body}); a.Status != http.StatusCreated || a.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("somebody else's key of the same name: %d %s", a.Status, a.Body)
	}
}

func TestOnce_RefusalsAreKeptWhereTheyLast(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	winner, loser := b.member(), b.member()
	held := b.hold(winner, c, c.slot("10:00", "11:00", c.nets[0]))
	k := key()
	r := request{Method: "POST", Path: c.path("/holds"), Token: loser, Key: k, Body: c.slot("10:00", "11:00", c.nets[0])}
	first := b.Do(r)
	b.act(winner, c, held.ID, "cancel", nil)
	again := b.Do(r)
	if first.Status != 409 || again.Status != 409 || !bytes.Equal(first.Body, again.Body) || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%d %s, then %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	r.Key = key()
	if a := b.Do(r); a.Status != http.StatusCreated {
		t.Errorf("with a new key: %d %s", a.Status, a.Body)
	}
}

// A refusal that may pass is not stored: the same key works once the reason is gone.
func TestOnce_RefusalsThatMayPassFreeTheKey(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *wiring) { w.opts.Limits.Writes = 3 })
	c := b.club(nil)
	id := someone()
	token, other := b.signIn(id), b.signIn(adminID)
	net := request{Method: "POST", Path: c.path("/nets"), Token: token, Key: key(), Body: map[string]any{"name": "MemberBookings", "capacity": 1, "active": true}}
	b.Do(net).Want(t, "401 and 403: no admin yet", 403, "forbidden")
	b.put("PUT", other, c.path("/members/%d", id), map[string]string{"role": "admin"}).Want(t, "made one", 200, "")
	b.Do(net).Want(t, "403 was not kept", 201, "")

	lock, err := b.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Rollback(t.Context()) //nolint:errcheck // it only holds a lock
	if _, err := lock.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1, $2)`, 0x70617602, int32(c.nets[0])); err != nil {
		t.Fatal(err)
	}
	hold := request{Method: "POST", Path: c.path("/holds"), Token: other, Key: key(), Body: c.slot("10:00", "11:00", c.nets[0])}
	b.Do(hold).Want(t, "the net's lock is held", 503, "busy")
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := b.Do(hold)
	if a.Want(t, "503 was not kept", 201, ""); a.Header.Get("Idempotency-Replayed") != "" {
		t.Error("a first effect counts as repeated")
	}

	late := request{Method: "POST", Path: c.path("/holds"), Token: token, Key: key(), Body: c.slot("12:00", "13:00", c.nets[0])}
	for range 5 {
		if a = b.Do(late); a.Status == http.StatusTooManyRequests {
			break
		}
		late.Key, late.Body = key(), c.slot("12:00", "13:00", c.nets[len(c.nets)-1])
	}
	a.Want(t, "above the limit", 429, "rate-limited")
	var kept int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM idempotency_key WHERE key = $1 OR status >= 500 OR status IN (401, 403, 429)`, late.Key).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d refusals kept that may pass, %v", kept, err)
	}
}

func TestOnce_KeysAreRequiredAndRead(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	for name, k := range map[string]string{"none": "", "too long": strings.Repeat("k", 256), "an empty string": `""`, "an open quote": `"abc`, "an escaped end": `"abc\"`} {
		a := b.Do(request{Method: "POST", Path: c.path("/holds"), Token: member, Key: k, Body: c.slot("10:00", "11:00", c.nets[0])})
		if a.Status != http.StatusBadRequest || a.Problem(t).Type != "/problems/idempotency-key" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
	if a := b.Do(request{Method: "POST", Path: c.path("/holds"), Token: member, Key: strings.Repeat("k", 255), Body: c.slot("12:00", "13:00", c.nets[0])}); a.Status != http.StatusCreated {
		t.Errorf("255 characters: %d %s", a.Status, a.Body)
	}
}
