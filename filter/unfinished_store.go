package filter

import (
	"cmp"
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

// A batch of writes changes lists and files, and no transaction spans them: the stand-ins have none over so many documents. So it first notes the
// entries that it will add and remove. It deletes the note after its last change. If it does not get so far, because its process died or the pool went
// away, the note stays, and the bot compares these entries with the files.
//
// Two processes may write at once. One of them may find the note of a batch that the other one is still writing. It claims the note before it compares
// the entries. The writer, which cannot delete a claimed note, then compares the entries itself after its last change. Both read the files again after
// they changed the lists, so the one that is later sees the other's files. The writer may die after the comparison and its write of files. So the note
// stays until every such write is over, and its entries are compared once more before it goes.

const unfinishedCollection = "unfinished"

// unfinishedDoc is a note.
type unfinishedDoc struct {
	ID    string           `bson:"_id"`         // random
	Claim string           `bson:"c,omitempty"` // of the process that compares the entries, random
	Since int64            `bson:"t,omitempty"` // Unix time of the first claim; 0 if there is none
	Lists []unfinishedList `bson:"l"`
}

// unfinishedList has the ids that a batch adds to a list or removes from it.
type unfinishedList struct {
	Key   string `bson:"k"`
	Files []byte `bson:"f"`
}

func (d unfinishedDoc) size() (n int) {
	for _, l := range d.Lists {
		n += len(l.Files) / idSize
	}
	return n
}

// entries returns the ids by list.
func (d unfinishedDoc) entries() map[string][]int64 {
	entries := make(map[string][]int64, len(d.Lists))
	for _, l := range d.Lists {
		entries[l.Key] = append(entries[l.Key], unpackIDs(l.Files)...)
	}
	return entries
}

// files returns the ids of the entries, each once.
func (d unfinishedDoc) files() (ids []int64) {
	for _, l := range d.Lists {
		ids = append(ids, unpackIDs(l.Files)...)
	}
	return distinct(ids)
}

// noteBytes bounds the lists of a note, so that it stays below the 16 MB of a document. One list is far smaller. noteListBytes is the size of a list beside its
// word and ids.
const (
	noteBytes     = 8_000_000
	noteListBytes = 30
)

// noteUnfinished stores notes about entries and returns their ids.
func noteUnfinished(ctx context.Context, pool *storage.Pool, entries map[string][]int64) (notes []string, err error) {
	var docs []unfinishedDoc
	free := 0
	for _, k := range slices.Sorted(maps.Keys(entries)) {
		list := unfinishedList{k, packIDs(entries[k])}
		if size := noteListBytes + len(k) + len(list.Files); size > free {
			docs = append(docs, unfinishedDoc{ID: rand.Text()})
			notes = append(notes, docs[len(docs)-1].ID)
			free = noteBytes - size
		} else {
			free -= size
		}
		last := &docs[len(docs)-1]
		last.Lists = append(last.Lists, list)
	}
	if len(docs) == 0 {
		return nil, nil
	}
	return notes, pool.Do(ctx, "note entries", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(unfinishedCollection).InsertMany(ctx, docs)
		return err
	})
}

// dropNotes deletes notes with a claim, an empty one for the notes of a writer. all is false if another process has claimed one.
func dropNotes(ctx context.Context, pool *storage.Pool, notes []string, claim string) (all bool, err error) {
	if len(notes) == 0 {
		return true, nil
	}
	var claimed any // null matches a missing field
	if claim != "" {
		claimed = claim
	}
	err = pool.Do(ctx, "drop note", func(ctx context.Context, db *mongo.Database) error {
		result, err := db.Collection(unfinishedCollection).DeleteMany(ctx, append(byIDs(notes), bson.E{Key: "c", Value: claimed}))
		if err != nil {
			return err
		}
		all = result.DeletedCount == int64(len(notes))
		return nil
	})
	return all, err
}

// claimNote takes a note from its writer or an earlier claim. ok is false if the note is gone.
func claimNote(ctx context.Context, pool *storage.Pool, note unfinishedDoc, now time.Time) (claim string, ok bool, err error) {
	claim = rand.Text()
	change := bson.D{{Key: "c", Value: claim}, {Key: "t", Value: cmp.Or(note.Since, now.Unix())}}
	err = pool.Do(ctx, "claim note", func(ctx context.Context, db *mongo.Database) error {
		result, err := db.Collection(unfinishedCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: note.ID}}, bson.D{{Key: "$set", Value: change}})
		if err != nil {
			return err
		}
		ok = result.MatchedCount == 1
		return nil
	})
	return claim, ok, err
}

// notesAtOnce bounds the memory for notes.
const notesAtOnce = 50

// readUnfinished reads the notes of a pool that sort after one.
func readUnfinished(ctx context.Context, pool *storage.Pool, after string) (docs []unfinishedDoc, err error) {
	err = pool.Do(ctx, "read unfinished entries", func(ctx context.Context, db *mongo.Database) error {
		cur, err := db.Collection(unfinishedCollection).Find(ctx, idsAfter(after), inIDOrder(notesAtOnce))
		if err != nil {
			return err
		}
		docs = nil // drop what an earlier try read
		return cur.All(ctx, &docs)
	})
	return docs, err
}

// eachUnfinished calls fn with every note of a pool.
func eachUnfinished(ctx context.Context, pool *storage.Pool, fn func(unfinishedDoc)) error {
	for after := ""; ; {
		docs, err := readUnfinished(ctx, pool, after)
		if err != nil || len(docs) == 0 {
			return err
		}
		for _, d := range docs {
			fn(d)
		}
		after = docs[len(docs)-1].ID
	}
}

// unfinishedIDs returns the files that the notes of a pool name.
func unfinishedIDs(ctx context.Context, pool *storage.Pool) (map[int64]bool, error) {
	ids := map[int64]bool{}
	return ids, eachUnfinished(ctx, pool, func(d unfinishedDoc) {
		for _, id := range d.files() {
			ids[id] = true
		}
	})
}
