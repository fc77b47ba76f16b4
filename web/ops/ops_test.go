package ops

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/caller"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
	"pavilion/storage"
	"pavilion/web"
)

func TestOperating_FiguresAreNotPublic(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, path := range []string{"/metrics", "/performance"} {
		if a := b.Do(request{Path: path}); a.Status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", path, a.Status)
		}
		if a := b.Do(request{Path: path, Token: operatorToken + "x"}); a.Status != http.StatusUnauthorized {
			t.Errorf("%s with a wrong token: %d", path, a.Status)
		}
		if a := b.Do(request{Path: path, Token: operatorToken}); a.Status != http.StatusOK {
			t.Errorf("%s with the token: %d", path, a.Status)
		}
	}
	if strings.Contains(b.log.String(), operatorToken) {
		t.Error("the log holds the operator's token")
	}
	closed := setup(t, func(o *Options) { o.Token = secret.String{} })
	for _, token := range []string{"", operatorToken} {
		if a := closed.Do(request{Path: "/metrics", Token: token}); a.Status != http.StatusNotFound {
			t.Errorf("without a configured token: %d", a.Status)
		}
	}
}

func TestOperating_PerformanceTellsPercentilesQueriesAndMemory(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	b := build(t, nil)
	open := func(tracer pgx.QueryTracer) *pgxpool.Pool {
		t.Helper()
		db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(e.PostgresURL), Tracer: tracer})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		return db
	}
	if _, err := migrations.Up(t.Context(), open(nil)); err != nil { // not traced: it is slower than everything below
		t.Fatal(err)
	}
	db := open(b.queries)
	sessions, err := web.NewSessions(db, web.SessionOptions{Logger: b.logger, ConnWait: 4 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	const botToken = "7000000001:test"
	web.NewAPI(b.server, sessions, web.APIOptions{BotToken: secret.New(botToken)})
	b.serve(t)
	data, err := miniapp.InitData(botToken, world.User{ID: 4_300_000_001}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.Do(request{Method: http.MethodPost, Path: web.APIPath + "/sessions", Body: map[string]string{"init_data": data, "client_id": "the-phone-0123456789"}}).Want(t, "sign in", http.StatusCreated, "")
	a := b.Do(request{Path: "/performance", Token: operatorToken})
	var got struct {
		Operations []struct {
			Operation string  `json:"operation"`
			Count     int64   `json:"count"`
			P50       float64 `json:"p50_ms"`
			P99       float64 `json:"p99_ms"`
		} `json:"operations"`
		Queries []struct {
			SQL string  `json:"sql"`
			Max float64 `json:"max_ms"`
		} `json:"slowest_queries"`
		Runtime map[string]any `json:"runtime"`
		Version string         `json:"version"`
	}
	a.Into(t, &got)
	if got.Version != "test" {
		t.Errorf("version %q", got.Version)
	}
	found := map[string]bool{}
	for _, o := range got.Operations {
		found[o.Operation] = o.Count > 0 && o.P50 > 0 && o.P99 >= o.P50
	}
	if !found["http /api/v1/sessions"] || !found["postgres"] {
		t.Errorf("operations: %+v", got.Operations)
	}
	insert := false
	for _, q := range got.Queries {
		insert = insert || strings.HasPrefix(q.SQL, "INSERT INTO session_refresh") && q.Max > 0
	}
	if !insert {
		t.Errorf("queries: %+v", got.Queries)
	}
	for _, name := range []string{"goroutines", "heap_live_bytes", "gc_cycles", "gc_pause_p99_ms"} {
		if _, ok := got.Runtime[name].(float64); !ok {
			t.Errorf("%s is missing in %v", name, got.Runtime)
		}
	}
}

func TestHealth_ReadyNamesPartsAndTellsTheTruth(t *testing.T) {
	t.Parallel()
	states := map[string]State{"postgres": OK, "redis": OK}
	probe := func(name string, critical bool) Probe {
		return Probe{Name: name, Critical: critical, Check: func(context.Context) Condition {
			return Condition{State: states[name], Facts: map[string]any{"asked": true}}
		}}
	}
	for _, c := range []struct {
		postgres, redis State
		status          int
		state           State
	}{{OK, OK, 200, OK}, {OK, Down, 200, Degraded}, {OK, Degraded, 200, Degraded}, {Degraded, OK, 200, Degraded}, {Down, OK, 503, Down}, {Down, Down, 503, Down}} {
		states["postgres"], states["redis"] = c.postgres, c.redis
		b := setup(t, func(o *Options) { o.Probes = []Probe{probe("postgres", true), probe("redis", false)} })
		for _, path := range []string{"/health", "/health/ready"} {
			a := b.Do(request{Path: path})
			var got report
			a.Into(t, &got)
			if a.Status != c.status || got.State != c.state || got.Parts["postgres"].State != c.postgres || got.Parts["redis"].State != c.redis {
				t.Errorf("%+v: %d %s", c, a.Status, a.Body)
			}
			if c.status == 503 && a.Header.Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
		}
		if a := b.Do(request{Path: "/health/live"}); a.Status != 200 {
			t.Errorf("live: %d", a.Status)
		}
		if a := b.Do(request{Path: "/api/v1/sessions"}); a.Status != 404 {
			t.Errorf("a process without the http role serves the API: %d", a.Status)
		}
		b.stop()
	}
}

// A process that stops finishes its requests and is not ready for others.
func TestHealth_StoppingIsDown(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	b := setup(t, func(o *Options) {
		o.Probes = []Probe{{Name: "slow", Check: func(context.Context) Condition {
			close(entered)
			<-release
			return Condition{State: OK}
		}}}
	})
	got := make(chan int, 1)
	go func() {
		a, err := b.Try(request{Path: "/health"})
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
	caller.WaitFor(t, b.server.Stopping)
	close(release)
	if status := <-got; status != http.StatusServiceUnavailable {
		t.Errorf("the request under way got %d", status)
	}
	<-stopped
}

func TestMetrics_CountRoutesAndNotPaths(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, path := range []string{"/a", "/b", "/api/v1/c"} {
		b.Do(request{Path: path})
	}
	b.Do(request{Method: "BREW", Path: "/health/live"})
	a := b.Do(request{Path: "/metrics", Token: operatorToken})
	text := string(a.Body)
	if !strings.Contains(text, `pavilion_http_requests_total{method="GET",route="none",status="404"} 3`) || !strings.Contains(text, `method="other"`) {
		t.Errorf("%s", text)
	}
	for _, leak := range []string{"BREW", `"/a"`} {
		if strings.Contains(text, leak) {
			t.Errorf("a client can make series: %s", leak)
		}
	}
}
