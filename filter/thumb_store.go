package filter

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// thumbsCollection has the thumbs of a pool's files. They are not in the files' documents, because a search reads hundreds of documents for a page and
// shows the thumbs of the page only. A thumb is written before its file and deleted after it. A process that dies in between leaves a thumb without a
// file, which the next compaction drops.
const thumbsCollection = "thumbs"

// thumbDoc is the stripped JPEG of a file.
type thumbDoc struct {
	File int64  `bson:"_id"`
	JPEG []byte `bson:"b"`
}

// bytesPerThumb is the size of a stored thumb without its picture: the document's frame and the index. TestThumbs_CostWhatTheManualSays measures it.
const bytesPerThumb = 50

// writeThumbs stores thumbs. A stored one is replaced.
func writeThumbs(ctx context.Context, pool *storage.Pool, thumbs []thumbDoc) error {
	if len(thumbs) == 0 {
		return nil
	}
	writes := make([]mongo.WriteModel, len(thumbs))
	for i, t := range thumbs {
		writes[i] = mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: t.File}}).SetReplacement(t).SetUpsert(true)
	}
	err := pool.Do(ctx, "write thumbs", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(thumbsCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		return err
	})
	if mongo.IsDuplicateKeyError(err) { // another process has just stored the thumb of the same file
		return nil
	}
	return err
}

// dropThumbs deletes the thumbs of deleted files.
func dropThumbs(ctx context.Context, pool *storage.Pool, files []int64) error {
	if len(files) == 0 {
		return nil
	}
	return pool.Do(ctx, "drop thumbs", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(thumbsCollection).DeleteMany(ctx, byIDs(files))
		return err
	})
}

// readThumbs sets the thumbs of documents.
func readThumbs(ctx context.Context, pools *storage.Pools, have []storedDoc) error {
	for _, pool := range pools.All() {
		var ids []int64
		for _, h := range have {
			if h.pool == pool {
				ids = append(ids, h.doc.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		var thumbs map[int64][]byte
		err := pool.Do(ctx, "read thumbs", func(ctx context.Context, db *mongo.Database) (err error) {
			thumbs, err = findThumbs(ctx, db, ids)
			return err
		})
		if err != nil {
			return err
		}
		for i, h := range have {
			if h.pool == pool {
				have[i].doc.Thumb = thumbs[h.doc.ID]
			}
		}
	}
	return nil
}

func findThumbs(ctx context.Context, db *mongo.Database, ids []int64) (map[int64][]byte, error) {
	cur, err := db.Collection(thumbsCollection).Find(ctx, byIDs(ids))
	if err != nil {
		return nil, err
	}
	var docs []thumbDoc
	if err := cur.All(ctx, &docs); err != nil {
		return nil, err
	}
	thumbs := make(map[int64][]byte, len(docs))
	for _, d := range docs {
		thumbs[d.File] = d.JPEG
	}
	return thumbs, nil
}

// thumbsWithin bounds the wait for thumbs. An answer is useful without them.
const thumbsWithin = time.Second

var errThumbsTimeout = errors.New("the thumbs took too long")

// Thumbs returns the thumbs of files that have one. The thumbs in a pool that does not answer are missing.
func (s *Searcher) Thumbs(ctx context.Context, files []DocumentID) map[DocumentID][]byte {
	ctx, cancel := context.WithTimeoutCause(ctx, thumbsWithin, errThumbsTimeout)
	defer cancel()
	thumbs := make(map[DocumentID][]byte, len(files))
	if len(files) == 0 {
		return thumbs
	}
	ids := make([]int64, len(files))
	for i, id := range files {
		ids[i] = int64(id)
	}
	var mu sync.Mutex
	s.pools.Each(ctx, "read thumbs", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		found, err := findThumbs(ctx, db, ids)
		mu.Lock()
		defer mu.Unlock()
		for id, jpeg := range found {
			thumbs[DocumentID(id)] = jpeg
		}
		return err
	})
	return thumbs
}

// dropOrphanThumbs deletes the thumbs of a pool that have no file. A thumb is stored before its file, so an orphan is looked up
// again while this process stores nothing.
func dropOrphanThumbs(ctx context.Context, pool *storage.Pool, storing sync.Locker) error {
	var errs []error
	err := eachPage(ctx, pool, thumbsCollection, []string{"_id"}, func(page []thumbDoc) int64 {
		ids := make([]int64, len(page))
		for i, t := range page {
			ids[i] = t.File
		}
		_, orphans, err := splitByFile(ctx, pool, ids)
		if len(orphans) > 0 {
			err = dropIfOrphan(ctx, pool, orphans, storing)
		}
		errs = append(errs, err)
		return ids[len(ids)-1]
	})
	return errors.Join(append(errs, err)...)
}

func dropIfOrphan(ctx context.Context, pool *storage.Pool, ids []int64, storing sync.Locker) error {
	storing.Lock()
	defer storing.Unlock()
	_, orphans, err := splitByFile(ctx, pool, ids)
	if err != nil {
		return err
	}
	return dropThumbs(ctx, pool, orphans)
}
