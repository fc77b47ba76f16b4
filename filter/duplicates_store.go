package filter

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// unsettledCollection notes possible duplicates. A file that is posted again while its pool is down becomes a second document in another pool. Its id
// is noted in that pool first. When all pools answer again, reconcile merges the new document into the old one and deletes the note.
const unsettledCollection = "unsettled"

func notePossibleDuplicates(ctx context.Context, pool *storage.Pool, docs []fileDoc) error {
	var writes []mongo.WriteModel
	for _, d := range docs {
		id := bson.D{{Key: "_id", Value: d.ID}}
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

// mergeDuplicates adds the places of pool's documents to their duplicates in other pools, then deletes the documents from pool. It first checks that the
// two pools are two databases. Otherwise both documents would be the same one, and it would delete the only copy.
func (s fileStore) mergeDuplicates(ctx context.Context, pool *storage.Pool, have []storedDoc) error {
	changes, distinct := map[*storage.Pool]*poolBatch{}, map[*storage.Pool]bool{}
	removals := newPoolBatch()
	for _, h := range have {
		if h.pool != pool {
			continue
		}
		i := slices.IndexFunc(have, func(o storedDoc) bool { return o.pool != pool && o.doc.ID == h.doc.ID })
		if i < 0 {
			continue
		}
		if !distinct[have[i].pool] {
			if err := storage.Distinct(ctx, pool, have[i].pool); err != nil {
				return err
			}
			distinct[have[i].pool] = true
		}
		s.planUpdate(changes, have[i], h.doc)
		removals.deleteFile(h.doc)
	}
	for p, b := range changes {
		if err := s.writeBatch(ctx, p, b); err != nil {
			return err
		}
	}
	return s.writeBatch(ctx, pool, removals)
}
