package filter

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

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
	changes := poolBatches{}
	for _, h := range have {
		after := h.doc.without(func(p Place) bool { return leave(p, DocumentID(h.doc.ID)) })
		if len(after.Places) == len(h.doc.Places) {
			continue
		}
		b := changes.of(h.pool)
		if len(after.Places) > 0 {
			b.replaceFile(h.doc, after)
			continue
		}
		b.deleteFile(h.doc)
	}
	return s.writeBatches(ctx, changes)
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
	return false, joinErrors(outcomes)
}

// readPlaceLists reads the first place lists of a channel, at most 16.
func readPlaceLists(ctx context.Context, db *mongo.Database, id ChannelID) ([]posting, error) {
	const blocks = 16
	prefix := fmt.Sprintf("%s%x/", placeMark, int64(id))
	among := bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: prefix}, {Key: "$lt", Value: prefix + "~"}}}} // hexadecimal digits sort before the tilde
	cur, err := db.Collection(postingsCollection).Find(ctx, among, inIDOrder(blocks))
	if err != nil {
		return nil, err
	}
	var lists []posting
	return lists, cur.All(ctx, &lists)
}

// readLists returns the distinct ids in the lists of words, the last added first, at most maxListIDs.
func readLists(ctx context.Context, c *mongo.Collection, heads map[string]posting, words []string) ([]int64, error) {
	var keys []string
	left := maxListIDs
	for _, w := range words {
		for n := heads[w].lastChunk(); n > 0 && left > 0; n-- {
			keys = append(keys, heads[w].chunkKey(n))
			left -= chunkIDs
		}
	}
	chunks, err := findNewestFirst(ctx, c, keys)
	if err != nil {
		return nil, err
	}
	var ids []int64
	seen := map[int64]bool{}
	take := func(chunk []int64) {
		for _, id := range chunk {
			if !seen[id] && len(ids) < maxListIDs {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	for _, w := range words {
		for n := heads[w].lastChunk(); n > 0; n-- {
			take(chunks[heads[w].chunkKey(n)])
		}
		take(newestFirst(heads[w].Files))
	}
	return ids, nil
}
