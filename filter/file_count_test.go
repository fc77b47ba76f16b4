package filter_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"pavilion/filter"
)

// The sums of all changes are the numbers that a count of all documents finds.
func TestFileCount_ChangesAddUpToTheCountOfAllFiles(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	var mu sync.Mutex
	sums := map[filter.FileCount]int64{}
	ix.OnCount(func(changes map[filter.FileCount]int64) {
		mu.Lock()
		defer mu.Unlock()
		for k, n := range changes {
			if sums[k] += n; sums[k] == 0 {
				delete(sums, k)
			}
		}
	})
	ix.addBothChannels(t)
	photo := post(3, "Team.jpg")
	photo.Media.Kind = filter.KindPhoto
	again := secondChannelPost(1, "Golden.River.mkv") // also posted in the first channel
	again.Media.Document = post(1, "").Media.Document
	ix.storePosts(t, post(1, "Golden.River.mkv"), post(2, "Silent.Harbour.mkv"), photo, again)
	ix.Delete(channel, []filter.MessageID{2})
	edited := post(1, "Golden River, renamed.mkv")
	ix.Edit(edited)
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	counted, err := filter.CountFiles(t.Context(), ix.pools)
	if err != nil {
		t.Fatal(err)
	}
	want := map[filter.FileCount]int64{
		{Kind: filter.KindVideo}: 1, {Kind: filter.KindPhoto}: 1, {Channel: channel, Kind: filter.KindVideo}: 1, {Channel: channel, Kind: filter.KindPhoto}: 1, {Channel: channel + 1, Kind: filter.KindVideo}: 1,
	}
	mu.Lock()
	defer mu.Unlock()
	if !reflect.DeepEqual(counted, want) || !reflect.DeepEqual(sums, want) {
		t.Errorf("counted %v, sums %v, want %v", counted, sums, want)
	}
}

func TestAudience_EachChangeSaysWhatWasBefore(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	people := filter.NewAudience(ix.pools, func() time.Time { return now })
	var got []filter.Activity
	people.OnActive(func(a filter.Activity) { got = append(got, a) })
	first := now
	if err := people.MarkActive(t.Context(), 7, "en"); err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 0, 2)
	if err := people.MarkActive(t.Context(), 7, ""); err != nil {
		t.Fatal(err)
	}
	if err := people.SetLanguage(t.Context(), 7, "hi"); err != nil {
		t.Fatal(err)
	}
	if err := people.SetLanguage(t.Context(), 8, "hi"); err != nil { // who never talked to the bot
		t.Fatal(err)
	}
	want := []filter.Activity{
		{New: true, At: first, Language: "en"}, {Before: first, At: now, LanguageBefore: "en", Language: "en"}, {Before: now, At: now, LanguageBefore: "en", Language: "hi"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	counts, err := people.CountPeople(t.Context(), now.AddDate(0, 0, -7), time.UTC)
	if err != nil || !reflect.DeepEqual(counts, map[filter.PeopleCount]int64{{Day: now.Truncate(24 * time.Hour), Language: "hi"}: 1}) {
		t.Errorf("%v, %v", counts, err)
	}
}

func TestAudience_AMinuteIsWrittenOnce(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	now := time.Date(2026, 3, 1, 23, 59, 10, 0, time.UTC)
	people := filter.NewAudience(ix.pools, func() time.Time { return now })
	writes := 0
	people.OnActive(func(filter.Activity) { writes++ })
	mark := func(language string, wantWrites int) filter.Person {
		t.Helper()
		writes = 0
		if err := people.MarkActive(t.Context(), 7, language); err != nil {
			t.Fatal(err)
		}
		p, err := people.Person(t.Context(), 7)
		if err != nil {
			t.Fatal(err)
		}
		if writes != wantWrites {
			t.Errorf("%d writes, want %d", writes, wantWrites)
		}
		return p
	}
	first := now
	mark("en", 1)
	now = now.Add(40 * time.Second)
	if p := mark("en", 0); !p.Seen.Equal(first) {
		t.Errorf("seen %s, want %s", p.Seen, first)
	}
	mark("", 0)
	if p := mark("hi", 1); p.Language != "hi" {
		t.Errorf("language %q", p.Language)
	}
	if err := people.MarkBlocked(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if p := mark("hi", 1); p.Blocked {
		t.Error("somebody who writes is still noted as having blocked the bot")
	}
	if err := people.Forget(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	mark("hi", 1)
	now = now.Add(20 * time.Second) // the next day
	if p := mark("hi", 1); !p.Seen.Equal(now) {
		t.Errorf("seen %s, want %s", p.Seen, now)
	}
}
