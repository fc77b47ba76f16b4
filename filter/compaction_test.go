package filter_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/filter"
)

// TestCompaction_ListsDropRemovedFiles adds and removes a channel twice beside one that stays.
func TestCompaction_ListsDropRemovedFiles(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	var staying, leaving []filter.Post
	for i := range 700 {
		staying = append(staying, post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i)))
		p := post(1_000_000+i, fmt.Sprintf("Leaving Town %d.mp4", i))
		p.Place = filter.Place{Channel: channel + 1, Message: filter.MessageID(i + 1)}
		leaving = append(leaving, p)
	}
	for round := range 2 {
		if _, err := ix.channels.Add(t.Context(), channel+1, "Leaving", "", 0); err != nil {
			t.Fatal(err)
		}
		ix.storePosts(t, leaving...)
		ix.storePosts(t, staying[round*350:(round+1)*350]...) // their ids are between and after those of the removed files
		if _, err := ix.channels.Remove(t.Context(), channel+1); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the channel left", func() bool { return ix.channels.State(channel+1) == filter.ChannelRemoved })
	}
	if n := ix.listLength(t, "town"); n != 700 {
		t.Errorf("the list of a word in 700 files holds %d ids", n)
	}
	if n := ix.listLength(t, "mp4"); n != 0 {
		t.Errorf("the list of a word that left holds %d ids", n)
	}
	for i := 0; i < 700; i += 31 {
		name := fmt.Sprintf("Quiet Town %d.mkv", i)
		if names := ix.foundNames(t, name); len(names) == 0 || names[0] != name {
			t.Errorf("%q is not found after the lists were packed", name)
		}
	}
}

// TestIndexer_RemovalSkipsListsWithoutFiles removes a channel with such lists, which a failure between the list write and the file write leaves.
func TestIndexer_RemovalSkipsListsWithoutFiles(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(0xff*64, "Golden.River.2014.mkv")) // its list sorts after the lists below
	for _, pool := range ix.pools.All() {
		err := pool.Do(t.Context(), "leave lists", func(ctx context.Context, db *mongo.Database) error {
			for block := range 20 {
				dead := bson.D{{Key: "_id", Value: fmt.Sprintf("@%x/%x", int64(channel), block)}, {Key: "n", Value: int32(1)}, {Key: "f", Value: []byte("8 bytes.")}}
				if _, err := db.Collection("postings").InsertOne(ctx, dead); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ix.channels.Remove(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the channel left", func() bool { return ix.channels.State(channel) == filter.ChannelRemoved })
	if got := ix.foundNames(t, "golden river"); len(got) != 0 {
		t.Errorf("a removed channel's file is found: %v", got)
	}
	if n := ix.listLength(t, fmt.Sprintf("@%x/", int64(channel))); n != 0 {
		t.Errorf("the lists of its places hold %d ids", n)
	}
}

// TestCompaction_UnsureFilesAreForgotten compacts lists after files were deleted and edited, and edits another one meanwhile.
func TestCompaction_UnsureFilesAreForgotten(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	again := post(3001, "Blue River again.mkv")
	again.Media.Document = post(351, "").Media.Document // has two descriptions
	ix.storePosts(t, again)
	var deleted []filter.MessageID
	for i := range filter.MessageID(300) {
		deleted = append(deleted, i+1, i+601)
	}
	ix.Delete(channel, deleted[:550])
	renamed := func(ix *index, id int) {
		p := post(id, "Blue River again.mkv")
		ix.telegram.putPost(p)
		ix.Edit(p)
		if err := ix.WaitStored(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	renamed(ix, 401)
	ix.stopRun()
	packing := newGate(replacesHead)
	one, two := ix.openSecond(t, packing.install), ix.openSecond(t)
	var compacting sync.WaitGroup
	compacting.Go(func() {
		if err := filter.CompactLists(t.Context(), one.Indexer); err != nil {
			t.Error(err)
		}
	})
	<-packing.reached // the first list is read
	renamed(two, 402)
	close(packing.open)
	compacting.Wait()
	expectUnsure := func(ids ...int) {
		t.Helper()
		var want []uint64
		for _, id := range ids {
			want = append(want, uint64(post(id, "").Media.Document))
		}
		got := one.listIDs(t, "\x03")
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("unsure files: %v, want %v", got, want)
		}
	}
	expectUnsure(351, 402)
	one.expectTotal(t, filter.Query{Text: "golden river"}, 298)
	if slices.Contains(one.listIDs(t, "golden"), uint64(post(401, "").Media.Document)) {
		t.Error("the list of a word has a file that lost the word")
	}
	if err := filter.CompactLists(t.Context(), two.Indexer); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(one.listIDs(t, "golden"), uint64(post(402, "").Media.Document)) {
		t.Error("the list of a word has a file that lost the word during a compaction")
	}
	two.expectTotal(t, filter.Query{Text: "golden river"}, 298)
	if got := two.check(t, wholeCheck); got.Wrong() != 0 || got.Leftover != 0 {
		t.Errorf("%+v", got)
	}
}

// TestCompaction_UnsureFilesAreReadInTheOrderInWhichTheyWereAdded plants a list whose chunks have numbers of two letters, which sort before the others.
func TestCompaction_UnsureFilesAreReadInTheOrderInWhichTheyWereAdded(t *testing.T) {
	t.Parallel()
	const chunks, chunkIDs = 40, 512
	ix := newIndex(t, onePool)
	var want []int64
	ix.inPool(t, func(ctx context.Context, db *mongo.Database) error {
		var docs []bson.D
		for n := range chunks {
			var ids []filter.DocumentID
			for range chunkIDs {
				ids = append(ids, filter.DocumentID(len(want)+1))
				want = append(want, int64(len(want)+1))
			}
			doc := bson.D{{Key: "_id", Value: "\x03"}, {Key: "n", Value: int32(chunks * chunkIDs)}, {Key: "f", Value: packed(ids...)}}
			if n > 0 {
				doc = bson.D{{Key: "_id", Value: "\x03\x01" + strconv.FormatInt(int64(n), 36)}, {Key: "f", Value: packed(ids...)}}
			}
			docs = append(docs, doc)
		}
		_, err := db.Collection("postings").InsertMany(ctx, docs)
		return err
	})
	got, err := filter.UnsureFiles(t.Context(), ix.pools.All()[0])
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%d files, want %d; in order %v; %v", len(got), len(want), slices.IsSorted(got), err)
	}
}

// listLength returns the number of ids in a word's chunks, in all pools.
func (ix *index) listLength(t *testing.T, word string) int {
	t.Helper()
	return len(ix.listIDs(t, word))
}

// listIDs returns the ids in a word's chunks, in all pools.
func (ix *index) listIDs(t *testing.T, word string) (ids []uint64) {
	t.Helper()
	for _, p := range ix.pools.All() {
		err := p.Do(t.Context(), "read list", func(ctx context.Context, db *mongo.Database) error {
			cur, err := db.Collection("postings").Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: word}, {Key: "$lt", Value: word + "\x02"}}}},
				options.Find().SetComment(ownCommand))
			if err != nil {
				return err
			}
			var docs []struct {
				Files []byte `bson:"f"`
			}
			if err := cur.All(ctx, &docs); err != nil {
				return err
			}
			for _, d := range docs {
				for part := range slices.Chunk(d.Files, 8) {
					ids = append(ids, binary.BigEndian.Uint64(part))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return ids
}
