package rehearsal

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
)

const (
	again  = 100 * time.Millisecond // before a request is repeated
	giveUp = 2 * time.Minute        // a request without a final answer by then is a fault
)

// answers measures how long clients wait for final answers.
type answers struct {
	mu      sync.Mutex
	changed chan struct{} // closed at the next final answer
	counts  []int         // final answers of each client
	gap     time.Duration
	refused map[string]int
	faults  []string
}

func newAnswers(clients int) *answers {
	return &answers{changed: make(chan struct{}), counts: make([]int, clients), refused: map[string]int{}}
}

// ask sends a request, and repeats it under the same key, until its answer is final. It returns false if that is not the wanted one.
func (a *answers) ask(ctx context.Context, number int, v *visitor, r request) (miniapp.Answer, bool) {
	v.renew(ctx)
	began := time.Now()
	for {
		got, err := v.Send(ctx, r.method, r.path, r.key, r.body)
		var reason string
		switch {
		case err != nil:
			reason = "no answer"
		case got.Status == http.StatusBadGateway, got.Status == http.StatusServiceUnavailable, got.Status == http.StatusGatewayTimeout:
			reason = strings.TrimSpace(fmt.Sprintf("%d %s", got.Status, got.Problem()))
		case got.Problem() == "idempotency-in-progress": // the dead process's transaction ends
			reason = got.Problem()
		case got.Status != r.status:
			a.final(number, began, fmt.Sprintf("%s %s: %d %s", r.method, r.path, got.Status, got.Body))
			return got, false
		default:
			a.final(number, began, "")
			return got, true
		}
		a.refuse(reason)
		if time.Since(began) > giveUp || ctx.Err() != nil {
			a.final(number, began, fmt.Sprintf("%s %s: no final answer after %s; last: %s, %v", r.method, r.path, time.Since(began).Round(time.Second), reason, err))
			return got, false
		}
		_ = sandbox.Pause(ctx, again) // the next try sees that ctx has ended
	}
}

// request is a request with its final answer's status.
type request struct {
	method, path, key string
	body              any
	status            int
}

func (a *answers) final(client int, began time.Time, problem string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gap = max(a.gap, time.Since(began))
	a.counts[client]++
	if problem != "" {
		a.faults = append(a.faults, problem)
	}
	close(a.changed)
	a.changed = make(chan struct{})
}

func (a *answers) refuse(reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refused[reason]++
}

// begin starts the measurement of a step.
func (a *answers) begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gap, a.refused = 0, map[string]int{}
}

// measure waits until every client has one more final answer, so that no request of the step is open, and returns the measurement.
func (a *answers) measure(ctx context.Context) (gap time.Duration, refused map[string]int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := slices.Clone(a.counts)
	for i := range before {
		for a.counts[i] == before[i] {
			changed := a.changed
			a.mu.Unlock()
			select {
			case <-changed:
			case <-ctx.Done():
				err = ctx.Err()
			}
			a.mu.Lock()
			if err != nil {
				return 0, nil, err
			}
		}
	}
	return a.gap, maps.Clone(a.refused), nil
}

// total returns the number of final answers, and the unwanted ones.
func (a *answers) total() (n int, faults []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.counts {
		n += c
	}
	return n, slices.Clone(a.faults)
}
