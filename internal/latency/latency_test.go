package latency_test

import (
	"fmt"
	"testing"
	"time"

	"pavilion/internal/latency"
)

func TestRecorder_ReportsTheLastMinutesOnly(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	r := latency.New(func() time.Time { return now })
	for i := range 100 {
		r.Observe("search", time.Duration(i+1)*time.Millisecond)
	}
	got := r.Report()
	if len(got) != 1 || got[0].Count != 100 {
		t.Fatalf("%+v", got)
	}
	for _, c := range []struct{ got, want time.Duration }{
		{got[0].P50, 50 * time.Millisecond}, {got[0].P95, 95 * time.Millisecond}, {got[0].P99, 99 * time.Millisecond}, {got[0].Max, 100 * time.Millisecond},
	} {
		if diff := (c.got - c.want).Abs(); diff > c.want/50 {
			t.Errorf("got %s, want %s within 2 %%", c.got, c.want)
		}
	}
	now = now.Add(3 * time.Minute)
	r.Observe("search", time.Second)
	if got := r.Report(); got[0].Count != 101 {
		t.Errorf("%d in the window, want 101", got[0].Count)
	}
	now = now.Add(3 * time.Minute)
	if got := r.Report(); got[0].Count != 1 {
		t.Errorf("%d in the window, want the last one only", got[0].Count)
	}
	now = now.Add(time.Hour)
	if got := r.Report(); len(got) != 0 {
		t.Errorf("%+v after an hour without anything", got)
	}
}

func TestRecorder_IsBounded(t *testing.T) {
	t.Parallel()
	r := latency.New(time.Now)
	for i := range 1000 {
		r.Observe(fmt.Sprint(i), time.Millisecond)
	}
	if got := len(r.Report()); got > 129 {
		t.Errorf("%d operations", got)
	}
}
