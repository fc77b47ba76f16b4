package filter

import (
	"context"
	"time"
)

// PeopleCount names a number of people: those of a language whose last activity was on a day.
type PeopleCount struct {
	Day      time.Time // see DayIn
	Language string
}

// CountPeople counts the people who were active since a day of a zone, by reading all of them, a page at a time. It fails if a pool does not answer.
func (a *Audience) CountPeople(ctx context.Context, since time.Time, zone *time.Location) (map[PeopleCount]int64, error) {
	last := map[int64]personDoc{} // of people with documents in two pools the later counts
	for _, pool := range a.pools.All() {
		err := eachPage(ctx, pool, usersCollection, []string{"s", "l"}, func(people []personDoc) int64 {
			for _, p := range people {
				if !DayIn(unixTime(p.Seen), zone).Before(since) && p.Seen > last[p.ID].Seen {
					last[p.ID] = p
				}
			}
			return people[len(people)-1].ID
		})
		if err != nil {
			return nil, err
		}
	}
	counts := map[PeopleCount]int64{}
	for _, p := range last {
		counts[PeopleCount{DayIn(unixTime(p.Seen), zone), p.Language}]++
	}
	return counts, nil
}

// DayIn returns the day of t in a zone, as the midnight in UTC that has the same date. Days are stored as dates.
func DayIn(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
