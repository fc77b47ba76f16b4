package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"runtime"
	rtmetrics "runtime/metrics"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pavilion/internal/latency"
)

// operating adds the endpoints for those who run Pavilion.
func (s *Server) operating(mux *http.ServeMux) {
	mux.HandleFunc("GET /health/live", s.live)
	mux.HandleFunc("GET /health/ready", s.ready)
	mux.HandleFunc("GET /health", s.ready)
	figures := promhttp.HandlerFor(s.deps.Metrics, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	mux.HandleFunc("GET /metrics", s.operatorOnly(figures.ServeHTTP))
	mux.HandleFunc("GET /performance", s.operatorOnly(s.performance))
}

// operatorOnly lets in who knows the operator's token. Without one the address does not exist.
func (s *Server) operatorOnly(next http.HandlerFunc) http.HandlerFunc {
	want := sha256.Sum256([]byte(s.opts.OperatorToken.Reveal()))
	return func(w http.ResponseWriter, r *http.Request) {
		if s.opts.OperatorToken.Empty() {
			s.refuse(w, r, errNotFound)
			return
		}
		token, _ := bearer(r.Header.Get("Authorization"))
		got := sha256.Sum256([]byte(token)) // equal lengths, so that comparing tells nothing
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			s.refuse(w, r, errOperator)
			return
		}
		next(w, r)
	}
}

// bearer takes the token out of an Authorization header.
func bearer(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// performance is what somebody asks first when it is slow.
func (s *Server) performance(w http.ResponseWriter, _ *http.Request) {
	type operation struct {
		Operation string  `json:"operation"`
		Count     int64   `json:"count"`
		P50       float64 `json:"p50_ms"`
		P95       float64 `json:"p95_ms"`
		P99       float64 `json:"p99_ms"`
		Max       float64 `json:"max_ms"`
	}
	type query struct {
		SQL    string  `json:"sql"`
		Count  int64   `json:"count"`
		Errors int64   `json:"errors"`
		Mean   float64 `json:"mean_ms"`
		Max    float64 `json:"max_ms"`
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	operations, queries := []operation{}, []query{}
	for _, r := range s.deps.Latency.Report() {
		operations = append(operations, operation{r.Operation, r.Count, ms(r.P50), ms(r.P95), ms(r.P99), ms(r.Max)})
	}
	for _, k := range s.deps.Queries.Slowest(20) {
		queries = append(queries, query{k.SQL, k.Count, k.Errors, ms(k.Total / time.Duration(k.Count)), ms(k.Max)})
	}
	s.json(w, http.StatusOK, map[string]any{
		"window_seconds": int(latency.Window.Seconds()), "operations": operations, "slowest_queries": queries, "runtime": runtimeFigures(),
	})
}

// runtimeFigures are memory, goroutines and garbage collection as the runtime counts them, without stopping the world.
func runtimeFigures() map[string]any {
	names := map[string]string{
		"/memory/classes/total:bytes": "memory_mapped_bytes", "/memory/classes/heap/objects:bytes": "heap_live_bytes",
		"/memory/classes/heap/released:bytes": "heap_released_bytes", "/gc/heap/goal:bytes": "heap_goal_bytes",
		"/sched/goroutines:goroutines": "goroutines", "/gc/cycles/total:gc-cycles": "gc_cycles",
	}
	samples := make([]rtmetrics.Sample, 0, len(names)+1)
	for name := range names {
		samples = append(samples, rtmetrics.Sample{Name: name})
	}
	const pauses = "/sched/pauses/total/gc:seconds"
	samples = append(samples, rtmetrics.Sample{Name: pauses})
	rtmetrics.Read(samples)
	out := map[string]any{"go": runtime.Version(), "processors": runtime.GOMAXPROCS(0)}
	for _, sample := range samples {
		switch {
		case sample.Name == pauses && sample.Value.Kind() == rtmetrics.KindFloat64Histogram:
			h := sample.Value.Float64Histogram()
			out["gc_pause_p50_ms"], out["gc_pause_p99_ms"] = 1000*quantile(h, .5), 1000*quantile(h, .99)
		case sample.Value.Kind() == rtmetrics.KindUint64:
			out[names[sample.Name]] = sample.Value.Uint64()
		}
	}
	return out
}

// quantile is the upper bound of the bucket in which a share q of all values is reached.
func quantile(h *rtmetrics.Float64Histogram, q float64) float64 {
	var total, seen uint64
	for _, n := range h.Counts {
		total += n
	}
	for i, n := range h.Counts {
		seen += n
		if total > 0 && float64(seen) >= q*float64(total) {
			return h.Buckets[min(i+1, len(h.Buckets)-2)] // the last bound is infinite
		}
	}
	return 0
}
