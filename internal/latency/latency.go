// Package latency reports percentiles of the durations of operations in the last five minutes, and counts how often operations meet their objectives.
//
// It keeps one HdrHistogram for each operation and minute, so that old durations drop out. The number of operations is limited: further ones count
// together as "other". Callers take the names from code, never from input.
package latency

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Window is the time that a report covers.
const Window = 5 * time.Minute

const (
	slotCount         = 5
	slotLength        = Window / slotCount
	maxOperations     = 128 // operations; one takes about 120 KB
	minMicroseconds   = 1   // microseconds
	maxMicroseconds   = 60_000_000
	significantDigits = 2
	otherOperations   = "other" // where there are too many names
)

// Recorder collects durations.
type Recorder struct {
	now func() time.Time

	mu      sync.Mutex
	rotated time.Time
	ops     map[string]*hdrhistogram.WindowedHistogram
	judged  map[string]Objective
}

// Objective is how often an operation was good enough and how often it was not, since the start.
type Objective struct{ Met, Missed int64 }

// Report has the figures of one operation.
type Report struct {
	Operation          string
	Count              int64
	P50, P95, P99, Max time.Duration
}

// New makes an empty Recorder.
func New(now func() time.Time) *Recorder {
	return &Recorder{now: now, rotated: now(), ops: map[string]*hdrhistogram.WindowedHistogram{}, judged: map[string]Objective{}}
}

// Observe adds the duration of an operation.
func (r *Recorder) Observe(operation string, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rotate()
	w := r.ops[operation]
	if w == nil {
		if len(r.ops) >= maxOperations {
			operation = otherOperations
		}
		if w = r.ops[operation]; w == nil {
			w = hdrhistogram.NewWindowed(slotCount, minMicroseconds, maxMicroseconds, significantDigits)
			r.ops[operation] = w
		}
	}
	_ = w.Current.RecordValue(min(max(took.Microseconds(), minMicroseconds), maxMicroseconds)) // cannot fail within the range
}

// Judge counts an operation towards its objective.
func (r *Recorder) Judge(operation string, met bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.judged[operation]
	if met {
		o.Met++
	} else {
		o.Missed++
	}
	r.judged[operation] = o
}

// Objective returns the counts of an operation.
func (r *Recorder) Objective(operation string) Objective {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.judged[operation]
}

// rotate drops the histograms that are older than the window. r.mu is held.
func (r *Recorder) rotate() {
	n := int(r.now().Sub(r.rotated) / slotLength)
	if n <= 0 {
		return
	}
	r.rotated = r.rotated.Add(time.Duration(n) * slotLength)
	for range min(n, slotCount) {
		for _, w := range r.ops {
			w.Rotate()
		}
	}
}

// Report returns the figures of every operation in the window, the slowest p95 first.
func (r *Recorder) Report() []Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rotate()
	var out []Report
	for name, w := range r.ops {
		h := w.Merge()
		if h.TotalCount() == 0 {
			continue
		}
		at := func(q float64) time.Duration { return time.Duration(h.ValueAtQuantile(q)) * time.Microsecond }
		out = append(out, Report{Operation: name, Count: h.TotalCount(), P50: at(50), P95: at(95), P99: at(99), Max: at(100)})
	}
	slices.SortFunc(out, func(a, b Report) int {
		if a.P95 != b.P95 {
			return int(b.P95 - a.P95)
		}
		return strings.Compare(a.Operation, b.Operation)
	})
	return out
}
