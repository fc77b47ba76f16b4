package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"pavilion/sandbox"
)

const (
	promise  = 5 * time.Second  // the longest allowed time from the end of a fault to a final answer
	giveUp   = 30 * time.Second // without a final answer by then the table says so
	calm     = 2 * time.Second  // between two faults
	everyone = 6                // number of clients
)

// record counts the clients' answers for each fault.
type record struct {
	mu     sync.Mutex
	phases []*phase
	odd    map[string]int // unexpected answers
}

// phase is a fault and the time until the next one.
type phase struct {
	name     string
	felt     bool
	ended    time.Time // zero while the fault lasts
	requests int
	failures map[string]int        // tries without a final answer, by status
	first    map[int]time.Duration // from the fault's end to each client's first final answer
	longest  time.Duration         // from the first try of an action to its final answer
	later    time.Duration         // the same, of the actions that began after the fault's end
	all      chan struct{}         // closed once every client has a final answer
}

func newRecord() *record {
	r := &record{odd: map[string]int{}}
	r.open("before", false)
	return r
}

func (r *record) open(name string, felt bool) *phase {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &phase{name: name, felt: felt, failures: map[string]int{}, first: map[int]time.Duration{}, all: make(chan struct{})}
	r.phases = append(r.phases, p)
	return p
}

// try records a try without a final answer.
func (r *record) try(status string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.phases[len(r.phases)-1]
	p.requests++
	p.failures[status]++
}

// final records a client's final answer. began is the time of the action's first try.
func (r *record) final(client int, began time.Time) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.phases[len(r.phases)-1]
	p.requests++
	p.longest = max(p.longest, now.Sub(began))
	if !p.ended.IsZero() && began.After(p.ended) {
		p.later = max(p.later, now.Sub(began))
	}
	if _, known := p.first[client]; p.ended.IsZero() || known {
		return
	}
	p.first[client] = now.Sub(p.ended)
	if len(p.first) == everyone {
		close(p.all)
	}
}

// strange records an unexpected answer.
func (r *record) strange(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.odd[what]++
}

// inject begins and ends a fault, then waits until every client has a final answer.
func (r *record) inject(ctx context.Context, f fault) error {
	if err := sandbox.Pause(ctx, calm); err != nil {
		return err
	}
	p := r.open(f.name, f.felt)
	if err := f.begin(ctx); err != nil {
		return err
	}
	if err := errors.Join(sandbox.Pause(ctx, f.lasts), f.end(ctx)); err != nil {
		return err
	}
	r.mu.Lock()
	p.ended = time.Now()
	r.mu.Unlock()
	select {
	case <-p.all:
	case <-time.After(giveUp):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// print writes the table. It returns true if all clients had final answers within promise, also to every later action, if clients noticed the faults
// that they must notice, and if no answer was unexpected.
func (r *record) print(out io.Writer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	ok := true
	fmt.Fprintln(out, "| fault | requests | tries without a final answer | first final answer | every client's | longest wait | verdict |\n|---|---|---|---|---|---|---|")
	for _, p := range r.phases[1:] {
		first, last, verdict := time.Duration(-1), time.Duration(-1), "ok"
		for _, d := range p.first {
			if first < 0 || d < first {
				first = d
			}
			last = max(last, d)
		}
		if len(p.first) < everyone || last > promise || p.later > promise || p.felt && len(p.failures) == 0 {
			ok, verdict = false, "FAIL"
		}
		fmt.Fprintf(out, "| %s | %d | %s | %s | %s | %s | %s |\n", p.name, p.requests, counts(p.failures), seconds(first), seconds(last), seconds(p.longest), verdict)
	}
	for _, what := range slices.Sorted(maps.Keys(r.odd)) {
		ok = false
		fmt.Fprintf(out, "FAIL  %d answers that no client should see: %s\n", r.odd[what], what)
	}
	return ok
}

func seconds(d time.Duration) string {
	if d < 0 {
		return "none"
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func counts(of map[string]int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		list = append(list, fmt.Sprintf("%d × %s", of[name], name))
	}
	if list == nil {
		return "0"
	}
	return strings.Join(list, ", ")
}
