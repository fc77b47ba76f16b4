package filter

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

// filesAfter reads the files whose ids come after one, in the order of their ids; with first, the first ones.
func filesAfter(ctx context.Context, pool *storage.Pool, after int64, first bool, most int) (docs []fileDoc, err error) {
	condition := idsAfter(after)
	if first {
		condition = anyID()
	}
	err = pool.Do(ctx, "read files to check", func(ctx context.Context, db *mongo.Database) error {
		cur, err := db.Collection(filesCollection).Find(ctx, condition, inIDOrder(int64(most)))
		if err != nil {
			return err
		}
		docs = nil // drop what an earlier try read
		return cur.All(ctx, &docs)
	})
	return docs, err
}

func docsByID(ctx context.Context, pool *storage.Pool, ids []int64) (map[int64]fileDoc, error) {
	found := make(map[int64]fileDoc, len(ids))
	for part := range slices.Chunk(ids, pageSize) {
		err := pool.Do(ctx, "read files again", func(ctx context.Context, db *mongo.Database) error {
			docs, err := findDocs(ctx, db, part)
			for _, d := range docs {
				found[d.ID] = d
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// splitByFile splits ids into those that have a document in a pool and the others.
func splitByFile(ctx context.Context, pool *storage.Pool, ids []int64) (there, gone []int64, err error) {
	err = pool.Do(ctx, "look for files", func(ctx context.Context, db *mongo.Database) error {
		existing, err := existingFileIDs(ctx, db, ids)
		if err == nil {
			there, gone = splitIDs(ids, existing)
		}
		return err
	})
	return there, gone, err
}

// eachList calls fn with the ids of every list of a pool, those of a long list in several calls.
func eachList(ctx context.Context, pool *storage.Pool, fn func(key string, long bool, ids []int64)) error {
	return eachListHead(ctx, pool, "", func(heads []posting) error {
		var keys []string
		for _, h := range heads {
			if !isLaterChunk(h.Key) && h.Key != indexVersionKey && h.Key != unsureKey {
				keys = append(keys, h.Key)
			}
		}
		for part := range slices.Chunk(keys, keysAtOnce) {
			if err := readWholeLists(ctx, pool, part, fn); err != nil {
				return err
			}
		}
		return nil
	})
}

// readWholeLists calls fn with the ids of lists. If a long list is compacted meanwhile, it reads the list again, and fn gets some ids twice.
func readWholeLists(ctx context.Context, pool *storage.Pool, keys []string, fn func(key string, long bool, ids []int64)) error {
	again := keys
	for try := 0; len(again) > 0 && try < listTries; try++ {
		heads, err := readPostings(ctx, pool, again)
		if err != nil {
			return err
		}
		again = nil
		for _, h := range heads {
			long := h.isLong()
			fn(h.Key, long, unpackIDs(h.Files))
			if !long {
				continue
			}
			whole, err := readLaterChunks(ctx, pool, h, func(ids []int64) { fn(h.Key, long, ids) })
			if err != nil {
				return err
			}
			if !whole {
				again = append(again, h.Key)
			}
		}
	}
	if len(again) > 0 {
		return errListsBusy
	}
	return nil
}

// readLaterChunks calls fn with the ids of the chunks behind a head, in the order of the chunks. whole is false if a full chunk is gone, because the list was compacted.
func readLaterChunks(ctx context.Context, pool *storage.Pool, head posting, fn func(ids []int64)) (whole bool, err error) {
	const chunks = 500
	for from := 1; from <= head.lastChunk(); from += chunks {
		to := min(from+chunks, head.lastChunk()+1)
		keys := head.chunkKeys(from, to)
		docs, err := readPostings(ctx, pool, keys)
		if err != nil {
			return false, err
		}
		if full := min(to, head.lastChunk()) - from; len(docs) < full { // the last one may be empty
			return false, nil
		}
		files := make(map[string][]byte, len(docs)) // the server returns chunk 10 before chunk 2
		for _, d := range docs {
			files[d.Key] = d.Files
		}
		for _, k := range keys {
			fn(unpackIDs(files[k]))
		}
	}
	return true, nil
}

func readPostings(ctx context.Context, pool *storage.Pool, keys []string) (found []posting, err error) {
	err = pool.Do(ctx, "read lists to check", func(ctx context.Context, db *mongo.Database) error {
		found, err = findPostings(ctx, db.Collection(postingsCollection), keys)
		return err
	})
	return found, err
}

// listedAmong returns which of the ids stand in their lists.
func listedAmong(ctx context.Context, pool *storage.Pool, lists map[string][]int64) (map[string][]int64, error) {
	listed := map[string][]int64{}
	var keys []string
	for k, ids := range lists {
		keys = append(keys, k)
		slices.Sort(ids)
	}
	for part := range slices.Chunk(keys, keysAtOnce) {
		err := readWholeLists(ctx, pool, part, func(key string, _ bool, ids []int64) {
			for _, id := range ids {
				if _, ok := slices.BinarySearch(lists[key], id); ok {
					listed[key] = append(listed[key], id)
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return listed, nil
}

// notedDuplicates returns which ids are noted in a pool as possible duplicates.
func notedDuplicates(ctx context.Context, pool *storage.Pool, ids []int64) (map[int64]bool, error) {
	noted := map[int64]bool{}
	if len(ids) == 0 {
		return noted, nil
	}
	err := pool.Do(ctx, "read notes", func(ctx context.Context, db *mongo.Database) error {
		cur, err := db.Collection(unsettledCollection).Find(ctx, byIDs(ids))
		if err != nil {
			return err
		}
		var docs []struct {
			ID int64 `bson:"_id"`
		}
		err = cur.All(ctx, &docs)
		for _, d := range docs {
			noted[d.ID] = true
		}
		return err
	})
	return noted, err
}
