package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// diary notes what parts do, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

// part works until it is told to stop, and then needs that long.
func (d *diary) part(name string, needs time.Duration) part {
	return part{name, func(ctx context.Context) error {
		<-ctx.Done()
		d.note("stop " + name)
		time.Sleep(needs) // a bubble's clock
		d.note("end " + name)
		return ctx.Err()
	}}
}

func TestStages_StopInReverseEachAfterTheOneBehindIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var d diary
		result := make(chan error, 1)
		go func() {
			result <- runStages(ctx, time.Minute, []part{d.part("pools", time.Second)}, []part{d.part("workers", time.Second)}, []part{d.part("ingress", time.Second)})
		}()
		synctest.Wait()
		cancel()
		began := time.Now()
		if err := <-result; err != nil {
			t.Errorf("being told to stop is an error: %v", err)
		}
		want := []string{"stop ingress", "end ingress", "stop workers", "end workers", "stop pools", "end pools"}
		if !slices.Equal(d.lines, want) {
			t.Errorf("%q, want %q", d.lines, want)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("stopped in %s, want 3s: no stage waits for its deadline", took)
		}
	})
}

func TestStages_ADeadlineIsKeptAndWhoMissedItIsNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var d diary
		stuck := make(chan struct{})
		defer close(stuck)
		deaf := part{"deaf", func(context.Context) error { <-stuck; return nil }}
		result := make(chan error, 1)
		go func() {
			result <- runStages(ctx, 10*time.Second, []part{d.part("pools", time.Second)}, []part{deaf, d.part("quick", time.Second)})
		}()
		synctest.Wait()
		cancel()
		began := time.Now()
		err := <-result
		if err == nil || !strings.Contains(err.Error(), "deaf") || strings.Contains(err.Error(), "quick") || strings.Contains(err.Error(), "pools") {
			t.Errorf("%v; want an error that names deaf and nobody else", err)
		}
		if took := time.Since(began); took != 11*time.Second {
			t.Errorf("stopped in %s, want 11s: the deadline of one stage and a second of the other", took)
		}
		if want := []string{"stop quick", "end quick", "stop pools", "end pools"}; !slices.Equal(d.lines, want) {
			t.Errorf("%q, want %q: the stages before it stop all the same", d.lines, want)
		}
	})
}

func TestStages_APartThatEndsEarlyStopsTheRest(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, c := range map[string]struct{ returns, want error }{"with an error": {broken, broken}, "without one": {nil, errEarly}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var d diary
				frail := part{"frail", func(context.Context) error { time.Sleep(time.Hour); return c.returns }}
				err := runStages(t.Context(), time.Minute, []part{d.part("pools", 0)}, []part{frail, d.part("neighbour", 0)}, []part{d.part("ingress", 0)})
				if !errors.Is(err, c.want) || !strings.Contains(err.Error(), "frail") {
					t.Errorf("%v, want %v with the part's name", err, c.want)
				}
				if want := []string{"stop ingress", "end ingress", "stop neighbour", "end neighbour", "stop pools", "end pools"}; !slices.Equal(d.lines, want) {
					t.Errorf("%q, want %q", d.lines, want)
				}
			})
		})
	}
}
