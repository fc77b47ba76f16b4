package filter

import (
	"context"
	"time"

	"pavilion/storage"
)

// FileCount names a number of files: of a kind in a channel, or of a kind in the whole archive, where the channel is 0.
type FileCount struct {
	Channel ChannelID
	Kind    Kind
}

// fileCounts are changes of the numbers of files. The numbers are sums over the stored documents: a file with copies in two pools counts twice until
// the copies are merged.
type fileCounts map[FileCount]int64

// add counts a document n times: once in the archive, and once in each of its channels.
func (c fileCounts) add(doc fileDoc, n int64) {
	kind := Kind(doc.Kind) //nolint:gosec // of four
	c[FileCount{0, kind}] += n
	seen := map[ChannelID]bool{}
	for _, packed := range doc.Places {
		if p, err := unpackPlace(packed); err == nil && !seen[p.Channel] {
			seen[p.Channel] = true
			c[FileCount{p.Channel, kind}] += n
		}
	}
}

// CountFiles counts the files by reading all documents, a page at a time. It fails if a pool does not answer.
func CountFiles(ctx context.Context, pools *storage.Pools) (map[FileCount]int64, error) {
	counts := fileCounts{}
	for _, pool := range pools.All() {
		err := eachPage(ctx, pool, filesCollection, []string{"t", "p"}, func(docs []fileDoc) int64 {
			for _, d := range docs {
				counts.add(d, 1)
			}
			return docs[len(docs)-1].ID
		})
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

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
