package filter

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

// fileStore writes files and their posting lists to the pools. Callers hold Indexer.storing, except for compactLists and reconcile, which lock it themselves.
type fileStore struct {
	pools   *storage.Pools
	vocab   *Vocabulary
	counted func(map[FileCount]int64) // gets what a batch changed
}

// errPoolNoAnswer means that every pool that answered has the write, and that a pool that did not answer may hold an older copy.
var errPoolNoAnswer = errors.New("a pool did not answer, so what it holds could not be changed")

// storedDoc is a document with the pool that it was found in.
type storedDoc struct {
	pool *storage.Pool
	doc  fileDoc
}

// findInPools reads, in every pool, the documents whose ids idsIn returns for that pool. complete is false when a pool did not answer.
func (s fileStore) findInPools(ctx context.Context, idsIn func(ctx context.Context, db *mongo.Database) ([]int64, error)) (found []storedDoc, complete bool) {
	answers := make(chan []storedDoc, len(s.pools.All()))
	outcomes := s.pools.Each(ctx, "look up files", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) error {
		ids, err := idsIn(ctx, db)
		if err != nil {
			return err
		}
		docs, err := findDocs(ctx, db, ids)
		if err != nil {
			return err
		}
		mine := make([]storedDoc, len(docs))
		for i, d := range docs {
			mine[i] = storedDoc{pool, d}
		}
		answers <- mine
		return nil
	})
	close(answers)
	for a := range answers {
		found = append(found, a...)
	}
	return found, joinErrors(outcomes) == nil
}

// joinErrors returns the errors of the pools that failed, nil if all answered.
func joinErrors(outcomes []storage.PoolResult) error {
	errs := make([]error, len(outcomes))
	for i, o := range outcomes {
		errs[i] = o.Err
	}
	return errors.Join(errs...)
}

// fixedIDs asks every pool for the same ids.
func fixedIDs(ids []int64) func(context.Context, *mongo.Database) ([]int64, error) {
	return func(context.Context, *mongo.Database) ([]int64, error) { return ids, nil }
}

// storePosts stores posts. It adds place and description to a file that a pool already has. A new file goes to the pool with the most room. It
// returns the new documents.
func (s fileStore) storePosts(ctx context.Context, posts []Post) (added map[DocumentID]bool, err error) {
	docs := map[int64]fileDoc{}
	var ids []int64
	for _, p := range posts {
		doc := newFileDoc(p)
		if old, ok := docs[doc.ID]; ok {
			doc = old.merge(doc)
		} else {
			ids = append(ids, doc.ID)
		}
		docs[doc.ID] = doc
	}
	added = map[DocumentID]bool{}
	if len(ids) == 0 {
		return added, nil
	}
	have, _ := s.findInPools(ctx, fixedIDs(ids)) // noteCopies finds a copy in a pool that does not answer now
	changes := poolBatches{}
	for _, h := range have {
		if doc, ok := docs[h.doc.ID]; ok {
			s.planUpdate(changes, h, doc)
		}
	}
	for _, h := range have {
		delete(docs, h.doc.ID)
	}
	var errs []error
	for pool, b := range changes { // a pool that refuses a change must not stop the insert into another pool
		errs = append(errs, s.writeBatch(ctx, pool, b))
	}
	var fresh []fileDoc
	for _, id := range ids {
		if doc, ok := docs[id]; ok {
			fresh = append(fresh, doc)
			added[DocumentID(id)] = true
		}
	}
	if err := errors.Join(append(errs, s.insertFiles(ctx, fresh))...); err != nil {
		return nil, err
	}
	return added, nil
}

// planUpdate adds the writes that merge a new document of a file into the stored one. If the merge changes nothing, it adds only that of the thumb.
func (s fileStore) planUpdate(changes poolBatches, h storedDoc, doc fileDoc) {
	merged := h.doc.merge(doc)
	switch {
	case !merged.equal(h.doc):
		changes.of(h.pool).replaceFile(h.doc, merged)
	case merged.Thumb != nil: // the file may be older than the thumbs
		changes.of(h.pool).addThumb(merged)
	}
}

// insertFiles writes new documents to the pool with the most room, or to the next one when that fails.
func (s fileStore) insertFiles(ctx context.Context, docs []fileDoc) error {
	if len(docs) == 0 {
		return nil
	}
	b := newPoolBatch()
	keys := listKeysOfAll(docs)
	for i, d := range docs {
		d.Version, d.Analysis = 0, analysisVersion
		b.insertFile(d, keys[i])
	}
	errs := []error{ErrNoRoom}
	for _, pool := range s.pools.Writable(ctx) {
		err := s.writeBatch(ctx, pool, b)
		if err == nil || errors.Is(err, errFilesChanged) || errors.Is(err, errUnfinished) {
			return err
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// listKeysOfAll runs listKeys for every document on all processors. Parsing the titles is most of the work of indexing.
func listKeysOfAll(docs []fileDoc) [][]string {
	keys := make([][]string, len(docs))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(docs); i = int(next.Add(1)) - 1 {
				keys[i] = listKeys(docs[i])
			}
		})
	}
	wg.Wait()
	return keys
}
