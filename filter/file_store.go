package filter

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// fileStore writes files and their posting lists to the pools. Callers hold Indexer.storing, except for compactLists, which locks it itself.
type fileStore struct {
	pools   *storage.Pools
	vocab   *Vocabulary
	counted func(map[FileCount]int64) // gets what a batch changed
	tails   *tailCache
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
	return found, !slices.ContainsFunc(outcomes, func(o storage.PoolResult) bool { return o.Err != nil })
}

// fixedIDs asks every pool for the same ids.
func fixedIDs(ids []int64) func(context.Context, *mongo.Database) ([]int64, error) {
	return func(context.Context, *mongo.Database) ([]int64, error) { return ids, nil }
}

// idsNearPlaces asks every pool for the ids in the place lists of places, which also hold the files of neighbouring messages, without the ids
// in known.
func idsNearPlaces(places []Place, known map[DocumentID]bool) func(context.Context, *mongo.Database) ([]int64, error) {
	var keys []string
	for _, p := range places {
		if k := placeKey(p); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return func(ctx context.Context, db *mongo.Database) ([]int64, error) {
		c := db.Collection(postingsCollection)
		heads, err := findPostings(ctx, c, keys)
		if err != nil {
			return nil, err
		}
		byKey := make(map[string]posting, len(heads))
		for _, h := range heads {
			byKey[h.Key] = h
		}
		ids, err := readLists(ctx, c, byKey, keys)
		return slices.DeleteFunc(ids, func(id int64) bool { return known[DocumentID(id)] }), err
	}
}

// storePosts stores posts. It adds place and description to a file that a pool already has. A new file goes to the pool with the most room. It
// returns the new documents. When a pool did not answer, that pool may already have one of the new files: insertFiles then notes a possible
// duplicate for reconcile.
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
	have, complete := s.findInPools(ctx, fixedIDs(ids))
	changes := map[*storage.Pool]*poolBatch{}
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
	if err := errors.Join(append(errs, s.insertFiles(ctx, fresh, !complete))...); err != nil {
		return nil, err
	}
	return added, nil
}

// poolBatch collects the writes of one pool: documents, and the ids to add to and remove from posting lists.
type poolBatch struct {
	models        []mongo.WriteModel
	adds, removes map[string][]int64
	bytes         int64
	counts        fileCounts
}

func newPoolBatch() *poolBatch {
	return &poolBatch{adds: map[string][]int64{}, removes: map[string][]int64{}, counts: fileCounts{}}
}

// moveLists moves a document's id from the lists in from to the lists in to.
func (b *poolBatch) moveLists(id int64, from, to []string) {
	for _, k := range from {
		if !slices.Contains(to, k) {
			b.removes[k] = append(b.removes[k], id)
		}
	}
	for _, k := range to {
		if !slices.Contains(from, k) {
			b.adds[k] = append(b.adds[k], id)
		}
	}
}

// insertFile adds the writes of a new document that belongs to the lists of keys.
func (b *poolBatch) insertFile(doc fileDoc, keys []string) {
	b.moveLists(doc.ID, nil, keys)
	b.counts.add(doc, 1)
	b.bytes += bytesPerFile
	b.models = append(b.models, mongo.NewInsertOneModel().SetDocument(doc))
}

// replaceFile adds the writes that change a document. They fail if another process changes it first.
func (b *poolBatch) replaceFile(old, doc fileDoc) {
	b.moveLists(doc.ID, listKeys(old), listKeys(doc))
	b.counts.add(old, -1)
	b.counts.add(doc, 1)
	doc.Version = old.Version + 1
	b.models = append(b.models, mongo.NewReplaceOneModel().SetFilter(old.unchangedFilter()).SetReplacement(doc))
}

// deleteFile adds the writes that delete a document. They fail if another process changes it first.
func (b *poolBatch) deleteFile(doc fileDoc) {
	b.moveLists(doc.ID, listKeys(doc), nil)
	b.counts.add(doc, -1)
	b.models = append(b.models, mongo.NewDeleteOneModel().SetFilter(doc.unchangedFilter()))
}

// entries returns the ids that the batch adds to lists or removes from them.
func (b *poolBatch) entries() map[string][]int64 {
	entries := make(map[string][]int64, len(b.adds)+len(b.removes))
	for _, change := range []map[string][]int64{b.adds, b.removes} {
		for k, ids := range change {
			entries[k] = slices.Concat(entries[k], ids)
		}
	}
	return entries
}

