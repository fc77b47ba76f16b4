package filter

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// Out of a list of many chunks nothing is taken when a file leaves: finding it would read the whole list. One file more or less does no harm, but
// a channel's do: they fill the lists of common words up to where a search stops reading. So when a channel has left, long lists are packed.

// tidy packs the lists of every pool that answers, one list at a time under the lock of those who change files and lists.
func (s fileStore) tidy(ctx context.Context, storing sync.Locker) error {
	var errs []error
	for _, pool := range s.pools.All() {
		errs = append(errs, s.tidyPool(ctx, pool, storing))
	}
	return errors.Join(errs...)
}

func (s fileStore) tidyPool(ctx context.Context, pool *storage.Pool, storing sync.Locker) error {
	return eachHead(ctx, pool, func(heads []head) error {
		for _, h := range heads {
			if h.Count < chunkIDs {
				continue
			}
			storing.Lock()
			err := pool.Do(ctx, "pack list", func(ctx context.Context, db *mongo.Database) error { return packList(ctx, db, h.Key) })
			storing.Unlock()
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// packList writes a list anew without the ids that have no document. The chunks are written in order, each id into its new chunk before it leaves
// its old one, and the count comes last: whatever it is stopped at, no id is missing, and one that stands twice is read once.
func packList(ctx context.Context, db *mongo.Database, word string) error {
	c := db.Collection(postingsCollection)
	heads, err := findPostings(ctx, c, []string{word})
	if err != nil || len(heads) == 0 {
		return err
	}
	list := heads[0]
	last := int(list.Count) / chunkIDs
	ids := unpackIDs(list.Files)
	for from := 1; from <= last; from += keysAtOnce {
		var keys []string
		for n := from; n <= min(last, from+keysAtOnce-1); n++ {
			keys = append(keys, chunkKey(word, n))
		}
		docs, err := findPostings(ctx, c, keys)
		if err != nil {
			return err
		}
		files := make(map[string][]byte, len(docs))
		for _, d := range docs {
			files[d.Key] = d.Files
		}
		for _, k := range keys {
			ids = append(ids, unpackIDs(files[k])...)
		}
	}
	live, err := existing(ctx, db, ids)
	if err != nil || len(live) == int(list.Count) {
		return err
	}
	_, err = c.BulkWrite(ctx, packed(word, live, list.Count, last), options.BulkWrite().SetOrdered(true))
	return err
}

// packed are the writes that turn a list into live; count and last are its old number of ids and of its last chunk.
func packed(word string, live []int64, count int32, last int) []mongo.WriteModel {
	replace := func(p posting) mongo.WriteModel {
		return mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: p.Key}}).SetReplacement(p).SetUpsert(true)
	}
	first := posting{Key: word, Count: count, Files: packIDs(live[:min(len(live), chunkIDs)])}
	writes := []mongo.WriteModel{replace(first)}
	n := 1
	for rest := live[min(len(live), chunkIDs):]; len(rest) > 0; n++ {
		part := rest[:min(len(rest), chunkIDs)]
		writes = append(writes, replace(posting{Key: chunkKey(word, n), Files: packIDs(part)}))
		rest = rest[len(part):]
	}
	if first.Count = int32(len(live)); len(live) > 0 { //nolint:gosec // no more than there were
		writes = append(writes, replace(first))
	} else {
		writes = append(writes, mongo.NewDeleteOneModel().SetFilter(bson.D{{Key: "_id", Value: word}}))
	}
	for ; n <= last; n++ {
		writes = append(writes, mongo.NewDeleteOneModel().SetFilter(bson.D{{Key: "_id", Value: chunkKey(word, n)}}))
	}
	return writes
}

// existing returns the ids that have a document, in their order and each once.
func existing(ctx context.Context, db *mongo.Database, ids []int64) ([]int64, error) {
	var live []int64
	seen := map[int64]bool{}
	for len(ids) > 0 {
		part := ids[:min(len(ids), keysAtOnce)]
		ids = ids[len(part):]
		cur, err := db.Collection(filesCollection).Find(ctx, byIDs(part), options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			return nil, fmt.Errorf("which files are there: %w", err)
		}
		var docs []struct {
			ID int64 `bson:"_id"`
		}
		if err := cur.All(ctx, &docs); err != nil {
			return nil, fmt.Errorf("which files are there: %w", err)
		}
		there := make(map[int64]bool, len(docs))
		for _, d := range docs {
			there[d.ID] = true
		}
		for _, id := range part {
			if there[id] && !seen[id] {
				seen[id] = true
				live = append(live, id)
			}
		}
	}
	return live, nil
}
