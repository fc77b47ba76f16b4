package filter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// fileStore writes files to the pools. One process uses it at a time.
type fileStore struct {
	pools *storage.Pools
	vocab *Vocabulary
}

// errPoolMissing means that a write is done wherever possible, but a pool that did not answer may hold an older copy.
var errPoolMissing = errors.New("a pool did not answer, so what it holds could not be changed")

// stored is a document and the pool that it was found in.
type stored struct {
	pool *storage.Pool
	doc  fileDoc
}

// lookup finds the documents in all pools whose ids idsIn returns. complete is false when a pool did not answer.
func (s fileStore) lookup(ctx context.Context, idsIn func(ctx context.Context, db *mongo.Database) ([]int64, error)) (found []stored, complete bool) {
	answers := make(chan []stored, len(s.pools.All()))
	outcomes := s.pools.Each(ctx, "look up files", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) error {
		ids, err := idsIn(ctx, db)
		if err != nil {
			return err
		}
		docs, err := findDocs(ctx, db, ids)
		if err != nil {
			return err
		}
		mine := make([]stored, len(docs))
		for i, d := range docs {
			mine[i] = stored{pool, d}
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

func these(ids []int64) func(context.Context, *mongo.Database) ([]int64, error) {
	return func(context.Context, *mongo.Database) ([]int64, error) { return ids, nil }
}

// near returns the ids of the files that stand at places or beside them, without those that are known already.
func near(places []Place, known map[DocumentID]bool) func(context.Context, *mongo.Database) ([]int64, error) {
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

// put stores posts: a file that some pool has gets another place or new words, a new one goes where there is room. It returns the documents
// that are new. With errPoolMissing everything is stored, but a twin may exist in the pool that slept; it is noted for reconcile.
func (s fileStore) put(ctx context.Context, posts []Post) (added map[DocumentID]bool, err error) {
	docs := map[int64]fileDoc{}
	var ids []int64
	for _, p := range posts {
		doc := newFileDoc(p)
		if old, ok := docs[doc.ID]; ok {
			doc.Places = mergePlaces(old.Places, doc.Places)
			doc.Posted = max(old.Posted, doc.Posted)
		} else {
			ids = append(ids, doc.ID)
		}
		docs[doc.ID] = doc
	}
	added = map[DocumentID]bool{}
	if len(ids) == 0 {
		return added, nil
	}
	have, complete := s.lookup(ctx, these(ids))
	changes := map[*storage.Pool]*batch{}
	for _, h := range have {
		if doc, ok := docs[h.doc.ID]; ok {
			s.change(changes, h, doc)
		}
	}
	for _, h := range have {
		delete(docs, h.doc.ID)
	}
	var errs []error
	for pool, b := range changes { // a pool that refuses a change must not keep new files out of the others
		errs = append(errs, s.write(ctx, pool, b))
	}
	var fresh []fileDoc
	for _, id := range ids {
		if doc, ok := docs[id]; ok {
			fresh = append(fresh, doc)
			added[DocumentID(id)] = true
		}
	}
	if err := errors.Join(append(errs, s.insert(ctx, fresh, !complete))...); err != nil {
		return nil, err
	}
	return added, nil
}

// batch is what one pool has to write: documents, and the lists that they enter and leave.
type batch struct {
	models        []mongo.WriteModel
	adds, removes map[string][]int64
	bytes         int64
}

func newBatch() *batch { return &batch{adds: map[string][]int64{}, removes: map[string][]int64{}} }

// swap moves a document from the lists that it stood in to those that it belongs in.
func (b *batch) swap(id int64, from, to []string) {
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

func batchOf(changes map[*storage.Pool]*batch, pool *storage.Pool) *batch {
	if changes[pool] == nil {
		changes[pool] = newBatch()
	}
	return changes[pool]
}

// change plans what turns a stored document into the new description of the file; nothing where they are equal.
func (s fileStore) change(changes map[*storage.Pool]*batch, h stored, doc fileDoc) {
	places := mergePlaces(h.doc.Places, doc.Places)
	same := h.doc.Name == doc.Name && h.doc.Caption == doc.Caption && slices.Equal(h.doc.Entities, doc.Entities)
	if same && len(places) == len(h.doc.Places) && slices.Equal(h.doc.Reference, doc.Reference) {
		return
	}
	b := batchOf(changes, h.pool)
	doc.Places, doc.Posted = places, max(h.doc.Posted, doc.Posted)
	b.swap(doc.ID, keysOf(h.doc), keysOf(doc))
	b.models = append(b.models, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: doc.ID}}).SetReplacement(doc))
}

// insert writes new documents to the pool with the most room, or to the next one when that fails.
func (s fileStore) insert(ctx context.Context, docs []fileDoc, unsettled bool) error {
	if len(docs) == 0 {
		return nil
	}
	b := newBatch()
	keys := keysOfAll(docs)
	for i, d := range docs {
		b.models = append(b.models, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: d.ID}}).SetReplacement(d).SetUpsert(true))
		b.swap(d.ID, nil, keys[i])
		b.bytes += bytesPerFile
	}
	errs := []error{ErrNoRoom}
	for _, pool := range s.pools.Writable() {
		if unsettled {
			if err := noteUnsettled(ctx, pool, docs); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		err := s.write(ctx, pool, b)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// keysOfAll is keysOf on all processors: reading the titles is most of the work of indexing.
func keysOfAll(docs []fileDoc) [][]string {
	keys := make([][]string, len(docs))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(docs); i = int(next.Add(1)) - 1 {
				keys[i] = keysOf(docs[i])
			}
		})
	}
	wg.Wait()
	return keys
}

