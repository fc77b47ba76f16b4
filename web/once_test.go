package web

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
		return request{method: "POST", path: c.path("/holds"), token: member, key: k, body: body}
	}
	body := c.slot("10:00", "11:00", c.nets[0])
	k := key()
	counts := tally(t, 20, func(int) (answer, error) { return b.try(hold(k, body)) })
	if counts["201"]+counts["409 /problems/idempotency-in-progress"] != 20 || counts["201"] == 0 {
		t.Errorf("%v", counts)
	}
	first := b.do(hold(k, body))
	if first.status != http.StatusCreated || first.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%d %v", first.status, first.header)
	}
	var rows int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM booking`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d bookings, %v", rows, err)
	}
	reordered := fmt.Sprintf(`{ "end":%q, "start":%q,
		"nets":[%d] }`, c.at("11:00"), c.at("10:00"), c.nets[0])
	if a := b.do(hold(fmt.Sprintf("%q", k), reordered)); a.status != http.StatusCreated || !bytes.Equal(a.body, first.body) {
		t.Errorf("quoted key, other order: %d %s", a.status, a.body)
	}
	if a := b.do(hold(k, c.slot("12:00", "13:00", c.nets[0]))); a.status != 422 || a.problem(t).Type != "/problems/idempotency-mismatch" {
		t.Errorf("another body: %d %s", a.status, a.body)
	}
	var held BookingBody
	first.into(t, &held)
	b.act(member, c, held.ID, "cancel", nil)
	if a := b.do(hold(k, body)); a.status != http.StatusCreated || !bytes.Equal(a.body, first.body) {
		t.Errorf("after the cancellation: %d %s", a.status, a.body)
	}
	another := b.member()
	if a := b.do(request{method: "POST", path: c.path("/holds"), token: another, key: k, body: body}); a.status != http.StatusCreated || a.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("somebody else's key of the same name: %d %s", a.status, a.body)
	}
}

func TestOnce_RefusalsAreKeptWhereTheyLast(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	winner, loser := b.member(), b.member()
	held := b.hold(winner, c, c.slot("10:00", "11:00", c.nets[0]))
	k := key()
	r := request{method: "POST", path: c.path("/holds"), token: loser, key: k, body: c.slot("10:00", "11:00", c.nets[0])}
	first := b.do(r)
	b.act(winner, c, held.ID, "cancel", nil)
	again := b.do(r)
	if first.status != 409 || again.status != 409 || !bytes.Equal(first.body, again.body) || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%d %s, then %d %s", first.status, first.body, again.status, again.body)
	}
	r.key = key()
	if a := b.do(r); a.status != http.StatusCreated {
		t.Errorf("with a new key: %d %s", a.status, a.body)
	}
}

// What may be otherwise the next time is not kept: the same key does its work once the reason is gone.
func TestOnce_RefusalsThatMayPassFreeTheKey(t *testing.T) {
	t.Parallel()
	b := setup(t, func(_ *Deps, o *Options) { o.Limits.Writes = 3 })
	c := b.club(nil)
	id := someone()
	token, other := b.signIn(id).AccessToken, b.signIn(adminID).AccessToken
	net := request{method: "POST", path: c.path("/nets"), token: token, key: key(), body: map[string]any{"name": "Mine", "capacity": 1, "active": true}}
	b.do(net).want(t, "401 and 403: no admin yet", 403, "forbidden")
	b.put("PUT", other, c.path("/members/%d", id), map[string]string{"role": "admin"}).want(t, "made one", 200, "")
	b.do(net).want(t, "403 was not kept", 201, "")

	lock, err := b.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Rollback(t.Context()) //nolint:errcheck // it only holds a lock
	if _, err := lock.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1, $2)`, 0x70617602, int32(c.nets[0])); err != nil {
		t.Fatal(err)
	}
	hold := request{method: "POST", path: c.path("/holds"), token: other, key: key(), body: c.slot("10:00", "11:00", c.nets[0])}
	b.do(hold).want(t, "the net's lock is held", 503, "busy")
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := b.do(hold)
	if a.want(t, "503 was not kept", 201, ""); a.header.Get("Idempotency-Replayed") != "" {
		t.Error("a first effect counts as repeated")
	}

	late := request{method: "POST", path: c.path("/holds"), token: token, key: key(), body: c.slot("12:00", "13:00", c.nets[0])}
	for range 5 {
		if a = b.do(late); a.status == http.StatusTooManyRequests {
			break
		}
		late.key, late.body = key(), c.slot("12:00", "13:00", c.nets[len(c.nets)-1])
	}
	a.want(t, "above the limit", 429, "rate-limited")
	var kept int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM idempotency_key WHERE key = $1 OR status >= 500 OR status IN (401, 403, 429)`, late.key).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d refusals kept that may pass, %v", kept, err)
	}
}

func TestOnce_KeysAreRequiredAndRead(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	for name, k := range map[string]string{"none": "", "too long": strings.Repeat("k", 256), "an empty string": `""`, "an open quote": `"abc`, "an escaped end": `"abc\"`} {
		a := b.do(request{method: "POST", path: c.path("/holds"), token: member, key: k, body: c.slot("10:00", "11:00", c.nets[0])})
		if a.status != http.StatusBadRequest || a.problem(t).Type != "/problems/idempotency-key" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if k, err := parseKey(`"a\\b\"c"`); err != nil || k != `a\b"c` {
		t.Errorf("%q %v", k, err)
	}
	b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
	if a := b.do(request{method: "POST", path: c.path("/holds"), token: member, key: strings.Repeat("k", 255), body: c.slot("12:00", "13:00", c.nets[0])}); a.status != http.StatusCreated {
		t.Errorf("255 characters: %d %s", a.status, a.body)
	}
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{"", "abc", `"abc"`, `"a\"b"`, `"`, `"\`, strings.Repeat("x", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		k, err := parseKey(header)
		if err == nil && (k == "" || len(k) > 255) {
			t.Fatalf("%q was read as %q", header, k)
		}
	})
}
