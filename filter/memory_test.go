package filter_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/filter"
)

// Tests of what searches keep in memory. A search finds what any process has stored before. With TrustVersion it finds at once what its own process has stored.

func TestSearch_FindsWhatAnotherProcessJustStored(t *testing.T) {
	t.Parallel()
	one := newIndex(t, onePool)
	one.addBothChannels(t)
	two := one.openSecond(t)
	for i := range 5 {
		one.storePosts(t, post(i+1, fmt.Sprintf("Golden River %d.mkv", i)))
		two.storePosts(t, secondChannelPost(i+1, fmt.Sprintf("Golden River more %d.mkv", i)))
		for _, ix := range []*index{one, two} {
			if got := ix.foundNames(t, "golden river"); len(got) != 2*(i+1) {
				t.Fatalf("after %d files: %q", 2*(i+1), got)
			}
		}
	}
}

// The lists of common words have full chunks, which stay in memory when the list grows.
func TestSearch_FindsWhatAnotherProcessAddedToALongList(t *testing.T) {
	t.Parallel()
	one := newIndex(t, onePool, func(o *testOptions) { o.QueueSize = 5000 })
	one.addBothChannels(t)
	two := one.openSecond(t)
	var posts []filter.Post
	for i := range 1020 {
		posts = append(posts, post(i+1, fmt.Sprintf("Golden Moments part %d.mkv", i)))
	}
	one.storePosts(t, posts...)
	for i := range 8 { // from the second chunk into the third
		if got := one.foundNames(t, "golden harbour"); len(got) != i {
			t.Fatalf("after %d files: %q", i, got)
		}
		two.storePosts(t, secondChannelPost(i+1, fmt.Sprintf("Golden Harbour %d.mkv", i)))
	}
}

// A repeated query reads the versions of the index and nothing else; after an edit it reads the files again.
func TestSearch_ARepeatedQueryReadsNoFilesUntilOneChanges(t *testing.T) {
	t.Parallel()
	reads := make(chan string, 10_000)
	ix := newIndex(t, func(o *testOptions) {
		o.beforeCommand = func(e *event.CommandStartedEvent) {
			if e.CommandName == "find" && e.Command.Lookup("find").StringValue() == "files" {
				reads <- e.CommandName
			}
		}
	})
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden River 2001.mkv"), post(2, "Golden Harbour 2002.mkv"))
	ix.foundNames(t, "golden river")
	before := len(reads)
	if got := ix.foundNames(t, "golden river"); len(got) != 1 || len(reads) != before {
		t.Errorf("%q, and %d reads of files", got, len(reads)-before)
	}
	edited := post(2, "Golden River 2002.mkv")
	ix.telegram.putPost(edited)
	ix.Edit(edited)
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ix.foundNames(t, "golden river"); len(got) != 2 {
		t.Errorf("after the edit: %q", got)
	}
}

// A file that is hidden after a search is not in the next answer, though no pool has changed.
func TestSearch_AHiddenFileLeavesTheResultsInMemory(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden River 2001.mkv"), post(2, "Golden River 2002.mkv"))
	var hidden []filter.DocumentID
	s := filter.NewSearcher(ix.pools, ix.vocab, filter.SearchOptions{Hidden: func(id filter.DocumentID) bool { return slices.Contains(hidden, id) }, Logger: slog.New(slog.DiscardHandler)})
	for _, want := range []int{2, 1} {
		page, err := s.Search(t.Context(), filter.Query{Text: "golden river"})
		if err != nil || len(page.Files) != want || page.Total != want {
			t.Fatalf("%d files of %d, want %d; %v", len(page.Files), page.Total, want, err)
		}
		hidden = append(hidden, page.Files[0].Media.Document)
	}
}

// A process that died after a write and before it changed the version leaves results in other processes that are used for a minute at most.
func TestSearch_ResultsInMemoryExpire(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden River 2001.mkv"))
	now := time.Now()
	s := filter.NewSearcher(ix.pools, ix.vocab, filter.SearchOptions{Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
	search := func() int {
		page, err := s.Search(t.Context(), filter.Query{Text: "golden river"})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Files)
	}
	if n := search(); n != 1 {
		t.Fatalf("%d files", n)
	}
	for _, p := range ix.pools.All() { // without a new version
		err := p.Do(t.Context(), "remove file", func(ctx context.Context, db *mongo.Database) error {
			_, err := db.Collection("files").DeleteOne(ctx, bson.D{{Key: "_id", Value: int64(5_000_000_001)}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := search(); n != 1 {
		t.Fatalf("%d files; the results are not from memory, so this test shows nothing", n)
	}
	now = now.Add(time.Minute)
	if n := search(); n != 0 {
		t.Errorf("%d files a minute later", n)
	}
}

// The bot is the only process that writes, so it need not look for writes of others each time. Its own writes are found at once.
func TestSearch_AProcessThatWritesAloneRarelyLooksForChanges(t *testing.T) {
	t.Parallel()
	var commands atomic.Int64
	one := newIndex(t, onePool, func(o *testOptions) {
		o.beforeCommand = func(e *event.CommandStartedEvent) {
			if finds(e, "postings") || finds(e, "files") {
				commands.Add(1)
			}
		}
	})
	one.addBothChannels(t)
	two := one.openSecond(t)
	now := time.Now()
	s := filter.NewSearcher(one.pools, one.vocab, filter.SearchOptions{TrustVersion: time.Second, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
	search := func(want int) {
		t.Helper()
		page, err := s.Search(t.Context(), filter.Query{Text: "golden river"})
		if err != nil || len(page.Files) != want {
			t.Fatalf("%d files, want %d; %v", len(page.Files), want, err)
		}
	}
	one.storePosts(t, post(1, "Golden River 2001.mkv"))
	search(1)
	before := commands.Load()
	search(1)
	if n := commands.Load() - before; n != 0 {
		t.Errorf("%d commands", n)
	}
	one.storePosts(t, post(2, "Golden River 2002.mkv"))
	search(2)
	two.storePosts(t, secondChannelPost(1, "Golden River 2003.mkv"))
	now = now.Add(time.Second)
	search(3)
}

// Many people search for a new film at the same time.
func TestSearch_TheSameSearchOfManyReadsFilesOnce(t *testing.T) {
	t.Parallel()
	const people = 8
	var reads atomic.Int64
	var blocking atomic.Bool
	release := make(chan struct{})
	ix := newIndex(t, onePool, func(o *testOptions) {
		o.beforeCommand = func(e *event.CommandStartedEvent) {
			if finds(e, "files") && reads.Add(1) == 1 && blocking.Load() {
				<-release
			}
		}
	})
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden River 2001.mkv"))
	eventually(t, "memory holds what was found", func() bool { // not while the words of the index are loaded
		ix.foundNames(t, "golden")
		before := reads.Load()
		ix.foundNames(t, "golden")
		return ix.Backlog().UnreadPools == 0 && reads.Load() == before
	})
	blocking.Store(true)
	reads.Store(0)
	var asking, answered sync.WaitGroup
	for range people {
		asking.Add(1)
		answered.Go(func() {
			asking.Done()
			if page, err := ix.Search(t.Context(), filter.Query{Text: "golden river"}); err != nil || len(page.Files) != 1 {
				t.Errorf("%d files, %v", len(page.Files), err)
			}
		})
	}
	asking.Wait()
	close(release)
	answered.Wait()
	if n := reads.Load(); n != 1 {
		t.Errorf("%d reads of files", n)
	}
}
