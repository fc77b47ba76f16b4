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

// unsettledCollection notes possible duplicates. A file that is posted again while its pool is down becomes a second document in another pool. Its id
// is noted in that pool first. When all pools answer again, reconcile merges the new document into the old one and deletes the note.
const unsettledCollection = "unsettled"

func notePossibleDuplicates(ctx context.Context, pool *storage.Pool, ids []int64) error {
	var writes []mongo.WriteModel
	for _, n := range ids {
		id := bson.D{{Key: "_id", Value: n}}
		writes = append(writes, mongo.NewReplaceOneModel().SetFilter(id).SetReplacement(id).SetUpsert(true))
	}
	return pool.Do(ctx, "note files", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(unsettledCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		return err
	})
}

const reconcileBatch = 500

// reconcile merges the noted duplicates. When a pool does not answer, it keeps the notes for the next call and returns no error.
func (s fileStore) reconcile(ctx context.Context) error {
	for _, pool := range s.pools.All() {
		for {
			n, err := s.reconcileBatch(ctx, pool)
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
func (s fileStore) reconcileBatch(ctx context.Context, pool *storage.Pool) (int, error) {
	var ids []int64
	err := pool.Do(ctx, "read notes", func(ctx context.Context, db *mongo.Database) error {
		cur, err := db.Collection(unsettledCollection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$exists", Value: true}}}}, options.Find().SetHint("_id_").SetLimit(reconcileBatch))
		if err != nil {
			return err
		}
		var notes []struct {
			ID int64 `bson:"_id"`
		}
		if err := cur.All(ctx, &notes); err != nil {
			return err
		}
		ids = ids[:0]
		for _, n := range notes {
			ids = append(ids, n.ID)
		}
		return nil
	})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	have, complete := s.findInPools(ctx, fixedIDs(ids))
	if !complete {
		return 0, nil
	}
	if err := s.mergeDuplicates(ctx, pool, have); err != nil {
		return 0, err
	}
	return len(ids), pool.Do(ctx, "drop notes", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(unsettledCollection).DeleteMany(ctx, byIDs(ids))
		return err
	})
}

// mergeDuplicates merges the copies of files into the first pool that has one, and then deletes the others. The order of the pools decides, so two
// processes that merge at once keep the same copy. noted is the pool with the newer copies. It first checks that the pools are different databases.
// Otherwise both documents would be the same one, and it would delete the only copy.
func (s fileStore) mergeDuplicates(ctx context.Context, noted *storage.Pool, have []storedDoc) error {
	copies := map[int64][]storedDoc{}
	for _, pool := range s.pools.All() {
		for _, h := range have {
			if h.pool == pool {
				copies[h.doc.ID] = append(copies[h.doc.ID], h)
			}
		}
	}
	changes, removals, distinct := map[*storage.Pool]*poolBatch{}, map[*storage.Pool]*poolBatch{}, map[[2]*storage.Pool]bool{}
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
			batchFor(removals, h.pool).deleteFile(h.doc)
		}
		if merged.Version = list[0].doc.Version; !merged.equal(list[0].doc) {
			batchFor(changes, list[0].pool).replaceFile(list[0].doc, merged)
		}
	}
	for _, batches := range []map[*storage.Pool]*poolBatch{changes, removals} {
		for pool, b := range batches {
			if err := s.writeBatch(ctx, pool, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// noteCopies notes the files that another process stored in another pool at the same time. Each process looks after its insert, so the later one sees both
// copies.
func (s fileStore) noteCopies(ctx context.Context, in *storage.Pool, ids []int64) error {
	var mu sync.Mutex
	var copies []int64
	s.pools.Each(ctx, "look for copies", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) error { // a pool without an answer was noted before
		if pool == in {
			return nil
		}
		there, err := existingFileIDs(ctx, db, ids)
		mu.Lock()
		defer mu.Unlock()
		copies = slices.AppendSeq(copies, maps.Keys(there))
		return err
	})
	if len(copies) == 0 {
		return nil
	}
	return notePossibleDuplicates(ctx, in, copies)
}
