package filter_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/filter"
)

// A process that is cut off from Postgres goes on indexing beside the one that took its lease.

// onePool has all files in the first pool, so that lists get long.
func onePool(o *testOptions) { o.limits[0] = 1 << 40 }

// another opens a second process over an index's databases.
func (ix *index) another(t *testing.T, settings ...setting) *index {
	t.Helper()
	return open(t, ix.database, &telegram{posts: map[filter.Place]filter.Post{}}, append(settings, onePool)...)
}

// elsewhere is a post of the second channel.
func elsewhere(id int, name string) filter.Post {
	p := post(1_000_000+id, name)
	p.Place = filter.Place{Channel: channel + 1, Message: filter.MessageID(id)}
	return p
}

func (ix *index) addBoth(t *testing.T) {
	t.Helper()
	ix.add(t)
	if _, err := ix.AddChannel(t.Context(), channel+1, "Second", ""); err != nil {
		t.Fatal(err)
	}
}

func (ix *index) distinct(t *testing.T, word string) int {
	t.Helper()
	ids := ix.ids(t, word)
	slices.Sort(ids)
	return len(slices.Compact(ids))
}

// TestIndexer_TwoProcessesLoseNoFile lets both add to the same lists at the same moment, across the ends of two chunks.
func TestIndexer_TwoProcessesLoseNoFile(t *testing.T) {
	t.Parallel()
	const rounds, each = 22, 25
	one := fresh(t, onePool)
	one.addBoth(t)
	two := one.another(t)
	for round := range rounds {
		var mine, theirs []filter.Post
		for i := range each {
			n := round*each + i + 1
			mine = append(mine, post(n, fmt.Sprintf("Amber Birch %d.mkv", n)))
			theirs = append(theirs, elsewhere(n, fmt.Sprintf("Birch Amber %d.mp4", n)))
		}
		var both sync.WaitGroup
		both.Go(func() { one.store(t, mine...) })
		both.Go(func() { two.store(t, theirs...) })
		both.Wait()
	}
	for _, ix := range []*index{one, two} {
		eventually(t, "nothing is owed", func() bool { return ix.Backlog() == filter.Backlog{} })
	}
	for _, word := range []string{"amber", "birch"} {
		if got := one.distinct(t, word); got != 2*rounds*each {
			t.Errorf("%d of %d files stand in the list of %s", got, 2*rounds*each, word)
		}
	}
	for word, want := range map[string]int{"mkv": rounds * each, "mp4": rounds * each, "550": 2, "7": 2} {
		if got := one.distinct(t, word); got != want {
			t.Errorf("%d of %d files stand in the list of %s", got, want, word)
		}
	}
}

// gate stops the first command that is the one, until it is opened.
type gate struct {
	is      func(e *event.CommandStartedEvent) bool
	once    sync.Once
	reached chan struct{}
	open    chan struct{}
}

func newGate(is func(e *event.CommandStartedEvent) bool) *gate {
	return &gate{is: is, reached: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) set(o *testOptions) {
	o.before = func(e *event.CommandStartedEvent) {
		if g.is(e) {
			g.once.Do(func() {
				close(g.reached)
				<-g.open
			})
		}
	}
}

func writesTo(e *event.CommandStartedEvent, collection string) bool {
	return e.CommandName == "update" && e.Command.Lookup("update").StringValue() == collection
}

// changesOver tells the command that makes a packed list the list.
func changesOver(e *event.CommandStartedEvent) bool {
	if !writesTo(e, "postings") {
		return false
	}
	updates, _ := e.Command.Lookup("updates").ArrayOK()
	first, err := updates.IndexErr(0)
	if err != nil {
		return false
	}
	_, err = first.Document().LookupErr("q", "n")
	return err == nil
}

// TestTidy_AFileThatAnotherProcessIsWritingStaysListed packs lists while the other process has written its lists and not yet its files.
func TestTidy_AFileThatAnotherProcessIsWritingStaysListed(t *testing.T) {
	t.Parallel()
	const old, added = 530, 10
	for _, c := range []struct {
		name  string
		early bool // the files are written before the packed lists take effect
	}{{"before", true}, {"after", false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			writing := newGate(func(e *event.CommandStartedEvent) bool { return writesTo(e, "files") })
			packing := newGate(changesOver)
			first := fresh(t, onePool)
			first.addBoth(t)
			var posts []filter.Post
			for i := range old {
				posts = append(posts, post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i)))
			}
			first.store(t, posts...)
			first.stop()
			one, two := first.another(t, packing.set), first.another(t, writing.set)
			var running sync.WaitGroup
			running.Go(func() {
				var posts []filter.Post
				for i := range added {
					posts = append(posts, elsewhere(i+1, fmt.Sprintf("Late Town %d.mkv", i)))
				}
				two.store(t, posts...)
			})
			<-writing.reached
			tidied := make(chan struct{})
			running.Go(func() {
				defer close(tidied)
				if err := one.Tidy(t.Context()); err != nil {
					t.Error(err)
				}
			})
			<-packing.reached
			if c.early {
				close(writing.open)
				eventually(t, "the files are stored", func() bool { return one.count(t) == old+added && two.Backlog() == filter.Backlog{} })
				if err := two.WaitStored(t.Context()); err != nil {
					t.Error(err)
				}
				close(packing.open)
			} else {
				close(packing.open)
				<-tidied
				close(writing.open)
			}
			running.Wait()
			for _, word := range []string{"mkv", "town"} { // the gate stops the first one
				if got := one.distinct(t, word); got != old+added {
					t.Errorf("%d of %d files stand in the list of %s", got, old+added, word)
				}
			}
		})
	}
}

// TestTidy_OthersStoreWhileAListIsPacked holds back what is stored: all but the end of packing needs no lock.
func TestTidy_OthersStoreWhileAListIsPacked(t *testing.T) {
	t.Parallel()
	const all, left = 1_800, 100
	ix := fresh(t, onePool)
	ix.add(t)
	var posts []filter.Post
	for i := range all {
		posts = append(posts, post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i)))
	}
	ix.store(t, posts...)
	for _, p := range ix.pools.All() {
		err := p.Do(t.Context(), "files leave", func(ctx context.Context, db *mongo.Database) error {
			var ids []int64
			for _, p := range posts[:left] {
				ids = append(ids, int64(p.Media.Document))
			}
			_, err := db.Collection("files").DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	release := sync.OnceFunc(ix.Hold())
	defer release()
	var tidying sync.WaitGroup
	tidying.Go(func() {
		if err := ix.Tidy(t.Context()); err != nil {
			t.Error(err)
		}
	})
	eventually(t, "new chunks are written", func() bool { return ix.listed(t, "mkv") > all })
	release()
	again := posts[7] // one that left comes back
	again.Place.Message = all + 1
	ix.store(t, again)
	tidying.Wait()
	for _, word := range []string{"mkv", "town"} {
		if got, want := ix.distinct(t, word), all-left+1; got != want {
			t.Errorf("%d files stand in the list of %s, which %d have", got, word, want)
		}
	}
}
