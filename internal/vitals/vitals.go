// Package vitals reads memory, goroutines and garbage collection from the Go runtime, without stopping the world.
package vitals

import (
	"runtime"
	"runtime/metrics"
)

// Vitals are the figures at one moment.
type Vitals struct {
	Go         string  `json:"go"`
	Processors int     `json:"processors"`
	Mapped     uint64  `json:"memory_mapped_bytes"`
	Live       uint64  `json:"heap_live_bytes"`
	Released   uint64  `json:"heap_released_bytes"`
	Goal       uint64  `json:"heap_goal_bytes"`
	Goroutines uint64  `json:"goroutines"`
	Cycles     uint64  `json:"gc_cycles"`
	PauseP50   float64 `json:"gc_pause_p50_ms"`
	PauseP99   float64 `json:"gc_pause_p99_ms"`
}

// Read reads the figures.
func Read() Vitals {
	v := Vitals{Go: runtime.Version(), Processors: runtime.GOMAXPROCS(0)}
	const pauses = "/sched/pauses/total/gc:seconds"
	into := map[string]*uint64{
		"/memory/classes/total:bytes": &v.Mapped, "/memory/classes/heap/objects:bytes": &v.Live, "/memory/classes/heap/released:bytes": &v.Released,
		"/gc/heap/goal:bytes": &v.Goal, "/sched/goroutines:goroutines": &v.Goroutines, "/gc/cycles/total:gc-cycles": &v.Cycles,
	}
	samples := []metrics.Sample{{Name: pauses}}
	for name := range into {
		samples = append(samples, metrics.Sample{Name: name})
	}
	metrics.Read(samples)
	for _, s := range samples {
		switch {
		case s.Name == pauses && s.Value.Kind() == metrics.KindFloat64Histogram:
			h := s.Value.Float64Histogram()
			v.PauseP50, v.PauseP99 = 1000*quantile(h, .5), 1000*quantile(h, .99)
		case s.Value.Kind() == metrics.KindUint64:
			*into[s.Name] = s.Value.Uint64()
		}
	}
	return v
}

// quantile is the upper bound of the bucket in which a share q of all values is reached.
func quantile(h *metrics.Float64Histogram, q float64) float64 {
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
