package filter

import (
	"errors"
	"testing"
)

func TestNextBatch_HalvesAfterAFailureAndGrowsWithTheBacklog(t *testing.T) {
	t.Parallel()
	slow := errors.New("timed out")
	for _, c := range []struct {
		stored, size, want int
		err                error
	}{
		{1000, 1000, 500, slow},
		{300, 1000, 150, slow}, // half of the batch that failed, not of the limit
		{30, 1000, batchMin, slow},
		{250, 250, 500, nil},
		{600, 600, 1000, nil},
		{10, 250, 250, nil}, // no backlog, so no growth
		{1000, 1000, 1000, errPoolNoAnswer},
	} {
		if got := nextBatch(c.stored, c.size, 1000, c.err); got != c.want {
			t.Errorf("after %d of %d, %v: %d, want %d", c.stored, c.size, c.err, got, c.want)
		}
	}
	if got := nextBatch(5, 5, 5, slow); got != 5 {
		t.Errorf("a maximum below the minimum: %d", got)
	}
}
