package filter

import (
	"testing"
	"time"
)

func TestProgress_BacksOffLongerAndReportsTheFirstFailure(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	tr := newProgress(Ledger{})
	for i, want := range []int{5, 10, 20, 40, 80, 160, 300, 300} {
		if first := tr.backOff(now); first != (i == 0) {
			t.Errorf("failure %d: first is %v", i+1, first)
		}
		if rest := tr.notBefore.Sub(now); rest.Seconds() != float64(want) {
			t.Errorf("failure %d: rests %s, want %d s", i+1, rest, want)
		}
	}
	for range 100 {
		tr.backOff(now)
	}
	if rest := tr.notBefore.Sub(now); rest != maxBackOff {
		t.Errorf("after many failures: rests %s", rest)
	}
}
