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

// A busy channel adds gaps all the time. They do not hold up the reading of the first ones.
func TestProgress_FurtherGapsDoNotExtendTheWait(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	tr := newProgress(Ledger{})
	tr.noteSeen(3, now)
	tr.noteSeen(9, now.Add(900*time.Millisecond))
	tr.deferEvent(9, now.Add(1800*time.Millisecond))
	if !tr.gapsBegan.Equal(now) {
		t.Errorf("the wait begins %s later", tr.gapsBegan.Sub(now))
	}
	for id := MessageID(1); id <= 9; id++ {
		tr.markStored(id, false)
	}
	later := now.Add(time.Minute)
	if tr.deferEvent(10, later); !tr.gapsBegan.Equal(later) {
		t.Errorf("the wait of the next gap begins %s after it", later.Sub(tr.gapsBegan))
	}
}
