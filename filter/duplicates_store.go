package filter

import (
	"context"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// unsettledCollection notes possible duplicates. A file that is posted again while its pool is down, or that two processes store at once, becomes a second
// document in another pool. Its id is noted in the pool of that document. When all pools answer, reconcile merges the documents and deletes the note.
const unsettledCollection = "unsettled"

// duplicateNote has the time at which it was written. If the note is written again during the merge of its file, the merge does not delete it.
type duplicateNote struct {
	File int64         `bson:"_id"`
	Time bson.ObjectID `bson:"t,omitempty"`
}

// unchangedFilter matches the note that was read. Null matches a missing field.
func (n duplicateNote) unchangedFilter() bson.D {
	var noted any
	if !n.Time.IsZero() {
		noted = n.Time
	}
	return bson.D{{Key: "_id", Value: n.File}, {Key: "t", Value: noted}}
}

func notePossibleDuplicates(ctx context.Context, pool *storage.Pool, ids []int64) error {
	var writes []mongo.WriteModel
	for _, id := range ids {
		note := duplicateNote{id, bson.NewObjectID()}
		writes = append(writes, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: id}}).SetReplacement(note).SetUpsert(true))
	}
	return pool.Do(ctx, "note files", func(ctx context.Context, db *mongo.Database) error {
		for {
			_, err := db.Collection(unsettledCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
			if !mongo.IsDuplicateKeyError(err) { // another process upserts the same note
				return err
			}
		}
	})
}

const reconcileBatch = 500

// reconcile merges the noted duplicates. When a pool does not answer, it keeps the notes for the next call and returns no error. It locks storing for one
// batch at a time.
func (s fileStore) reconcile(ctx context.Context, storing sync.Locker) error {
	for _, pool := range s.pools.All() {
		for {
			n, err := s.reconcileBatch(ctx, pool, storing)
			if err != nil {
				return err
			}
			if n < reconcileBatch {
				break
			}
		}
	}
	return nil
}

// reconcileBatch merges the duplicates of up to reconcileBatch notes of one pool and returns the number of notes.
func (s fileStore) reconcileBatch(ctx context.Context, pool *storage.Pool, storing sync.Locker) (int, error) {
	storing.Lock()
	defer storing.Unlock()
	var notes []duplicateNote
	err := pool.Do(ctx, "read notes", func(ctx context.Context, db *mongo.Database) error {
		cur, err := db.Collection(unsettledCollection).Find(ctx, anyID(), options.Find().SetHint("_id_").SetLimit(reconcileBatch))
		if err != nil {
			return err
		}
		notes = nil // an earlier try may have read some
		return cur.All(ctx, &notes)
	})
	if err != nil || len(notes) == 0 {
		return 0, err
	}
	ids := make([]int64, len(notes))
	drops := make([]mongo.WriteModel, len(notes))
	for i, n := range notes {
		ids[i], drops[i] = n.File, mongo.NewDeleteOneModel().SetFilter(n.unchangedFilter())
	}
	have, complete := s.findInPools(ctx, fixedIDs(ids))
	if !complete {
		return 0, nil
	}
	if err := s.mergeDuplicates(ctx, pool, have); err != nil {
		return 0, err
	}
	return len(ids), pool.Do(ctx, "drop notes", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(unsettledCollection).BulkWrite(ctx, drops, options.BulkWrite().SetOrdered(false))
		return err
	})
}

// mergeDuplicates merges the copies of files into the first pool that has one, and then deletes the others. The order of the pools decides, so two
// processes that merge at once keep the same copy. mergeDuplicates writes the kept copy even without a change: then a drain that has read the copy
// before cannot delete it. noted is the pool with the newer copies. mergeDuplicates first checks that the pools are different databases. Otherwise it
// would delete the only copy.
func (s fileStore) mergeDuplicates(ctx context.Context, noted *storage.Pool, have []storedDoc) error {
	if err := readThumbs(ctx, s.pools, have); err != nil {
		return err
	}
	copies := map[int64][]storedDoc{}
	for _, pool := range s.pools.All() {
		for _, h := range have {
			if h.pool == pool {
				copies[h.doc.ID] = append(copies[h.doc.ID], h)
			}
		}
	}
	changes, removals, distinct := poolBatches{}, poolBatches{}, map[[2]*storage.Pool]bool{}
	for _, list := range copies {
		merged := list[0].doc
		for _, h := range list[1:] {
			pair := [2]*storage.Pool{list[0].pool, h.pool}
			if !distinct[pair] {
				if err := storage.Distinct(ctx, pair[0], pair[1]); err != nil {
					return err
				}
				distinct[pair] = true
			}
			if list[0].pool == noted {
				merged = h.doc.merge(merged)
			} else {
				merged = merged.merge(h.doc)
			}
			removals.of(h.pool).deleteFile(h.doc)
		}
		if len(list) > 1 {
			changes.of(list[0].pool).replaceFile(list[0].doc, merged)
		}
	}
	if err := s.writeBatches(ctx, changes); err != nil {
		return err
	}
	return s.writeBatches(ctx, removals)
}

// noteCopies notes the files that another pool has too. Another process has stored them at the same time, or the pool did not answer the lookup before
// the insert. Each process checks the pools once its insert is done, so the later one sees both copies. If a pool does not answer, all files are noted.
func (s fileStore) noteCopies(ctx context.Context, in *storage.Pool, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	var mu sync.Mutex
	var copies []int64
	outcomes := s.pools.Each(ctx, "look for copies", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) error {
		if pool == in {
			return nil
		}
		there, err := existingFileIDs(ctx, db, ids)
		mu.Lock()
		defer mu.Unlock()
		copies = slices.AppendSeq(copies, maps.Keys(there))
		return err
	})
	if joinErrors(outcomes) != nil {
		copies = ids
	}
	if len(copies) == 0 {
		return nil
	}
	return notePossibleDuplicates(ctx, in, copies)
}