func (s fileStore) write(ctx context.Context, pool *storage.Pool, b *batch) error {
	if len(b.models) == 0 {
		return nil
	}
	// Lists first: an id without a document is skipped, a document without its lists is not found.
	packs, err := changePostings(ctx, pool, b.adds, b.removes)
	if err != nil {
		return err
	}
	err = pool.Do(ctx, "write files", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(filesCollection).BulkWrite(ctx, b.models, options.BulkWrite().SetOrdered(false))
		return err
	})
	if err != nil {
		return err
	}
	if err := s.relist(ctx, pool, packs, b.adds); err != nil {
		return err
	}
	words := map[string]int{}
	for k, ids := range b.adds {
		words[k] += len(ids)
	}
	for k, ids := range b.removes {
		words[k] -= len(ids)
	}
	maps.DeleteFunc(words, func(k string, _ int) bool { return !isWord(k) })
	s.vocab.Add(words)
	pool.Wrote(b.bytes)
	return nil
}

// relist adds ids again to lists that another process packed between the lists and the files: it saw ids without files, and left them out. One
// that is packed later sees the files.
func (s fileStore) relist(ctx context.Context, pool *storage.Pool, packs map[string]string, adds map[string][]int64) error {
	packed, err := packedSince(ctx, pool, packs)
	if err != nil || len(packed) == 0 {
		return err
	}
	again := map[string][]int64{}
	for _, w := range packed {
		again[w] = adds[w]
	}
	_, err = changePostings(ctx, pool, again, nil)
	return err
}

// vacate takes places out of the documents that stand there, except the documents in keep, and removes a document with its last place. Those
// that were added a moment ago stand nowhere but in keep. With errPoolMissing the pool that slept may still show the places.
func (s fileStore) vacate(ctx context.Context, places []Place, keep map[Place]DocumentID, added map[DocumentID]bool) error {
	if len(places) == 0 {
		return nil
	}
	have, complete := s.lookup(ctx, near(places, added))
	if err := s.take(ctx, have, func(p Place, id DocumentID) bool { return slices.Contains(places, p) && keep[p] != id }); err != nil {
		return err
	}
	if !complete {
		return errPoolMissing
	}
	return nil
}

