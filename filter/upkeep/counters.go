package upkeep

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
)

// What names a thing that is counted by day.
type What string

// The things that are counted.
const (
	SearchFound  What = "search_found"
	SearchMissed What = "search_missed"
	InlineQuery  What = "inline_query"
	Delivery     What = "delivery" // of one file
)

// Counters count what happens in the archive. They keep changes in memory and write them every flushEvery, so a kill loses a few seconds of counts. The
// numbers of people and files, which are sums of changes, are counted anew by maintenance.
type Counters struct {
	store  counterStore
	logger *slog.Logger
	now    func() time.Time
	zone   *time.Location

	flushing sync.Mutex
	mu       sync.Mutex
	pending  changes
}

// changes are counts that are not stored yet.
type changes struct {
	days   map[dayCount]int64
	people map[filter.PeopleCount]int64
	files  map[filter.FileCount]int64
	missed map[string]Missed
	taken  map[filter.DocumentID]int64
}

type dayCount struct {
	day  time.Time // see filter.DayIn
	what What
}

const (
	flushEvery = 10 * time.Second
	flushCall  = 5 * time.Second
	// maxPendingMissed bounds the memory for searches without a result between two writes. Further ones are counted, and their words are not kept.
	maxPendingMissed = 2000
	// maxPendingTaken bounds the memory for files that were taken while Postgres is down. Further files are not counted.
	maxPendingTaken = 20_000
	// countedDays is how far back people are counted by their last activity.
	countedDays = 31
)

// NewCounters makes Counters whose days are those of a zone; Run writes them.
func NewCounters(db *pgxpool.Pool, zone *time.Location, logger *slog.Logger, now func() time.Time) *Counters {
	return &Counters{store: counterStore{db}, logger: logger.With("component", "counters"), now: now, zone: zone, pending: newChanges()}
}

func newChanges() changes {
	return changes{map[dayCount]int64{}, map[filter.PeopleCount]int64{}, map[filter.FileCount]int64{}, map[string]Missed{}, map[filter.DocumentID]int64{}}
}

// Searched counts a search in a chat. Of a search that found nothing it keeps the words, without the person.
func (c *Counters) Searched(query string, found bool) {
	if found {
		c.add(SearchFound, 1)
		return
	}
	c.add(SearchMissed, 1)
	words := missedWords(query)
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, known := c.pending.missed[words]; words != "" && (known || len(c.pending.missed) < maxPendingMissed) {
		c.pending.missed[words] = Missed{words, m.Times + 1, c.now()}
	}
}

// AskedInline counts an inline query. Its words are not kept, because most inline queries are unfinished.
func (c *Counters) AskedInline() { c.add(InlineQuery, 1) }

// Delivered counts files that were sent.
func (c *Counters) Delivered(files int) { c.add(Delivery, int64(files)) }

// Taken counts how often people take each file; see Popularity.
func (c *Counters) Taken(files ...filter.DocumentID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range files {
		if _, known := c.pending.taken[id]; known || len(c.pending.taken) < maxPendingTaken {
			c.pending.taken[id]++
		}
	}
}

func (c *Counters) add(what What, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending.days[dayCount{c.day(c.now()), what}] += n
}

// NoteActivity moves a person from the day of the last activity to the new one.
func (c *Counters) NoteActivity(a filter.Activity) {
	before := filter.PeopleCount{Day: c.day(a.Before), Language: a.LanguageBefore}
	after := filter.PeopleCount{Day: c.day(a.At), Language: a.Language}
	if !a.New && before == after {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !a.New && before.Day.After(c.day(c.now()).AddDate(0, 0, -countedDays)) {
		c.pending.people[before]--
	}
	c.pending.people[after]++
}

// NoteFiles adds changes of the numbers of files.
func (c *Counters) NoteFiles(counts map[filter.FileCount]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, n := range counts {
		c.pending.files[k] += n
	}
}

// Run writes the counts until ctx ends, and then once more.
func (c *Counters) Run(ctx context.Context) error {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return c.Flush(context.WithoutCancel(ctx))
		case <-ticker.C:
			if err := c.Flush(ctx); err != nil && ctx.Err() == nil {
				c.logger.LogAttrs(ctx, slog.LevelInfo, "counts are not written yet", slog.Any("error", err))
			}
		}
	}
}

// Flush writes the counts in memory. After an error they stay for the next call.
func (c *Counters) Flush(ctx context.Context) error {
	c.flushing.Lock()
	defer c.flushing.Unlock()
	c.mu.Lock()
	now := c.pending
	c.pending = newChanges()
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, flushCall)
	defer cancel()
	err := c.store.add(ctx, now)
	if err != nil {
		c.restore(now)
	}
	return err
}

// restore adds changes that were not stored to the newer ones.
func (c *Counters) restore(old changes) {
	c.mu.Lock()
	defer c.mu.Unlock()
	addAll(c.pending.days, old.days)
	addAll(c.pending.people, old.people)
	addAll(c.pending.files, old.files)
	addAll(c.pending.taken, old.taken)
	for words, m := range old.missed {
		if newer, known := c.pending.missed[words]; known || len(c.pending.missed) < maxPendingMissed {
			m.Times, m.Last = m.Times+newer.Times, later(m.Last, newer.Last)
			c.pending.missed[words] = m
		}
	}
}

func addAll[K comparable](to, from map[K]int64) {
	for k, n := range from {
		to[k] += n
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Recount replaces the numbers of files and people by counted ones. Changes during the count are lost until the next one.
func (c *Counters) Recount(ctx context.Context, files map[filter.FileCount]int64, people map[filter.PeopleCount]int64) error {
	c.flushing.Lock()
	defer c.flushing.Unlock()
	c.mu.Lock()
	c.pending.people, c.pending.files = map[filter.PeopleCount]int64{}, map[filter.FileCount]int64{}
	c.mu.Unlock()
	return c.store.replace(ctx, files, people)
}

// Expire deletes old counts, and searches without a result that nobody made for half a year. It returns how many rows there were.
func (c *Counters) Expire(ctx context.Context) (int64, error) {
	return c.store.expire(ctx, c.day(c.now()))
}

// CountPeople counts the people who are counted by the day of their last activity.
func (c *Counters) CountPeople(ctx context.Context, people *filter.Audience) (map[filter.PeopleCount]int64, error) {
	return people.CountPeople(ctx, c.day(c.now()).AddDate(0, 0, 1-countedDays), c.zone)
}

func (c *Counters) day(t time.Time) time.Time { return filter.DayIn(t, c.zone) }
