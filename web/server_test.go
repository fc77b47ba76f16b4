package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pavilion/internal/latency"
	"pavilion/sandbox/caller"
)

func TestServer_ErrorsAreProblemsWithoutInsides(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, c := range map[string]struct {
		r      request
		status int
		typ    string
	}{
		"nothing there":       {request{Path: "/api/v1/nonsense"}, 404, "/problems/not-found"},
		"nothing at all":      {request{Path: "/wp-admin.php"}, 404, "/problems/not-found"},
		"wrong method":        {request{Method: "PUT", Path: "/api/v1/sessions"}, 405, "/problems/method-not-allowed"},
		"broken JSON":         {request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":`}, 400, "/problems/malformed"},
		"a name twice":        {request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":"a","init_data":"b","client_id":"0123456789abcdef"}`}, 400, "/problems/malformed"},
		"more after it":       {request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":"a","client_id":"0123456789abcdef"} {}`}, 400, "/problems/malformed"},
		"unknown field":       {request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":"a","client_id":"0123456789abcdef","admin":true}`}, 422, "/problems/validation"},
		"another case":        {request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":"a","client_id":"0123456789abcdef","Init_Data":"b"}`}, 422, "/problems/validation"},
		"only another case":   {request{Method: "POST", Path: "/api/v1/sessions", Body: `{"Init_Data":"a","client_id":"0123456789abcdef"}`}, 422, "/problems/validation"},
		"a letter that folds": {request{Method: "POST", Path: "/api/v1/sessions/refresh", Body: `{"refreſh_token":"a","client_id":"0123456789abcdef"}`}, 422, "/problems/validation"},
		"null":                {request{Method: "POST", Path: "/api/v1/sessions", Body: `null`}, 400, "/problems/malformed"},
		"null in it":          {request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":null,"client_id":"0123456789abcdef"}`}, 400, "/problems/malformed"},
		"rubbish after it":    {request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":"a","client_id":"0123456789abcdef"}x`}, 400, "/problems/malformed"},
		"missing field":       {request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":"a"}`}, 422, "/problems/validation"},
		"not JSON":            {request{Method: "POST", Path: "/api/v1/sessions", Body: `x`, Headers: map[string]string{"Content-Type": "text/plain"}}, 415, "/problems/unsupported-media-type"},
		"unknown parameter":   {request{Method: "DELETE", Path: "/api/v1/sessions?everything=1", Token: "pva_x"}, 401, "/problems/sign-in-required"},
		"forged token":        {request{Method: "DELETE", Path: "/api/v1/sessions", Token: "pva_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, 401, "/problems/sign-in-required"},
		"no token":            {request{Method: "DELETE", Path: "/api/v1/sessions"}, 401, "/problems/sign-in-required"},
	} {
		a := b.Do(c.r)
		p := a.Problem(t)
		if a.Status != c.status || p.Type != c.typ || p.RequestID == "" || p.RequestID != a.Header.Get("X-Request-Id") {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		for _, inside := range []string{"goroutine", ".go:", "pgx", "json:", "init_data\":\"a"} {
			if bytes.Contains(a.Body, []byte(inside)) {
				t.Errorf("%s: the answer shows %q: %s", name, inside, a.Body)
			}
		}
	}
	unknown := b.Do(request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":"a","client_id":"0123456789abcdef","admin":true}`}).Problem(t)
	if len(unknown.Errors) != 1 || unknown.Errors[0].Pointer != "#/admin" {
		t.Errorf("the unknown field is not named: %+v", unknown)
	}
	if a := b.Do(request{Method: "PUT", Path: "/api/v1/sessions"}); a.Header.Get("Allow") != "POST, DELETE" {
		t.Errorf("Allow: %q", a.Header.Get("Allow"))
	}
}

// TestServer_WhileNothingMayChangeReadsAreAnswered refuses the sign-in, the API's actions and plain routes, before their work.
func TestServer_WhileNothingMayChangeReadsAreAnswered(t *testing.T) {
	t.Parallel()
	var frozen atomic.Bool
	b := setup(t, func(_ *Deps, o *Options) {
		o.MayChange = func(context.Context) error {
			if frozen.Load() {
				return errDependency
			}
			return nil
		}
	})
	b.server.Handle("POST /callbacks/bank", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	signIn := request{Method: "POST", Path: "/api/v1/sessions", Body: `{"init_data":"a","client_id":"0123456789abcdef"}`}
	callback := request{Method: "POST", Path: "/callbacks/bank", Body: `{}`}
	if a := b.Do(callback); a.Status != http.StatusNoContent {
		t.Errorf("before: %d", a.Status)
	}
	frozen.Store(true)
	for _, r := range []request{signIn, callback, {Method: "DELETE", Path: "/api/v1/sessions"}} {
		if a := b.Do(r); a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s: %d %s", r.Method, r.Path, a.Status, a.Body)
		}
	}
	if a := b.Do(request{Path: "/ping"}); a.Status != http.StatusOK {
		t.Errorf("a read: %d", a.Status)
	}
	if a := b.Do(request{Method: "POST", Path: "/nowhere"}); a.Status != http.StatusNotFound {
		t.Errorf("an address without a route: %d", a.Status)
	}
}

func TestServer_HeadersKeepBrowsersNarrow(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	a := b.Do(request{Path: "/ping", Headers: map[string]string{"Origin": "https://evil.example"}})
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Access-Control-Allow-Origin": ""} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	preflight := map[string]string{"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
	if a := b.Do(request{Method: "OPTIONS", Path: "/api/v1/sessions", Headers: preflight}); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("cross-origin calls are open")
	}
	b = setup(t, func(_ *Deps, o *Options) { o.Origins = []string{"https://club.example"} })
	for origin, want := range map[string]string{"https://club.example": "https://club.example", "https://evil.example": ""} {
		preflight["Origin"] = origin
		if a := b.Do(request{Method: "OPTIONS", Path: "/api/v1/sessions", Headers: preflight}); a.Header.Get("Access-Control-Allow-Origin") != want {
			t.Errorf("%s: allowed %q", origin, a.Header.Get("Access-Control-Allow-Origin"))
		}
	}
}

func TestServer_LargeRequestsAreCut(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	large := strings.Repeat("x", 10<<20)
	for name, body := range map[string]io.Reader{"with a length": strings.NewReader(large), "without one": io.MultiReader(strings.NewReader(`{"init_data":"`), strings.NewReader(large))} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.URL+"/api/v1/sessions", body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := b.Client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", name, err) // the server reads enough of the body that its answer is not lost
		}
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %s", name, res.Status)
		}
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	// The limit also holds for a plain route that reads its whole body.
	mux, read := http.NewServeMux(), make(chan error, 1)
	mux.HandleFunc("POST /reads", func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	})
	w := httptest.NewRecorder()
	b.server.layers(mux).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/reads", io.MultiReader(strings.NewReader(large))))
	if err := <-read; err == nil {
		t.Error("a handler could read ten megabytes")
	}
	a, err := b.Try(request{Path: "/ping", Headers: map[string]string{"X-Large": strings.Repeat("x", 64<<10)}})
	if err == nil && a.Status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("64 KB of header: %d", a.Status)
	}
}

func TestServer_PanicIsAnsweredCountedAndHidden(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /panics", func(http.ResponseWriter, *http.Request) { panic("the vault's number is 1234") })
	mux.HandleFunc("GET /half", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("x", 1<<16)))
		panic("late")
	})
	srv := &http.Server{Handler: b.server.layers(mux), ReadHeaderTimeout: time.Minute}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(l)   //nolint:errcheck // ended by Close
	defer srv.Close() //nolint:errcheck // a test's server
	b.URL = "http://" + l.Addr().String()
	a := b.Do(request{Path: "/panics"})
	if p := a.Problem(t); a.Status != 500 || p.Type != "/problems/internal" || bytes.Contains(a.Body, []byte("vault")) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if log := b.log.String(); !strings.Contains(log, "vault's number") || !strings.Contains(log, "server_test.go") {
		t.Error("the log does not hold the panic and where it was")
	}
	if _, err := b.Try(request{Path: "/half"}); err == nil {
		t.Error("half an answer passed for a whole one")
	}
	if got := caller.Metric(t, b.metrics, "pavilion_http_panics_total"); got != 2 {
		t.Errorf("%v panics counted", got)
	}
}

func TestServer_SlowRequestsAreCutOff(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, c := range map[string]struct{ sent, answer string }{
		"a header without an end": {"GET /ping HTTP/1.1\r\nHost: x\r\n", ""},
		"a body without an end":   {"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", "HTTP/1.1 408 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close() //nolint:errcheck // a test's connection
			if _, err := fmt.Fprint(conn, c.sent); err != nil {
				t.Fatal(err)
			}
			if err := conn.SetReadDeadline(time.Now().Add(2 * headerTimeout)); err != nil {
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
	b.Do(request{Method: "DELETE", Path: "/api/v1/sessions/current?secret=query-value", Token: tokens.AccessToken})
	b.Do(request{Method: "POST", Path: "/api/v1/sessions/refresh", Body: map[string]string{"refresh_token": tokens.RefreshToken, "client_id": clientID}})
	b.Do(request{Path: "/ping", Token: "another-bearer-token"})
	log := b.log.String()
	if strings.Count(log, `"msg":"request"`) < 4 {
		t.Error("requests are not logged")
	}
	for _, hidden := range []string{tokens.AccessToken, tokens.RefreshToken, "another-bearer-token", "query-value", "first_name", "Zoya", clientID, "hash="} {
		if strings.Contains(log, hidden) {
			t.Errorf("the log holds %q", hidden)
		}
	}
}

func TestServer_DescriptionAndItsPageNeedNoOtherSite(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for path, want := range map[string]string{"/api/docs/": "page.js", "/api/docs/page.js": "openapi.json", "/api/docs/page.css": "body", "/problems/slot-taken": "slot taken"} {
		a := b.Do(request{Path: path})
		if a.Status != 200 || !bytes.Contains(a.Body, []byte(want)) {
			t.Errorf("%s: %d", path, a.Status)
		}
		if bytes.Contains(a.Body, []byte("https://")) || bytes.Contains(a.Body, []byte("http://")) {
			t.Errorf("%s reaches for another site", path)
		}
		if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
	if a := b.Do(request{Path: "/problems/<script>"}); a.Status != 404 {
		t.Errorf("a name that is none: %d", a.Status)
	}
}

func TestServer_FinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	b := setup(t, nil)
	b.things.work = func() error {
		close(entered)
		<-release
		return nil
	}
	token := b.signIn(someone()).AccessToken
	got := make(chan int, 1)
	go func() {
		a, err := b.Try(request{Method: http.MethodPost, Path: APIPath + "/things", Token: token, Key: "k", Body: thingBody{"slow"}})
		if err != nil {
			got <- 0
			return
		}
		got <- a.Status
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
	case <-time.After(50 * time.Millisecond): // a wrong server would stop within this time
	}
	close(release)
	if status := <-got; status != http.StatusCreated {
		t.Errorf("the request under way got %d", status)
	}
	<-stopped
}

// TestServer_TheAccessLogIsSampled counts lines. Server errors are always logged.
func TestServer_TheAccessLogIsSampled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unlogged    float64
		least, most int
	}{{0, 200, 200}, {0.75, 20, 90}, {1, 0, 0}} {
		log := new(caller.Log)
		s, err := New(Deps{Metrics: prometheus.NewRegistry(), Latency: latency.New(time.Now), Texts: texts(t)}, Options{
			Limits: generous(), Unlogged: c.unlogged, Logger: slog.New(slog.NewJSONHandler(log, nil)), Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Handle("GET /answer/{status}", func(w http.ResponseWriter, r *http.Request) {
			status, _ := strconv.Atoi(r.PathValue("status"))
			w.WriteHeader(status)
		})
		ask := func(path string) {
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		}
		for range 200 {
			ask("/answer/200")
		}
		if lines := strings.Count(log.String(), `"msg":"request"`); lines < c.least || lines > c.most {
			t.Errorf("%v left out: %d lines of 200", c.unlogged, lines)
		}
		ask("/answer/503")
		if !strings.Contains(log.String(), `"status":503`) {
			t.Errorf("%v left out: a failed request is not logged", c.unlogged)
		}
	}
}
