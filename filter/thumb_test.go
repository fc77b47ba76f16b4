package filter_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/filter"
)

// thumbed is a post whose file has a thumb as long as Telegram's.
func thumbed(id int, name string) filter.Post {
	p := post(id, name)
	p.Media.Thumb = bytes.Repeat([]byte{byte(id)}, 150)
	return p
}

// expectThumbs checks which of the files of the first messages have a thumb. Then it checks that no pool has another thumb.
func (ix *index) expectThumbs(t *testing.T, when string, messages ...int) {
	t.Helper()
	var all []filter.DocumentID
	for id := range 20 {
		all = append(all, post(id, "").Media.Document)
	}
	thumbs := ix.Thumbs(t.Context(), all)
	for id, document := range all {
		want := []byte(nil)
		if slices.Contains(messages, id) {
			want = thumbed(id, "").Media.Thumb
		}
		if !bytes.Equal(thumbs[document], want) {
			t.Errorf("%s: the thumb of file %d has %d bytes, want %d", when, id, len(thumbs[document]), len(want))
		}
	}
	if n := countIn(t, "thumbs", ix.pools.All()...); n != int64(len(messages)) {
		t.Errorf("%s: the pools have %d thumbs, want %d", when, n, len(messages))
	}
}

func TestThumbs_AreStoredWithTheirFilesAndLeaveWithThem(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, thumbed(1, "Long Room 1.mkv"), thumbed(2, "Long Room 2.mkv"), thumbed(3, "Long Room 3.mkv"), post(4, "Long Room 4.mkv"))
	ix.expectThumbs(t, "stored", 1, 2, 3)
	if page, err := ix.Search(t.Context(), filter.Query{Text: "long room 1", Limit: 1}); err != nil || page.Files[0].Media.Thumb != nil {
		t.Errorf("a search reads thumbs, %v", err)
	}
	ix.storePosts(t, post(1, "Long Room 1.mkv"), thumbed(4, "Long Room 4.mkv")) // the fourth is older than its thumb
	ix.expectThumbs(t, "read again", 1, 2, 3, 4)
	renamed := thumbed(3, "Long Room 3 again.mkv")
	renamed.Media.Thumb = nil
	ix.Edit(renamed)
	ix.Delete(channel, []filter.MessageID{1})
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	ix.expectThumbs(t, "one was deleted in the channel", 2, 3, 4)
	if err := ix.RemoveFiles(t.Context(), []filter.DocumentID{post(2, "").Media.Document}); err != nil {
		t.Fatal(err)
	}
	ix.expectThumbs(t, "one was deleted by an admin", 3, 4)
	if _, err := ix.channels.Remove(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all thumbs left", func() bool { return countIn(t, "thumbs", ix.pools.All()...) == 0 })
}

func TestThumbs_MoveWithADrain(t *testing.T) {
	t.Parallel()
	ix := drained(t, withModes(t), 3)
	ix.storePosts(t, thumbed(1, "Quiet Town 1.mkv"), thumbed(2, "Quiet Town 2.mkv"))
	if err := ix.StoreDuplicate(t.Context(), post(2, "Quiet Town 2.mkv")); err != nil { // a copy that the drain meets has no thumb
		t.Fatal(err)
	}
	d := filter.NewDrain(ix.Indexer, filter.NewAudience(ix.pools, time.Now), slog.New(slog.DiscardHandler))
	if _, err := d.DrainPool(t.Context(), ix.pools.All()[0]); err != nil {
		t.Fatal(err)
	}
	ix.checkDrained(t, 3)
	ix.expectThumbs(t, "drained", 1, 2)
}

func TestThumbs_AMergeOfCopiesKeepsTheOnlyThumb(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Two Homes.mkv"), thumbed(2, "Two Homes 2.mkv"))
	for _, copied := range []filter.Post{thumbed(1, "Two Homes.mkv"), post(2, "Two Homes 2.mkv")} {
		if err := ix.StoreDuplicate(t.Context(), copied); err != nil {
			t.Fatal(err)
		}
	}
	if err := ix.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := ix.countFiles(t); n != 2 {
		t.Fatalf("%d documents", n)
	}
	ix.expectThumbs(t, "merged", 1, 2)
}

// A process that dies after it stored a thumb or deleted a file leaves a thumb without a file.
func TestThumbs_WithoutAFileLeaveWithACompaction(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, thumbed(1, "Kept.mkv"), thumbed(2, "Lost.mkv"))
	ix.inPool(t, func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection("thumbs").InsertOne(ctx, bson.D{{Key: "_id", Value: int64(post(3, "").Media.Document)}, {Key: "b", Value: thumbed(3, "").Media.Thumb}}, options.InsertOne().SetComment(ownCommand))
		return err
	})
	ix.expectThumbs(t, "before", 1, 2, 3)
	if err := filter.CompactLists(t.Context(), ix.Indexer); err != nil {
		t.Fatal(err)
	}
	ix.expectThumbs(t, "compacted", 1, 2)
}

// docs/archive.md names the bytes that a thumb costs beside its picture. The estimate of a pool may differ by a few bytes.
func TestThumbs_CostWhatTheManualSays(t *testing.T) {
	t.Parallel()
	const n = 2000
	manual, err := os.ReadFile("../docs/archive.md")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`costs\s+up\s+to\s+(\d+)\s+more\s+with\s+its\s+share\s+of\s+the\s+index`).FindSubmatch(manual)
	if said == nil {
		t.Fatal("docs/archive.md does not say what a thumb costs")
	}
	want, err := strconv.ParseFloat(string(said[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	ix := newIndex(t, func(o *testOptions) { o.QueueSize = n })
	ix.addChannel(t)
	sizeWith := func(made func(int, string) filter.Post) int64 {
		for i := range n {
			ix.Post(made(i+1, fmt.Sprintf("Long Room %d.mkv", i)))
		}
		if err := ix.WaitStored(t.Context()); err != nil {
			t.Fatal(err)
		}
		data, indexes := ix.measure(t)
		return data + indexes
	}
	without := sizeWith(post)
	overhead := float64(sizeWith(thumbed)-without)/n - float64(len(thumbed(1, "").Media.Thumb))
	t.Logf("a thumb costs %.1f bytes beside its picture", overhead)
	if overhead <= 0 || overhead > want { // the files are stored before, so only their thumbs are added; the server counts whole pages of an index
		t.Errorf("a thumb costs %.1f bytes beside its picture, docs/archive.md says up to %.0f", overhead, want)
	}
}
