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

// Tests of two processes that index at once: one that is cut off from Postgres continues while another takes the lease.

// onePool stores all files in the first pool, so that lists get long.
func onePool(o *testOptions) { o.limits[0] = 1 << 40 }

// openSecond starts a second index over the databases of ix.
func (ix *index) openSecond(t *testing.T, settings ...setting) *index {
	t.Helper()
	return openIndex(t, ix.database, &fakeTelegram{posts: map[filter.Place]filter.Post{}}, append(settings, onePool)...)
}

// secondChannelPost makes a post of the second channel.
func secondChannelPost(id int, name string) filter.Post {
	p := post(1_000_000+id, name)
	p.Place = filter.Place{Channel: channel + 1, Message: filter.MessageID(id)}
	return p
}

func (ix *index) addBothChannels(t *testing.T) {
	t.Helper()
	ix.addChannel(t)
	if _, err := ix.AddChannel(t.Context(), channel+1, "Second", ""); err != nil {
		t.Fatal(err)
	}
}

func (ix *index) distinctIDs(t *testing.T, word string) int {
	t.Helper()
	ids := ix.listIDs(t, word)
	slices.Sort(ids)
	return len(slices.Compact(ids))
}

// TestIndexer_TwoProcessesLoseNoFile lets two indexes add to the same lists at once, while the lists grow from one chunk to three.
func TestIndexer_TwoProcessesLoseNoFile(t *testing.T) {
	t.Parallel()
	const rounds, each = 22, 25
	one := newIndex(t, onePool)
	one.addBothChannels(t)
	two := one.openSecond(t)
	for round := range rounds {
		var mine, theirs []filter.Post
		for i := range each {
			n := round*each + i + 1
			mine = append(mine, post(n, fmt.Sprintf("Amber Birch %d.mkv", n)))
			theirs = append(theirs, secondChannelPost(n, fmt.Sprintf("Birch Amber %d.mp4", n)))
		}
		var both sync.WaitGroup
		both.Go(func() { one.storePosts(t, mine...) })
		both.Go(func() { two.storePosts(t, theirs...) })
		both.Wait()
	}
	for _, ix := range []*index{one, two} {
		eventually(t, "nothing is owed", func() bool { return ix.Backlog() == filter.Backlog{} })
	}
	for _, word := range []string{"amber", "birch"} {
		if got := one.distinctIDs(t, word); got != 2*rounds*each {
			t.Errorf("%d of %d files stand in the list of %s", got, 2*rounds*each, word)
		}
	}
	for word, want := range map[string]int{"mkv": rounds * each, "mp4": rounds * each, "550": 2, "7": 2} {
		if got := one.distinctIDs(t, word); got != want {
			t.Errorf("%d of %d files stand in the list of %s", got, want, word)
		}
	}
}

// gate delays the first command that matches until the gate is opened.
type gate struct {
	matches func(e *event.CommandStartedEvent) bool
	once    sync.Once
	reached chan struct{}
	open    chan struct{}
}

func newGate(is func(e *event.CommandStartedEvent) bool) *gate {
	return &gate{matches: is, reached: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) install(o *testOptions) {
	o.beforeCommand = func(e *event.CommandStartedEvent) {
		if g.matches(e) {
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

// replacesHead reports the command with which a compaction replaces a list's head.
func replacesHead(e *event.CommandStartedEvent) bool {
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

// TestCompaction_AFileThatAnotherProcessIsWritingStaysListed compacts lists after the other process has written its lists and before it writes its files.
func TestCompaction_AFileThatAnotherProcessIsWritingStaysListed(t *testing.T) {
	t.Parallel()
	const old, added = 530, 10
	for _, c := range []struct {
		name  string
		early bool // the files are written before the head is replaced
	}{{"before", true}, {"after", false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			writing := newGate(insertsFile)
			packing := newGate(replacesHead)
			first := newIndex(t, onePool)
			first.addBothChannels(t)
			var posts []filter.Post
			for i := range old {
				posts = append(posts, post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i)))
			}
			first.storePosts(t, posts...)
			first.stopRun()
			one, two := first.openSecond(t, packing.install), first.openSecond(t, writing.install)
			var running sync.WaitGroup
			running.Go(func() {
				var posts []filter.Post
				for i := range added {
					posts = append(posts, secondChannelPost(i+1, fmt.Sprintf("Late Town %d.mkv", i)))
				}
				two.storePosts(t, posts...)
			})
			<-writing.reached
			tidied := make(chan struct{})
			running.Go(func() {
				defer close(tidied)
				if err := filter.CompactLists(t.Context(), one.Indexer); err != nil {
					t.Error(err)
				}
			})
			<-packing.reached
			if c.early {
				close(writing.open)
				eventually(t, "the files are stored", func() bool { return one.countFiles(t) == old+added && two.Backlog() == filter.Backlog{} })
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
			for _, word := range []string{"mkv", "town"} { // the gate delays the compaction of the first one
				if got := one.distinctIDs(t, word); got != old+added {
					t.Errorf("%d of %d files stand in the list of %s", got, old+added, word)
				}
			}
		})
	}
}

// TestCompaction_StoringGoesOnMeanwhile blocks storing: a compaction locks only its end.
func TestCompaction_StoringGoesOnMeanwhile(t *testing.T) {
	t.Parallel()
	const all, left = 1_800, 100
	ix := newIndex(t, onePool)
	ix.addChannel(t)
	var posts []filter.Post
	for i := range all {
		posts = append(posts, post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i)))
	}
	ix.storePosts(t, posts...)
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
	release := sync.OnceFunc(ix.BlockStoring())
	defer release()
	var compacting sync.WaitGroup
	compacting.Go(func() {
		if err := filter.CompactLists(t.Context(), ix.Indexer); err != nil {
			t.Error(err)
		}
	})
	eventually(t, "new chunks are written", func() bool { return ix.listLength(t, "mkv") > all })
	release()
	again := posts[7] // a deleted file is posted again
	again.Place.Message = all + 1
	ix.storePosts(t, again)
	compacting.Wait()
	for _, word := range []string{"mkv", "town"} {
		if got, want := ix.distinctIDs(t, word), all-left+1; got != want {
			t.Errorf("%d files stand in the list of %s, which %d have", got, word, want)
		}
	}
}
