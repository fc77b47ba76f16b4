package ops

import (
	"net/http"
	"time"

	"pavilion/internal/latency"
	"pavilion/internal/vitals"
	"pavilion/storage"
)

// performance answers with percentiles, the slowest queries and the runtime's figures.
func performance(version string, recorder *latency.Recorder, tracer *storage.QueryTracer) http.HandlerFunc {
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
	return func(w http.ResponseWriter, _ *http.Request) {
		operations, queries := []operation{}, []query{}
		for _, r := range recorder.Report() {
			operations = append(operations, operation{r.Operation, r.Count, ms(r.P50), ms(r.P95), ms(r.P99), ms(r.Max)})
		}
		for _, k := range tracer.Slowest(20) {
			queries = append(queries, query{k.SQL, k.Count, k.Errors, ms(k.Total / time.Duration(k.Count)), ms(k.Max)})
		}
		writeJSON(w, http.StatusOK, map[string]any{
			"version": version, "window_seconds": int(latency.Window.Seconds()), "operations": operations, "slowest_queries": queries, "runtime": vitals.Read(),
		})
	}
}
