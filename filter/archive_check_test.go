package filter_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/storage"
)

// wholeCheck is quickCheck for many files, of which it makes one group.
var wholeCheck = filter.CheckOptions{Settle: quickCheck.Settle} //nolint:gochecknoglobals // a constant

// quickCheck waits little for writes in progress.
var quickCheck = filter.CheckOptions{Settle: 40 * time.Millisecond, GroupFiles: 7} //nolint:gochecknoglobals // a constant

func (ix *index) check(t *testing.T, o filter.CheckOptions) (sum filter.PoolCheck) {
	t.Helper()
	for _, r := range filter.CheckArchive(t.Context(), ix.pools, o) {
		if r.Err != nil {
			t.Fatalf("pool %s: %v", r.Pool, r.Err)
		}
		sum.Files, sum.Entries, sum.Leftover, sum.Unfinished, sum.Waiting = sum.Files+r.Files, sum.Entries+r.Entries, sum.Leftover+r.Leftover, sum.Unfinished+r.Unfinished, sum.Waiting+r.Waiting
		sum.Missing, sum.Dead, sum.Stray, sum.Twice = sum.Missing+r.Missing, sum.Dead+r.Dead, sum.Stray+r.Stray, sum.Twice+r.Twice
		sum.Examples = append(sum.Examples, r.Examples...)
	}
	return sum
}

// inPool runs a fault on the database of the first pool, past the index.
func (ix *index) inPool(t *testing.T, fn func(ctx context.Context, db *mongo.Database) error) {
	t.Helper()
	if err := ix.pools.All()[0].Do(t.Context(), "plant a fault", fn); err != nil {
		t.Fatal(err)
	}
}

func packed(ids ...filter.DocumentID) (b []byte) {
	for _, id := range ids {
		b = binary.BigEndian.AppendUint64(b, uint64(id))
	}
	return b
}

func emptied(collection string) func(ctx context.Context, db *mongo.Database) error {
	return func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(collection).DeleteMany(ctx, bson.D{}, options.DeleteMany().SetComment(ownCommand))
		return err
	}
}

// town stores 20 files in the first pool.
func town(t *testing.T) (ix *index, posts []filter.Post) {
	t.Helper()
	ix = newIndex(t, onePool)
	ix.addChannel(t)
	for i := range 20 {
		posts = append(posts, post(i+1, fmt.Sprintf("Quiet Town %c.mkv", 'a'+i)))
	}
	ix.storePosts(t, posts...)
	return ix, posts
}

// TestCheckArchive_EachPlantedFaultIsFound also repairs each of them.
func TestCheckArchive_EachPlantedFaultIsFound(t *testing.T) {
	t.Parallel()
	const stranger filter.DocumentID = 99
	for _, c := range []struct {
		name  string
		plant func(ctx context.Context, db *mongo.Database, posts []filter.Post) error
		want  filter.Finding
	}{
		{"a word without its list", func(ctx context.Context, db *mongo.Database, _ []filter.Post) error {
			_, err := db.Collection("postings").DeleteOne(ctx, bson.D{{Key: "_id", Value: "a"}})
			return err
		}, filter.Finding{Kind: filter.FindingMissing, Key: "a", File: 5_000_000_001, Name: "Quiet Town a.mkv"}},
		{"a dead file in a list", func(ctx context.Context, db *mongo.Database, posts []filter.Post) error {
			_, err := db.Collection("postings").UpdateOne(ctx, bson.D{{Key: "_id", Value: "b"}},
				bson.D{{Key: "$set", Value: bson.D{{Key: "f", Value: packed(posts[1].Media.Document, stranger)}, {Key: "n", Value: int32(2)}}}})
			return err
		}, filter.Finding{Kind: filter.FindingDead, Key: "b", File: stranger}},
		{"an old word", func(ctx context.Context, db *mongo.Database, posts []filter.Post) error {
			_, err := db.Collection("postings").InsertOne(ctx, bson.D{{Key: "_id", Value: "loud"}, {Key: "n", Value: int32(1)}, {Key: "f", Value: packed(posts[2].Media.Document)}})
			return err
		}, filter.Finding{Kind: filter.FindingOldWord, Key: "loud", File: 5_000_000_003, Name: "Quiet Town c.mkv"}},
		{"a file without its place", func(ctx context.Context, db *mongo.Database, posts []filter.Post) error {
			key := fmt.Sprintf("@%x/0", int64(channel))
			_, err := db.Collection("postings").UpdateOne(ctx, bson.D{{Key: "_id", Value: key}},
				bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: int32(19)}, {Key: "f", Value: packed(documents(posts[1:])...)}}}})
			return err
		}, filter.Finding{Kind: filter.FindingMissing, Key: fmt.Sprintf("@%x/0", int64(channel)), File: 5_000_000_001, Name: "Quiet Town a.mkv"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ix, posts := town(t)
			if got := ix.check(t, quickCheck); got.Wrong() != 0 || got.Files != 20 || got.Unfinished != 0 || got.Leftover != 0 || got.Entries != 20*7 {
				t.Fatalf("before the fault: %+v", got)
			}
			ix.inPool(t, func(ctx context.Context, db *mongo.Database) error { return c.plant(ctx, db, posts) })
			got := ix.check(t, quickCheck)
			if got.Wrong() != 1 || len(got.Examples) != 1 || got.Examples[0] != c.want {
				t.Errorf("found %+v, want %+v", got, c.want)
			}
			repair := quickCheck
			repair.Repair = true
			ix.check(t, repair)
			if err := ix.FinishWrites(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := ix.check(t, quickCheck); got.Wrong() != 0 || got.Unfinished != 0 {
				t.Errorf("after the repair: %+v", got)
			}
		})
	}
}

