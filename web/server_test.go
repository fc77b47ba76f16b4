package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestServer_ErrorsAreProblemsWithoutInsides(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, c := range map[string]struct {
		r      request
		status int
		typ    string
	}{
		"nothing there":     {request{path: "/api/v1/nonsense"}, 404, "/problems/not-found"},
		"nothing at all":    {request{path: "/wp-admin.php"}, 404, "/problems/not-found"},
		"wrong method":      {request{method: "PUT", path: "/api/v1/sessions"}, 405, "/problems/method-not-allowed"},
		"broken JSON":       {request{method: "POST", path: "/api/v1/sessions", body: `{"init_data":`}, 400, "/problems/malformed"},
		"a name twice":      {request{method: "POST", path: "/api/v1/sessions", body: `{"init_data":"a","init_data":"b","client_id":"0123456789abcdef"}`}, 400, "/problems/malformed"},
		"more after it":     {request{method: "POST", path: "/api/v1/sessions", body: `{"init_data":"a","client_id":"0123456789abcdef"} {}`}, 400, "/problems/malformed"},
		"unknown field":     {request{method: "POST", path: "/api/v1/sessions", body: `{"init_data":"a","client_id":"0123456789abcdef","admin":true}`}, 422, "/problems/validation"},
		"missing field":     {request{method: "POST", path: "/api/v1/sessions", body: `{"init_data":"a"}`}, 422, "/problems/validation"},
		"not JSON":          {request{method: "POST", path: "/api/v1/sessions", body: `x`, headers: map[string]string{"Content-Type": "text/plain"}}, 415, "/problems/unsupported-media-type"},
		"unknown parameter": {request{method: "DELETE", path: "/api/v1/sessions?everything=1", token: "pva_x"}, 401, "/problems/sign-in-required"},
		"forged token":      {request{method: "DELETE", path: "/api/v1/sessions", token: "pva_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, 401, "/problems/sign-in-required"},
		"no token":          {request{method: "DELETE", path: "/api/v1/sessions"}, 401, "/problems/sign-in-required"},
	} {
		a := b.do(c.r)
		p := a.problem(t)
		if a.status != c.status || p.Type != c.typ || p.RequestID == "" || p.RequestID != a.header.Get("X-Request-Id") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		for _, inside := range []string{"goroutine", ".go:", "pgx", "json:", "init_data\":\"a"} {
			if bytes.Contains(a.body, []byte(inside)) {
				t.Errorf("%s: the answer shows %q: %s", name, inside, a.body)
			}
		}
	}
	unknown := b.do(request{method: "POST", path: "/api/v1/sessions", body: `{"init_data":"a","client_id":"0123456789abcdef","admin":true}`}).problem(t)
	if len(unknown.Errors) != 1 || unknown.Errors[0].Pointer != "#/admin" {
		t.Errorf("the unknown field is not named: %+v", unknown)
	}
	if a := b.do(request{method: "PUT", path: "/api/v1/sessions"}); a.header.Get("Allow") != "POST, DELETE" {
		t.Errorf("Allow: %q", a.header.Get("Allow"))
	}
}

// Somebody must look at a 500; nobody needs to look at a client that hung up.
func TestServer_AClientThatLeavesIsNoFailure(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	token := b.member()
	lock, err := b.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Rollback(t.Context()) //nolint:errcheck // it only holds a lock
	if _, err := lock.Exec(t.Context(), `LOCK TABLE booking IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+c.path("/bookings"), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	left := make(chan error, 1)
	go func() {
		res, err := b.client.Do(req)
		if err == nil {
			err = errors.Join(errors.New("it was answered"), res.Body.Close())
		}
		left <- err
	}()
	until := func(want bool) {
		for waiting := !want; waiting != want; {
			if err := lock.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'booking'::regclass AND NOT granted)`).Scan(&waiting); err != nil {
				t.Fatal(err)
			}
		}
	}
	until(true)
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	until(false)
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.stop() // waits for the request
	if log := b.log.String(); !strings.Contains(log, `"code":"client_left"`) || strings.Contains(log, `"level":"ERROR"`) {
		t.Error("a client that left was not noted as one, or as a failure")
	}
}

func TestServer_HeadersKeepBrowsersNarrow(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	a := b.do(request{path: "/health/live", headers: map[string]string{"Origin": "https://evil.example"}})
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Access-Control-Allow-Origin": ""} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	preflight := map[string]string{"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
	if a := b.do(request{method: "OPTIONS", path: "/api/v1/sessions", headers: preflight}); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("cross-origin calls are open")
	}
	b = setup(t, func(_ *Deps, o *Options) { o.Origins = []string{"https://club.example"} })
	for origin, want := range map[string]string{"https://club.example": "https://club.example", "https://evil.example": ""} {
		preflight["Origin"] = origin
		if a := b.do(request{method: "OPTIONS", path: "/api/v1/sessions", headers: preflight}); a.header.Get("Access-Control-Allow-Origin") != want {
			t.Errorf("%s: allowed %q", origin, a.header.Get("Access-Control-Allow-Origin"))
		}
	}
}