// take removes the places that leave says from documents.
func (s fileStore) take(ctx context.Context, have []stored, leave func(Place, DocumentID) bool) error {
	changes := map[*storage.Pool]*batch{}
	for _, h := range have {
		left := slices.DeleteFunc(slices.Clone(h.doc.Places), func(b bson.Binary) bool {
			p, err := unpackPlace(b)
			return err == nil && leave(p, DocumentID(h.doc.ID))
		})
		if len(left) == len(h.doc.Places) {
			continue
		}
		b := batchOf(changes, h.pool)
		one := bson.D{{Key: "_id", Value: h.doc.ID}}
		after := h.doc
		after.Places = left
		if len(left) > 0 {
			b.swap(h.doc.ID, keysOf(h.doc), keysOf(after))
			b.models = append(b.models, mongo.NewUpdateOneModel().SetFilter(one).SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "p", Value: left}}}}))
			continue
		}
		b.swap(h.doc.ID, keysOf(h.doc), nil)
		b.models = append(b.models, mongo.NewDeleteOneModel().SetFilter(one))
	}
	for pool, b := range changes {
		if err := s.write(ctx, pool, b); err != nil {
			return err
		}
	}
	return nil
}

// removeChannel takes a channel's places out, a bounded number at a time; done tells that no pool has any more. With errPoolMissing only a pool
// that does not answer may have some.
func (s fileStore) removeChannel(ctx context.Context, id ChannelID) (done bool, err error) {
	var read atomic.Int64
	have, complete := s.lookup(ctx, func(ctx context.Context, db *mongo.Database) (ids []int64, err error) {
		lists, err := placeLists(ctx, db, id)
		for _, l := range lists {
			ids = append(ids, unpackIDs(l.Files)...)
		}
		read.Add(int64(len(lists)))
		return ids, err
	})
	if err := s.take(ctx, have, func(p Place, _ DocumentID) bool { return p.Channel == id }); err != nil {
		return false, fmt.Errorf("remove channel %d: %w", id, err)
	}
	switch {
	case len(have) > 0:
		return false, nil
	case !complete:
		return false, errPoolMissing
	case read.Load() == 0:
		return true, nil
	}
	outcomes := s.pools.Each(ctx, "drop lists", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error { // these hold ids without documents
		lists, err := placeLists(ctx, db, id)
		if err != nil || len(lists) == 0 {
			return err
		}
		var drops []mongo.WriteModel
		for _, l := range lists {
			drops = append(drops, mongo.NewDeleteOneModel().SetFilter(bson.D{{Key: "_id", Value: l.Key}, {Key: "f", Value: l.Files}}))
		}
		_, err = writeAsRead(ctx, db.Collection(postingsCollection), drops) // what was changed meanwhile is looked at again
		return err
	})
	for _, o := range outcomes {
		err = errors.Join(err, o.Err)
	}
	return false, err
}

// placeLists reads the first lists of a channel's places.
func placeLists(ctx context.Context, db *mongo.Database, id ChannelID) ([]posting, error) {
	const blocks = 16
	prefix := fmt.Sprintf("%s%x/", placeMark, int64(id))
	among := bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: prefix}, {Key: "$lt", Value: prefix + "~"}}}} // figures sort before the tilde
	cur, err := db.Collection(postingsCollection).Find(ctx, among, options.Find().SetHint("_id_").SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(blocks))
	if err != nil {
		return nil, err
	}
	var lists []posting
	return lists, cur.All(ctx, &lists)
}

// bytesPerFile is what a file takes with its share of the lists, roughly; TestStore_BytesPerFile measures it.
const bytesPerFile = 360

func mergePlaces(a, b []bson.Binary) []bson.Binary {
	merged := slices.Clone(a)
	for _, p := range b {
		if !slices.ContainsFunc(merged, p.Equal) {
			merged = append(merged, p)
		}
	}
	return merged
}
