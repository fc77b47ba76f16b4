package upkeep

import (
	"context"
	"time"

	"pavilion/filter"
)

// Missed is a search that found nothing.
type Missed struct {
	Words string // normalised, at most maxMissedWords characters
	Times int64
	Last  time.Time
}

const (
	maxMissedWords = 100
	// missedOften and missedLate are how many searches are kept: the most frequent ones, and the latest ones, among which new ones can become frequent.
	missedOften = 800
	missedLate  = 200
)

// missedWords returns the words of a query that are kept.
func missedWords(query string) string {
	words := []rune(filter.QueryWords(query))
	return string(words[:min(len(words), maxMissedWords)])
}

// Missed returns the most frequent searches that found nothing.
func (c *Counters) Missed(ctx context.Context, skip, most int) ([]Missed, error) {
	return c.store.missed(ctx, skip, most)
}

// ForgetMissed deletes the list of searches that found nothing.
func (c *Counters) ForgetMissed(ctx context.Context) error {
	c.flushing.Lock()
	defer c.flushing.Unlock()
	c.mu.Lock()
	clear(c.pending.missed)
	c.mu.Unlock()
	return c.store.forgetMissed(ctx)
}
