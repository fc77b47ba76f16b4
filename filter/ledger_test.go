package filter

import (
	"math/rand/v2"
	"testing"
)

// TestLedger_GapsEqualASetOfIDs compares the ranges with a plain set of ids under random operations.
func TestLedger_GapsEqualASetOfIDs(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var l Ledger
		want := map[MessageID]bool{}
		for range 40 {
			from := MessageID(1 + rng.IntN(60))
			r := Range{from, from + MessageID(rng.IntN(12))}
			owe := rng.IntN(2) == 0
			if owe {
				l.AddGap(r)
			} else {
				l.FillGap(r)
			}
			for id := r.From; id <= r.To; id++ {
				if owe {
					want[id] = true
				} else {
					delete(want, id)
				}
			}
			ids := l.NextMissing(1000)
			if len(ids) != len(want) || l.GapSize() != len(want) {
				t.Fatalf("owes %v, want %d ids", l.Gaps, len(want))
			}
			for i, id := range ids {
				if !want[id] || i > 0 && ids[i-1] >= id {
					t.Fatalf("id %d in %v", id, l.Gaps)
				}
			}
			for i := 1; i < len(l.Gaps); i++ {
				if l.Gaps[i-1].To+1 >= l.Gaps[i].From {
					t.Fatalf("gaps touch: %v", l.Gaps)
				}
			}
		}
	}
}