func documents(posts []filter.Post) (ids []filter.DocumentID) {
	for _, p := range posts {
		ids = append(ids, p.Media.Document)
	}
	return ids
}

func TestCheckArchive_AFileInTwoPoolsAndAFileOfNoChannelAreFound(t *testing.T) {
	t.Parallel()
	ix, posts := town(t)
	if err := ix.StoreDuplicate(t.Context(), posts[3]); err != nil {
		t.Fatal(err)
	}
	if got := ix.check(t, quickCheck); got.Wrong() != 0 {
		t.Errorf("a noted duplicate: %+v", got)
	}
	if err := ix.StoreDuplicate(t.Context(), posts[4]); err != nil {
		t.Fatal(err)
	}
	for _, p := range ix.pools.All() {
		if err := p.Do(t.Context(), "forget the note", emptied("unsettled")); err != nil {
			t.Fatal(err)
		}
	}
	if got := ix.check(t, quickCheck); got.Twice < 1 || got.Missing+got.Dead+got.Stray != 0 || got.Examples[0].Kind != filter.FindingTwice {
		t.Errorf("duplicates without a note: %+v", got)
	}
	repair := quickCheck
	repair.Repair = true
	ix.check(t, repair)
	if err := ix.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ix.check(t, quickCheck); got.Wrong() != 0 || got.Files != 20 {
		t.Errorf("after the repair: %+v", got)
	}
	for _, p := range ix.pools.All() {
		if err := p.Do(t.Context(), "forget the channel", emptied("channels")); err != nil {
			t.Fatal(err)
		}
	}
	if got := ix.check(t, quickCheck); got.Stray != 20 {
		t.Errorf("files of a channel that is not indexed: %+v", got)
	}
}

// TestCheckArchive_PostsWhileItReadsAreNoFalseAlarm stores, edits and deletes posts during several checks. The lists are long enough for several chunks.
func TestCheckArchive_PostsWhileItReadsAreNoFalseAlarm(t *testing.T) {
	t.Parallel()
	ix := newIndex(t, onePool)
	ix.addChannel(t)
	var posts []filter.Post
	for i := range 700 {
		posts = append(posts, post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i)))
	}
	ix.storePosts(t, posts...)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			n := 350 + i%500
			p := post(n+1, fmt.Sprintf("Quiet Town %d edition %d.mkv", n, i))
			if i%5 == 4 {
				ix.telegram.removePost(p.Place)
				ix.Delete(channel, []filter.MessageID{p.Place.Message})
			} else {
				ix.telegram.putPost(p)
				ix.Edit(p)
			}
			if i%40 == 0 {
				_ = ix.WaitStored(context.Background())
			}
		}
	}()
	o := filter.CheckOptions{Settle: time.Minute, GroupFiles: 100}
	for range 3 {
		if got := ix.check(t, o); got.Wrong() != 0 || got.Unfinished != 0 {
			t.Errorf("%+v", got)
		}
	}
	close(stop)
	<-stopped
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nothing is owed", func() bool { return ix.Backlog() == filter.Backlog{} })
	if got := ix.check(t, o); got.Wrong() != 0 || got.Unfinished != 0 || got.Leftover == 0 {
		t.Errorf("at the end: %+v", got)
	}
}

func TestCheckArchive_APoolThatDoesNotAnswerIsNotChecked(t *testing.T) {
	t.Parallel()
	ix, _ := town(t)
	ix.stopRun()
	pools := openPoolsWithADeadOne(t, ix.database)
	results := filter.CheckArchive(t.Context(), pools, quickCheck)
	if len(results) != 2 || results[0].Err != nil || results[0].Files != 20 || results[0].Wrong() != 0 || results[1].Pool != "dead" || results[1].Err == nil {
		t.Errorf("%+v", results)
	}
}

// openPoolsWithADeadOne opens the first pool of a test's index, and one whose server does not run.
func openPoolsWithADeadOne(t *testing.T, database string) *storage.Pools {
	t.Helper()
	pools, err := storage.OpenPools(storage.PoolsOptions{Timeout: time.Minute, Logger: slog.New(slog.DiscardHandler), Pools: []storage.PoolOptions{
		{Name: "a", URI: secret.New(shared.MongoURIs[0]), Database: database + "_a", LimitBytes: 0},
		{Name: "dead", URI: secret.New("mongodb://127.0.0.1:1/?directConnection=true"), Database: database, LimitBytes: 0},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ended, end := context.WithCancel(context.Background())
		end()
		if err := pools.Run(ended); err != nil {
			t.Error(err)
		}
	})
	return pools
}