func TestServer_LargeRequestsAreCut(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	large := strings.Repeat("x", 10<<20)
	for name, body := range map[string]io.Reader{"with a length": strings.NewReader(large), "without one": io.MultiReader(strings.NewReader(`{"init_data":"`), strings.NewReader(large))} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/api/v1/sessions", body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := b.client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", name, err) // an answer that comes while the body is still sent can be lost, but the server reads enough to avoid it
		}
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %s", name, res.Status)
		}
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	// Also where no library of the API's counts: a route that reads all it gets.
	mux, read := http.NewServeMux(), make(chan error, 1)
	mux.HandleFunc("POST /reads", func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	})
	w := httptest.NewRecorder()
	b.server.chain(mux).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/reads", io.MultiReader(strings.NewReader(large))))
	if err := <-read; err == nil {
		t.Error("a handler could read ten megabytes")
	}
	a, err := b.try(request{path: "/health/live", headers: map[string]string{"X-Large": strings.Repeat("x", 64<<10)}})
	if err == nil && a.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("64 KB of header: %d", a.status)
	}
}

func TestServer_PanicIsAnsweredCountedAndHidden(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps, _ *Options) {
		d.Probes = []Probe{{Name: "bad", Check: func(context.Context) Condition { return Condition{State: OK} }}}
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /panics", func(http.ResponseWriter, *http.Request) { panic("the vault's number is 1234") })
	mux.HandleFunc("GET /half", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("x", 1<<16)))
		panic("late")
	})
	srv := &http.Server{Handler: b.server.chain(mux), ReadHeaderTimeout: time.Second}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(l)   //nolint:errcheck // ended by Close
	defer srv.Close() //nolint:errcheck // a test's server
	b.url = "http://" + l.Addr().String()
	a := b.do(request{path: "/panics"})
	if p := a.problem(t); a.status != 500 || p.Type != "/problems/internal" || bytes.Contains(a.body, []byte("vault")) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if log := b.log.String(); !strings.Contains(log, "vault's number") || !strings.Contains(log, "server_test.go") {
		t.Error("the log does not hold the panic and where it was")
	}
	if _, err := b.try(request{path: "/half"}); err == nil {
		t.Error("half an answer passed for a whole one")
	}
	if got := figure(t, b, "pavilion_http_panics_total"); got != 2 {
		t.Errorf("%v panics counted", got)
	}
}

func TestServer_SlowRequestsAreCutOff(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, c := range map[string]struct{ sent, answer string }{
		"a header without an end": {"GET /health/live HTTP/1.1\r\nHost: x\r\n", ""},
		"a body without an end":   {"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", "HTTP/1.1 408 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close() //nolint:errcheck // a test's connection
			if _, err := fmt.Fprint(conn, c.sent); err != nil {
				t.Fatal(err)
			}
			if err := conn.SetReadDeadline(time.Now().Add(3 * headerTimeout)); err != nil {
				t.Fatal(err)
			}
			said, err := io.ReadAll(conn)
			if err != nil || !strings.HasPrefix(string(said), c.answer) || c.answer == "" && len(said) > 0 {
				t.Errorf("answered %q, %v", said, err)
			}
		})
	}
}

func TestServer_LogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	tokens := b.signIn(someone())
	b.do(request{method: "DELETE", path: "/api/v1/sessions/current?secret=query-value", token: tokens.AccessToken})
	b.do(request{method: "POST", path: "/api/v1/sessions/refresh", body: map[string]string{"refresh_token": tokens.RefreshToken, "client_id": clientID}})
	b.do(request{path: "/metrics", token: operatorToken})
	log := b.log.String()
	if strings.Count(log, `"msg":"request"`) < 4 {
		t.Error("requests are not logged")
	}
	for _, hidden := range []string{tokens.AccessToken, tokens.RefreshToken, operatorToken, "query-value", "first_name", "Zoya", clientID, "hash="} {
		if strings.Contains(log, hidden) {
			t.Errorf("the log holds %q", hidden)
		}
	}
}

func TestServer_DescriptionAndItsPageNeedNoOtherSite(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for path, want := range map[string]string{"/api/docs/": "page.js", "/api/docs/page.js": "openapi.json", "/api/docs/page.css": "body", "/problems/slot-taken": "slot taken"} {
		a := b.do(request{path: path})
		if a.status != 200 || !bytes.Contains(a.body, []byte(want)) {
			t.Errorf("%s: %d", path, a.status)
		}
		if bytes.Contains(a.body, []byte("https://")) || bytes.Contains(a.body, []byte("http://")) {
			t.Errorf("%s reaches for another site", path)
		}
		if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
	if a := b.do(request{path: "/problems/<script>"}); a.status != 404 {
		t.Errorf("a name that is none: %d", a.status)
	}
}

func TestServer_FinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	b := setup(t, func(d *Deps, _ *Options) {
		d.Probes = []Probe{{Name: "slow", Check: func(context.Context) Condition {
			close(entered)
			<-release
			return Condition{State: OK}
		}}}
	})
	got := make(chan int, 1)
	go func() {
		a, err := b.try(request{path: "/health"})
		if err != nil {
			got <- 0
			return
		}
		got <- a.status
	}()
	<-entered
	stopped := make(chan struct{})
	go func() {
		b.stop()
		close(stopped)
	}()
	select {
	case <-stopped:
		t.Error("stopped before the request was answered")
	case <-time.After(50 * time.Millisecond): // gives a wrong server the time to be wrong
	}
	close(release)
	if status := <-got; status != 200 && status != 503 {
		t.Errorf("the request under way got %d", status)
	}
	<-stopped
}
