package filter

import (
	"context"
	"errors"
	"fmt"
	"slices"

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

// lookup finds documents in all pools by a condition on an index. complete is false when a pool did not answer.
func (s fileStore) lookup(ctx context.Context, filter bson.D, limit int64) (found []stored, complete bool) {
	answers := make(chan []stored, len(s.pools.All()))
	outcomes := s.pools.Each(ctx, "look up files", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) error {
		cur, err := db.Collection(filesCollection).Find(ctx, filter, options.Find().SetLimit(limit))
		if err != nil {
			return err
		}
		var docs []fileDoc
		if err := cur.All(ctx, &docs); err != nil {
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

func byIDs(ids []int64) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
}

func byPlaces(places []Place) bson.D {
	packed := make([]bson.Binary, len(places))
	for i, p := range places {
		packed[i] = packPlace(p)
	}
	return bson.D{{Key: "p", Value: bson.D{{Key: "$in", Value: packed}}}}
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
	have, complete := s.lookup(ctx, byIDs(ids), 0)
	changes := map[*storage.Pool]*batch{}
	for _, h := range have {
		if doc, ok := docs[h.doc.ID]; ok {
			s.change(changes, h, doc)
		}
	}
	for _, h := range have {
		delete(docs, h.doc.ID)
	}
	for pool, b := range changes {
		if err := s.write(ctx, pool, b); err != nil {
			return nil, err
		}
	}
	var fresh []fileDoc
	for _, id := range ids {
		if doc, ok := docs[id]; ok {
			fresh = append(fresh, doc)
			added[DocumentID(id)] = true
		}
	}
	if err := s.insert(ctx, fresh, !complete); err != nil {
		return nil, err
	}
	return added, nil
}

// batch is what one pool has to write, and what that does to the counts of words.
type batch struct {
	models []mongo.WriteModel
	terms  map[string]int
	bytes  int64
}

func batchOf(changes map[*storage.Pool]*batch, pool *storage.Pool) *batch {
	if changes[pool] == nil {
		changes[pool] = &batch{terms: map[string]int{}}
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
	if !same {
		countTerms(Tokens(h.doc.Name, h.doc.file().Media.Caption), -1, b.terms)
		countTerms(Tokens(doc.Name, doc.file().Media.Caption), +1, b.terms)
	}
	doc.Places, doc.Posted = places, max(h.doc.Posted, doc.Posted)
	b.models = append(b.models, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: doc.ID}}).SetReplacement(doc))
}

// insert writes new documents to the pool with the most room, or to the next one when that fails.
func (s fileStore) insert(ctx context.Context, docs []fileDoc, unsettled bool) error {
	if len(docs) == 0 {
		return nil
	}
	b := &batch{terms: map[string]int{}}
	for _, d := range docs {
		b.models = append(b.models, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: d.ID}}).SetReplacement(d).SetUpsert(true))
		countTerms(Tokens(d.Name, d.file().Media.Caption), +1, b.terms)
		b.bytes += 400
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

func (s fileStore) write(ctx context.Context, pool *storage.Pool, b *batch) error {
	if len(b.models) == 0 {
		return nil
	}
	err := storeTerms(ctx, pool, b.terms)
	if errors.Is(err, errWordRace) {
		err = nil // the rival counted the word; being off by one is nothing
	}
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
	s.vocab.Add(b.terms)
	pool.Wrote(b.bytes)
	return nil
}

// vacate takes places out of the documents that stand there, except the documents in keep, and removes a document with its last place.
// With errPoolMissing the pool that slept may still show them.
func (s fileStore) vacate(ctx context.Context, places []Place, keep map[Place]DocumentID) error {
	if len(places) == 0 {
		return nil
	}
	have, complete := s.lookup(ctx, byPlaces(places), 0)
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
		if len(left) > 0 {
			b.models = append(b.models, mongo.NewUpdateOneModel().SetFilter(one).SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "p", Value: left}}}}))
			continue
		}
		b.models = append(b.models, mongo.NewDeleteOneModel().SetFilter(one))
		countTerms(Tokens(h.doc.Name, h.doc.file().Media.Caption), -1, b.terms)
	}
	for pool, b := range changes {
		if err := s.write(ctx, pool, b); err != nil {
			return err
		}
	}
	return nil
}

// removeChannel takes a channel's places out, a bounded number at a time; done tells that no pool has any more.
func (s fileStore) removeChannel(ctx context.Context, id ChannelID) (done bool, err error) {
	const at = 500
	have, complete := s.lookup(ctx, bson.D{{Key: "p", Value: bson.D{{Key: "$elemMatch", Value: bson.D{
		{Key: "$gte", Value: packPlace(Place{Channel: id})},
		{Key: "$lt", Value: packPlace(Place{Channel: id + 1})},
	}}}}}, at)
	if err := s.take(ctx, have, func(p Place, _ DocumentID) bool { return p.Channel == id }); err != nil {
		return false, fmt.Errorf("remove channel %d: %w", id, err)
	}
	return complete && len(have) == 0, nil
}

func mergePlaces(a, b []bson.Binary) []bson.Binary {
	merged := slices.Clone(a)
	for _, p := range b {
		if !slices.ContainsFunc(merged, p.Equal) {
			merged = append(merged, p)
		}
	}
	return merged
}
