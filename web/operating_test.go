package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"pavilion/internal/secret"
)

// figure reads one metric; its series are added up.
func figure(t *testing.T, b *bundle, name string) float64 {
	t.Helper()
	families, err := b.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		var sum float64
		for _, m := range f.GetMetric() {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
		return sum
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

func TestOperating_FiguresAreNotPublic(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, path := range []string{"/metrics", "/performance"} {
		if a := b.do(request{path: path}); a.status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", path, a.status)
		}
		if a := b.do(request{path: path, token: operatorToken + "x"}); a.status != http.StatusUnauthorized {
			t.Errorf("%s with a wrong token: %d", path, a.status)
		}
		if a := b.do(request{path: path, token: operatorToken}); a.status != http.StatusOK {
			t.Errorf("%s with the token: %d", path, a.status)
		}
	}
	closed := setup(t, func(_ *Deps, o *Options) { o.OperatorToken = secret.String{} })
	for _, token := range []string{"", operatorToken} {
		if a := closed.do(request{path: "/metrics", token: token}); a.status != http.StatusNotFound {
			t.Errorf("without a configured token: %d", a.status)
		}
	}
}

func TestOperating_PerformanceTellsPercentilesQueriesAndMemory(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(someone())
	a := b.do(request{path: "/performance", token: operatorToken})
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
	}
	a.into(t, &got)
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
		b := setup(t, func(d *Deps, o *Options) {
			d.Probes, o.API = []Probe{probe("postgres", true), probe("redis", false)}, false
		})
		for _, path := range []string{"/health", "/health/ready"} {
			a := b.do(request{path: path})
			var got report
			a.into(t, &got)
			if a.status != c.status || got.State != c.state || got.Parts["postgres"].State != c.postgres || got.Parts["redis"].State != c.redis {
				t.Errorf("%+v: %d %s", c, a.status, a.body)
			}
			if c.status == 503 && a.header.Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
		}
		if a := b.do(request{path: "/health/live"}); a.status != 200 {
			t.Errorf("live: %d", a.status)
		}
		if a := b.do(request{path: "/api/v1/sessions"}); a.status != 404 {
			t.Errorf("a process without the http role serves the API: %d", a.status)
		}
		b.stop()
	}
}

func TestMetrics_CountRoutesAndNotPaths(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, path := range []string{"/a", "/b", "/api/v1/c"} {
		b.do(request{path: path})
	}
	b.do(request{method: "BREW", path: "/health/live"})
	a := b.do(request{path: "/metrics", token: operatorToken})
	text := string(a.body)
	if !strings.Contains(text, `pavilion_http_requests_total{method="GET",route="none",status="404"} 3`) || !strings.Contains(text, `method="other"`) {
		t.Errorf("%s", text)
	}
	for _, leak := range []string{"BREW", `"/a"`} {
		if strings.Contains(text, leak) {
			t.Errorf("a client can make series: %s", leak)
		}
	}
}
