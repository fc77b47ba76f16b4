package httpapi

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
