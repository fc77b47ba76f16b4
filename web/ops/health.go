package ops

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// State is the condition of a part in one word.
type State string

// The states: works, works less well, does not work.
const (
	OK       State = "ok"
	Degraded State = "degraded"
	Down     State = "down"
)

// Condition is the result of a probe.
type Condition struct {
	State State          `json:"state"`
	Facts map[string]any `json:"facts,omitempty"` // numbers and states, no addresses and no error texts
}

// Probe asks one part for its condition.
type Probe struct {
	Name string
	// Critical: without this part the process cannot do its job, and is not ready.
	Critical bool
	Check    func(ctx context.Context) Condition
}

// health runs the probes at most once a second; frequent requests get the last report.
type health struct {
	probes   []Probe
	now      func() time.Time
	stopping func() bool // the process only finishes requests under way

	mu   sync.Mutex
	at   time.Time
	last report
}

type report struct {
	State State                `json:"state"`
	Parts map[string]Condition `json:"parts"`
}

const (
	probeTimeout = time.Second
	reportAge    = time.Second
)

// report returns a recent report. A stopping process is down: it must get no new requests. Callers wait under the lock for the probes of the
// first one.
func (h *health) report(ctx context.Context) report {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at.IsZero() || h.now().Sub(h.at) >= reportAge {
		h.last, h.at = h.probe(context.WithoutCancel(ctx)), h.now()
	}
	r := h.last
	if h.stopping() {
		r.State = Down
	}
	return r
}

// probe runs all probes at once.
func (h *health) probe(ctx context.Context) report {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	conditions := make([]Condition, len(h.probes))
	var wg sync.WaitGroup
	for i, p := range h.probes {
		wg.Go(func() { conditions[i] = p.Check(ctx) })
	}
	wg.Wait()
	r := report{State: OK, Parts: map[string]Condition{}}
	for i, p := range h.probes {
		r.Parts[p.Name] = conditions[i]
		switch {
		case conditions[i].State == Down && p.Critical:
			r.State = Down
		case conditions[i].State != OK && r.State == OK:
			r.State = Degraded
		}
	}
	return r
}

// live answers that the process serves. It checks no dependency: a restart would repair none.
func (h *health) live(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]State{"state": OK})
}

// ready answers with the condition of every part.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	report := h.report(r.Context())
	status := http.StatusOK
	if report.State == Down {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "2")
	}
	writeJSON(w, status, report)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // the client may be gone
}
