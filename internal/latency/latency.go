// Package latency remembers how long each kind of operation took in the last minutes.
//
// It keeps HdrHistograms in a ring, one for each minute, so that percentiles are of what happened lately and not since the start. The
// number of operations is bounded: names come from code, never from outside.
package latency

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Window is how far back a report reaches.
const Window = 5 * time.Minute

const (
	slotCount      = 5
	slotLength       = Window / slotCount
	maxOperations       = 128 // operations; one takes about 120 KB
	minMicroseconds     = 1   // microseconds
	maxMicroseconds    = 60_000_000
	significantDigits     = 2
	otherOperations = "other" // where there are too many names
)

// Recorder takes durations and reports percentiles.
type Recorder struct {
	now func() time.Time

	mu      sync.Mutex
	rotated time.Time
	ops     map[string]*hdrhistogram.WindowedHistogram
}

// Report is one operation's figures.
type Report struct {
	Operation          string
	Count              int64
	P50, P95, P99, Max time.Duration
}

// New makes an empty recorder.
func New(now func() time.Time) *Recorder {
	return &Recorder{now: now, rotated: now(), ops: map[string]*hdrhistogram.WindowedHistogram{}}
}

// Observe notes one operation.
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
	_ = w.Current.RecordValue(min(max(took.Microseconds(), minMicroseconds), maxMicroseconds)) // within its range, so never an error
}

// rotate drops what is older than the window; r.mu is held.
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

// Report gives the figures of every operation of the window, the slowest p95 first.
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
