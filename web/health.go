package web

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// State is how a part does.
type State string

// The states: works, works less well, does not work.
const (
	OK       State = "ok"
	Degraded State = "degraded"
	Down     State = "down"
)

// Condition is what a probe found.
type Condition struct {
	State State          `json:"state"`
	Facts map[string]any `json:"facts,omitempty"` // numbers and states, no addresses and no error texts
}

// Probe asks one part how it does.
type Probe struct {
	Name string
	// Critical: without this part the process cannot do its job, and is not ready.
	Critical bool
	Check    func(ctx context.Context) Condition
}

// health asks the probes, at most once in a while: whoever asks often gets the same answer and costs nothing.
type health struct {
	probes []Probe
	now    func() time.Time

	mu       sync.Mutex
	at       time.Time
	last     report
	stopping bool
}

type report struct {
	State State                `json:"state"`
	Parts map[string]Condition `json:"parts"`
}

const (
	probeTimeout = time.Second
	probeKept    = time.Second
)

func newHealth(probes []Probe, now func() time.Time) *health {
	return &health{probes: probes, now: now}
}

// stop makes the process not ready, so that no new requests are sent to it while the last ones are answered.
func (h *health) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopping = true
}

// report asks all probes at once. The lock is held meanwhile: others wait for this answer rather than ask as well.
func (h *health) report(ctx context.Context) report {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at.IsZero() || h.now().Sub(h.at) >= probeKept {
		h.last, h.at = h.ask(context.WithoutCancel(ctx)), h.now()
	}
	r := h.last
	if h.stopping {
		r.State = Down
	}
	return r
}

func (h *health) ask(ctx context.Context) report {
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

// live says that the process serves; restarting it would not help anything else.
func (s *Server) live(w http.ResponseWriter, _ *http.Request) {
	s.json(w, http.StatusOK, map[string]State{"state": OK})
}

// ready names every part.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	report := s.health.report(r.Context())
	status := http.StatusOK
	if report.State == Down {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "2")
	}
	s.json(w, status, report)
}

func (s *Server) json(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // the client may be gone
}
