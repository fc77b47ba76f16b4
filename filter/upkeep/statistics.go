package upkeep

import (
	"context"

	"pavilion/filter"
)

// Statistics are the figures of the archive. Reading them costs a few small queries, whatever the size of the archive.
type Statistics struct {
	Periods   []Period
	Languages []LanguageCount // of the people who were active within the longest period
	Files     map[filter.FileCount]int64
}

// Period is what happened within some days, today included.
type Period struct {
	Days     int
	People   int64 // active
	Activity map[What]int64
}

// LanguageCount is a number of people by the language of their client. An empty language is not known.
type LanguageCount struct {
	Language string
	People   int64
}

// Statistics reads the figures.
func (c *Counters) Statistics(ctx context.Context) (Statistics, error) {
	today := c.day(c.now())
	var s Statistics
	for _, days := range []int{1, 7, 30} {
		since := today.AddDate(0, 0, 1-days)
		activity, err := c.store.sumDays(ctx, since)
		if err != nil {
			return s, err
		}
		if s.Languages, err = c.store.sumPeople(ctx, since); err != nil {
			return s, err
		}
		p := Period{Days: days, Activity: activity}
		for _, l := range s.Languages {
			p.People += l.People
		}
		s.Periods = append(s.Periods, p)
	}
	var err error
	s.Files, err = c.store.fileCounts(ctx)
	return s, err
}
