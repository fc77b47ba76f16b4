package ops

import (
	"net/http"
	"runtime"
	rtmetrics "runtime/metrics"
	"time"

	"pavilion/internal/latency"
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
			"version": version, "window_seconds": int(latency.Window.Seconds()), "operations": operations, "slowest_queries": queries, "runtime": runtimeFigures(),
		})
	}
}

// runtimeFigures reads memory, goroutines and garbage collection from the runtime, without stopping the world.
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
