package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pavilion/sandbox/caller"
	"pavilion/sandbox/engines"
)

func TestAddress_OnlyTrustedHopsAreBelieved(t *testing.T) {
	t.Parallel()
	p := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"a stranger's word":        {"203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7"},
		"one proxy":                {"10.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		"what the client claims":   {"10.0.0.1:1", []string{"6.6.6.6, 198.51.100.1"}, "198.51.100.1"},
		"two proxies":              {"10.0.0.1:1", []string{"6.6.6.6, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		"two headers":              {"10.0.0.1:1", []string{"198.51.100.1", "10.9.9.9"}, "198.51.100.1"},
		"nonsense":                 {"10.0.0.1:1", []string{"unknown"}, "10.0.0.1"},
		"nonsense behind a hop":    {"10.0.0.1:1", []string{"x, 10.2.2.2"}, "10.2.2.2"},
		"no header":                {"10.0.0.1:1", nil, "10.0.0.1"},
		"IPv6":                     {"[2001:db8::1]:1", []string{"2001:4860::5"}, "2001:4860::5"},
		"IPv4 in IPv6":             {"[::ffff:10.0.0.1]:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"only proxies all the way": {"10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header["X-Forwarded-For"] = c.forwarded
		if got := p.client(r); got.String() != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if a, b := netip.MustParseAddr("2001:4860::1"), netip.MustParseAddr("2001:4860::2"); addressBlock(a) != addressBlock(b) {
		t.Error("one household's IPv6 addresses count apart")
	}
}

func TestThresholds_FloodStaysAwayAndOthersDoNotNotice(t *testing.T) {
	t.Parallel()
	th, err := newThresholds(10)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	flood, other := netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("203.0.113.2")
	allowed := 0
	for range 1000 {
		if th.wait(flood, now) == 0 {
			allowed++
		}
	}
	if allowed != 100 {
		t.Errorf("%d let in, want ten seconds' worth", allowed)
	}
	if th.wait(other, now) != 0 {
		t.Error("another address is kept out")
	}
	now = now.Add(addressPenalty - time.Second)
	if w := th.wait(flood, now); w != time.Second {
		t.Errorf("wait %s near the end of the penalty", w)
	}
	now = now.Add(2 * time.Second)
	if w := th.wait(flood, now); w != 0 {
		t.Errorf("wait %s after the penalty", w)
	}
	for i := range addressTable + 1000 {
		th.wait(netip.AddrFrom4([4]byte{100, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if th.table.Len() > addressTable {
		t.Errorf("the table grew to %d", th.table.Len())
	}
}

func TestGlobal_OneKeyTakesItsShareOnly(t *testing.T) {
	t.Parallel()
	g := newGlobalLimiter(160)
	now := time.Unix(0, 0)
	count := func(key func(i int) string) (n int) {
		for i := range 10_000 {
			if g.allow(key(i), now) {
				n++
			}
		}
		return n
	}
	if n := count(func(int) string { return "one" }); n != 40 {
		t.Errorf("one key took %d, want its shard's 40", n)
	}
	if n := count(strconv.Itoa); n != 120 {
		t.Errorf("all the others took %d, want the 120 that are left of the whole", n)
	}
}

// A client that sends a new token with each request fills its own shard only.
func TestGlobal_AnotherTokenIsNoOtherClient(t *testing.T) {
	t.Parallel()
	b := setup(t, func(_ *Deps, o *Options) { o.Limits.GlobalPerSecond = 4 }) // a shard takes one a second
	var refused int
	start := time.Now()
	for i := range 20 {
		if a := b.Do(request{Path: APIPath + "/things", Token: fmt.Sprintf("pva_made_up_%d", i)}); a.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if most := 2 + int(time.Since(start).Seconds()); 20-refused > most {
		t.Errorf("%d of 20 came through, want at most %d", 20-refused, most)
	}
}

func TestServer_FloodIsTurnedAwayBeforeAnyWork(t *testing.T) {
	t.Parallel()
	b := setup(t, func(_ *Deps, o *Options) { o.Limits.AddressPerSecond = 1 })
	var last answer
	for range 15 {
		last = b.Do(request{Path: "/ping"})
	}
	if last.Status != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" || last.Problem(t).Type != "/problems/rate-limited" {
		t.Errorf("%d %v %s", last.Status, last.Header, last.Body)
	}
	if last.Header.Get("X-Request-Id") != "" {
		t.Error("work was done for it")
	}
	b.Address = caller.FreshAddress()
	if a := b.Do(request{Path: "/ping"}); a.Status != 200 {
		t.Errorf("another address: %d", a.Status)
	}
}

// limitsOf sends a request until it is refused, and counts the allowed ones.
func limitsOf(t *testing.T, b *bundle, r request, most int) (allowed int, refused answer) {
	t.Helper()
	for range most {
		a := b.Do(r)
		if a.Status == http.StatusTooManyRequests {
			return allowed, a
		}
		allowed++
	}
	t.Fatalf("not refused after %d", most)
	return 0, answer{}
}

// about allows for the part of a quota that comes back while a slow machine sends its requests.
func about(start time.Time, got, want, quota int) bool {
	back := int(time.Since(start) * time.Duration(quota) / time.Minute)
	return got >= want && got <= want+back+1
}

func TestLimit_MemberAndAddressEachHaveTheirOwn(t *testing.T) {
	t.Parallel()
	b := setup(t, func(_ *Deps, o *Options) { o.Limits.Writes, o.Limits.SignIns = 5, 2 })
	a, c := b.signIn(someone()), b.signIn(someone())
	signOut := func(token string) request {
		return request{Method: "DELETE", Path: APIPath + "/sessions?x=1", Token: token}
	} // the unknown parameter is refused, and the request counts
	start := time.Now()
	n, refused := limitsOf(t, b, signOut(a.AccessToken), 20)
	if !about(start, n, 5, 5) {
		t.Errorf("a member got %d, want 5", n)
	}
	p := refused.Problem(t)
	retry, err := strconv.Atoi(refused.Header.Get("Retry-After"))
	if p.Type != "/problems/rate-limited" || err != nil || retry < 1 || retry > 12 {
		t.Errorf("%+v, Retry-After %q", p, refused.Header.Get("Retry-After"))
	}
	if refused.Header.Get("RateLimit-Policy") != `"write";q=5;w=60` || !strings.HasPrefix(refused.Header.Get("RateLimit"), `"write";r=0;t=`) {
		t.Errorf("%q %q", refused.Header.Get("RateLimit-Policy"), refused.Header.Get("RateLimit"))
	}
	if n, _ := limitsOf(t, b, signOut(c.AccessToken), 20); !about(start, n, 5, 5) {
		t.Errorf("another member at the same address got %d", n)
	}
	// Two sign-ins are used up; an address has the quota of ten members.
	bad := request{Method: "POST", Path: APIPath + "/sessions", Body: map[string]string{"init_data": "x=1", "client_id": clientID}}
	if n, _ := limitsOf(t, b, bad, 50); !about(start, n, 18, 20) {
		t.Errorf("the address got %d more sign-ins, want 18", n)
	}
	b.Address = caller.FreshAddress()
	if n, _ := limitsOf(t, b, request{Method: "DELETE", Path: APIPath + "/sessions", Token: "pva_guess"}, 50); !about(start, n, 20, 20) {
		t.Errorf("an address could guess %d tokens, want 20", n)
	}
}

func TestLimit_IsSharedByProcesses(t *testing.T) {
	t.Parallel()
	few := func(_ *Deps, o *Options) { o.Limits.SignIns = 1 }
	one, two := setup(t, few), setup(t, few)
	two.Address = one.Address
	bad := request{Method: "POST", Path: APIPath + "/sessions", Body: map[string]string{"init_data": "x=1", "client_id": clientID}}
	start := time.Now()
	for range 5 {
		one.Do(bad)
	}
	if n, _ := limitsOf(t, two, bad, 50); !about(start, n, 5, 10) {
		t.Errorf("the second process let %d in, want the 5 that were left", n)
	}
}

// While Redis is down or hangs, each process keeps the limits by itself and answers stay fast.
func TestLimit_WithoutRedis(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{Redis: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	b := setupOn(t, databaseURL(shared, cloneDB(t, templateDB)), e.RedisURL, func(_ *Deps, o *Options) { o.Limits.SignIns, o.Limits.Writes, o.Limits.Reads = 4, 4, 6 })
	bad := request{Method: "POST", Path: APIPath + "/sessions", Body: map[string]string{"init_data": "x=1", "client_id": clientID}}
	token := b.signIn(someone()).AccessToken
	e.StopRedis()
	start := time.Now()
	if n, refused := limitsOf(t, b, bad, 50); !about(start, n, 10, 10) || refused.Header.Get("Retry-After") == "" {
		t.Errorf("without Redis %d sign-ins of an address, want a quarter of 40", n)
	}
	write := request{Method: "DELETE", Path: APIPath + "/sessions?x=1", Token: token}
	if n, _ := limitsOf(t, b, write, 50); !about(start, n, 2, 2) {
		t.Errorf("without Redis %d writes of a member, want half of 4", n)
	}
	if n, _ := limitsOf(t, b, request{Path: APIPath + "/things", Token: token}, 50); !about(start, n, 6, 6) {
		t.Errorf("without Redis %d reads of a member, want all 6", n)
	}
	if took := time.Since(start); took > 15*time.Second { // a refused connection takes no time
		t.Errorf("22 requests took %s while Redis was down", took)
	}
	if got := caller.Metric(t, b.metrics, "pavilion_http_limit_total"); got == 0 {
		t.Error("nothing was counted")
	}
	if err := e.StartRedis(t.Context()); err != nil {
		t.Fatal(err)
	}
	caller.WaitFor(t, b.redis.Up)
	// A Redis that hangs delays each request until the probe notices.
	if err := e.PauseRedis(); err != nil {
		t.Fatal(err)
	}
	start = time.Now()
	b.Address = caller.FreshAddress()
	if n, _ := limitsOf(t, b, bad, 60); !about(start, n, 10, 10) {
		t.Errorf("with a Redis that hangs %d sign-ins of an address, want 10", n)
	}
	for range 30 {
		b.Do(bad)
	}
	if took := time.Since(start); took > 15*time.Second { // 20 s, if each waited for Redis
		t.Errorf("41 requests took %s while Redis hung", took)
	}
	caller.WaitFor(t, func() bool { return !b.redis.Up() }) // else a probe that began in the pause could end after it
	if err := e.ResumeRedis(); err != nil {
		t.Fatal(err)
	}
	caller.WaitFor(t, b.redis.Up)
	start = time.Now()
	b.Address = caller.FreshAddress()
	if n, _ := limitsOf(t, b, bad, 60); !about(start, n, 40, 40) {
		t.Errorf("with Redis again %d sign-ins of an address, want 40", n)
	}
}

func TestLimit_ParallelRequestsDoNotSlipThrough(t *testing.T) {
	t.Parallel()
	b := setup(t, func(_ *Deps, o *Options) { o.Limits.SignIns = 2 })
	var mu sync.Mutex
	allowed, start := 0, time.Now()
	var wg sync.WaitGroup
	for range 60 {
		wg.Go(func() {
			a, err := b.Try(request{Method: "POST", Path: APIPath + "/sessions", Body: map[string]string{"init_data": "x=1", "client_id": clientID}})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if a.Status != http.StatusTooManyRequests {
				allowed++
			}
		})
	}
	wg.Wait()
	if !about(start, allowed, 20, 20) {
		t.Errorf("%d of 60 at once were let in, want 20", allowed)
	}
}