func batchFor(changes map[*storage.Pool]*poolBatch, pool *storage.Pool) *poolBatch {
	if changes[pool] == nil {
		changes[pool] = newPoolBatch()
	}
	return changes[pool]
}

// planUpdate adds the writes that merge a new document of a file into the stored one. If the merge changes nothing, it adds none.
func (s fileStore) planUpdate(changes map[*storage.Pool]*poolBatch, h storedDoc, doc fileDoc) {
	merged := h.doc.merge(doc)
	if merged.equal(h.doc) {
		return
	}
	batchFor(changes, h.pool).replaceFile(h.doc, merged)
}

// insertFiles writes new documents to the pool with the most room, or to the next one when that fails. With maybeDuplicates it first notes their
// ids for reconcile.
func (s fileStore) insertFiles(ctx context.Context, docs []fileDoc, maybeDuplicates bool) error {
	if len(docs) == 0 {
		return nil
	}
	b := newPoolBatch()
	keys := listKeysOfAll(docs)
	ids := make([]int64, len(docs))
	for i, d := range docs {
		ids[i], d.Version = d.ID, 0
		b.insertFile(d, keys[i])
	}
	errs := []error{ErrNoRoom}
	for _, pool := range s.pools.Writable(ctx) {
		if maybeDuplicates {
			if err := notePossibleDuplicates(ctx, pool, ids); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		err := s.writeBatch(ctx, pool, b)
		if err == nil {
			return s.noteCopies(ctx, pool, ids)
		}
		if errors.Is(err, errFilesChanged) {
			return err
		}
		errs = append(errs, err)
		maybeDuplicates = true // the pool may have stored the files and not answered
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

// writeBatch writes the documents of a batch and their entries in lists. A process that dies in the middle leaves a note for finishWrites. It returns
// errFilesChanged, and has written only some of the documents, if another process changed one of them.
func (s fileStore) writeBatch(ctx context.Context, pool *storage.Pool, b *poolBatch) (err error) {
	if len(b.models) == 0 {
		return nil
	}
	defer func() { err = errors.Join(err, changeIndexVersion(ctx, pool)) }()
	entries := b.entries()
	notes, err := noteUnfinished(ctx, pool, entries)
	if err != nil {
		return err
	}
	// New entries come before the document: a search skips an id without a document, but cannot find a document that is in no list. Old entries leave
	// after the document, because a repeated deletion finds it by them.
	generations, err := changePostings(ctx, pool, s.tails, b.adds, nil)
	if err != nil {
		return err
	}
	s.addWords(b.adds, 1) // a repeated batch adds none for the files that this one stores
	var written bool
	err = pool.Do(ctx, "write files", func(ctx context.Context, db *mongo.Database) (err error) {
		written, err = writeIfUnchanged(ctx, db.Collection(filesCollection), b.models)
		return err
	})
	if err != nil {
		return err
	}
	if !written {
		err := redoEntries(ctx, pool, entries)
		if err == nil {
			_, err = dropNotes(ctx, pool, notes, "")
		}
		return errors.Join(errFilesChanged, err)
	}
	pool.Wrote(b.bytes)
	s.counted(b.counts)
	if err := s.relistCompacted(ctx, pool, generations, b.adds); err != nil {
		return err
	}
	if _, err := changePostings(ctx, pool, s.tails, nil, b.removes); err != nil {
		return err
	}
	all, err := dropNotes(ctx, pool, notes, "")
	if err == nil && !all {
		err = redoEntries(ctx, pool, entries)
	}
	if err != nil {
		return err
	}
	s.addWords(b.removes, -1)
	return nil
}

// addWords adds the entries of lists to the counts of words, or subtracts them with the sign -1.
func (s fileStore) addWords(lists map[string][]int64, sign int) {
	words := make(map[string]int, len(lists))
	for k, ids := range lists {
		if isWord(k) {
			words[k] = sign * len(ids)
		}
	}
	s.vocab.Add(words)
}

// relistCompacted adds ids again to lists that another process compacted after the list write and before the file write. Such a compaction drops
// the ids, because it finds no document for them. A later one finds the documents.
func (s fileStore) relistCompacted(ctx context.Context, pool *storage.Pool, generations map[string]string, adds map[string][]int64) error {
	compacted, err := compactedSince(ctx, pool, generations)
	if err != nil || len(compacted) == 0 {
		return err
	}
	again := map[string][]int64{}
	for _, w := range compacted {
		again[w] = adds[w]
	}
	_, err = changePostings(ctx, pool, s.tails, again, nil)
	return err
}

// clearPlaces removes places from the documents that have them, except from the document that kept names for a place, and deletes a document
// without places. It skips the documents in added: they are new, so all their places are in kept. With errPoolNoAnswer, a pool that did not answer
// may still have the places.
func (s fileStore) clearPlaces(ctx context.Context, places []Place, kept map[Place]DocumentID, added map[DocumentID]bool) error {
	if len(places) == 0 {
		return nil
	}
	have, complete := s.findInPools(ctx, idsNearPlaces(places, added))
	if err := s.removePlaces(ctx, have, func(p Place, id DocumentID) bool { return slices.Contains(places, p) && kept[p] != id }); err != nil {
		return err
	}
	if !complete {
		return errPoolNoAnswer
	}
	return nil
}

// removePlaces removes the places for which leave is true, and deletes documents without places.
func (s fileStore) removePlaces(ctx context.Context, have []storedDoc, leave func(Place, DocumentID) bool) error {
	changes := map[*storage.Pool]*poolBatch{}
	for _, h := range have {
		after := h.doc.without(func(p Place) bool { return leave(p, DocumentID(h.doc.ID)) })
		if len(after.Places) == len(h.doc.Places) {
			continue
		}
		b := batchFor(changes, h.pool)
		if len(after.Places) > 0 {
			b.replaceFile(h.doc, after)
			continue
		}
		b.deleteFile(h.doc)
	}
	for pool, b := range changes {
		if err := s.writeBatch(ctx, pool, b); err != nil {
			return err
		}
	}
	return nil
}

// removeChannel removes a bounded number of a channel's places. done means that no pool has any left. errPoolNoAnswer means that the pools that
// answered have none left.
func (s fileStore) removeChannel(ctx context.Context, id ChannelID) (done bool, err error) {
	var read atomic.Int64
	have, complete := s.findInPools(ctx, func(ctx context.Context, db *mongo.Database) (ids []int64, err error) {
		lists, err := readPlaceLists(ctx, db, id)
		for _, l := range lists {
			ids = append(ids, unpackIDs(l.Files)...)
		}
		read.Add(int64(len(lists)))
		return ids, err
	})
	if err := s.removePlaces(ctx, have, func(p Place, _ DocumentID) bool { return p.Channel == id }); err != nil {
		return false, fmt.Errorf("remove channel %d: %w", id, err)
	}
	switch {
	case len(have) > 0:
		return false, nil
	case !complete:
		return false, errPoolNoAnswer
	case read.Load() == 0:
		return true, nil
	}
	outcomes := s.pools.Each(ctx, "drop lists", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error { // lists whose ids have no documents
		lists, err := readPlaceLists(ctx, db, id)
		if err != nil || len(lists) == 0 {
			return err
		}
		var drops []mongo.WriteModel
		for _, l := range lists {
			drops = append(drops, mongo.NewDeleteOneModel().SetFilter(bson.D{{Key: "_id", Value: l.Key}, {Key: "f", Value: l.Files}}))
		}
		_, err = writeIfUnchanged(ctx, db.Collection(postingsCollection), drops) // the next call reads a list that changed meanwhile again
		return err
	})
	for _, o := range outcomes {
		err = errors.Join(err, o.Err)
	}
	return false, err
}

// readPlaceLists reads the first place lists of a channel, at most 16.
func readPlaceLists(ctx context.Context, db *mongo.Database, id ChannelID) ([]posting, error) {
	const blocks = 16
	prefix := fmt.Sprintf("%s%x/", placeMark, int64(id))
	among := bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: prefix}, {Key: "$lt", Value: prefix + "~"}}}} // hexadecimal digits sort before the tilde
	cur, err := db.Collection(postingsCollection).Find(ctx, among, options.Find().SetHint("_id_").SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(blocks))
	if err != nil {
		return nil, err
	}
	var lists []posting
	return lists, cur.All(ctx, &lists)
}

// bytesPerFile estimates the size of a file with its share of the lists; TestStore_BytesPerFile measures it.
const bytesPerFile = 360
