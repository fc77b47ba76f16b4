package filter

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// find asks every pool for the newest files that satisfy a plan; the answers are in the order of the outcomes.
func (s *Searcher) find(ctx context.Context, p plan, sel Selection) ([][]File, []storage.PoolResult) {
	filter := findFilter(p, sel)
	slot := map[*storage.Pool]int{}
	for i, pool := range s.pools.All() {
		slot[pool] = i
	}
	files := make([][]File, len(slot))
	outcomes := s.pools.Each(ctx, "search", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) error {
		cur, err := db.Collection(filesCollection).Find(ctx, filter, options.Find().
			SetSort(bson.D{{Key: "d", Value: -1}}).SetLimit(int64(s.opts.Candidates)).SetBatchSize(int32(s.opts.Candidates)). //nolint:gosec // hundreds
			SetProjection(bson.D{{Key: "k", Value: 0}}))
		if err != nil {
			return err
		}
		var docs []fileDoc
		if err := cur.All(ctx, &docs); err != nil {
			return err
		}
		found := make([]File, len(docs))
		for i, d := range docs {
			found[i] = d.file()
		}
		files[slot[pool]] = found
		return nil
	})
	return files, outcomes
}

// findFilter writes a plan as a MongoDB filter. The first condition is the one whose index range is read, so the plan's order counts.
func findFilter(p plan, sel Selection) bson.D {
	var all bson.A
	for _, c := range p {
		all = append(all, bson.D{{Key: "k", Value: anyOf(hashes(c.words))}})
	}
	for _, words := range sel.tokens() {
		all = append(all, bson.D{{Key: "k", Value: anyOf(hashes(words))}})
	}
	if sel.Kind != nil {
		kind := any(int32(*sel.Kind))
		if *sel.Kind == KindDocument { // stored as an absent field
			kind = nil
		}
		all = append(all, bson.D{{Key: "t", Value: kind}})
	}
	if len(all) == 1 {
		return all[0].(bson.D) //nolint:forcetypeassert // appended above
	}
	return bson.D{{Key: "$and", Value: all}}
}

func anyOf(values []int32) any {
	if len(values) == 1 {
		return values[0]
	}
	return bson.D{{Key: "$in", Value: values}}
}

// File finds one file in whichever pool has it. ErrFileNotFound means that all pools answered no.
func (s *Searcher) File(ctx context.Context, id DocumentID) (File, error) {
	return findFile(ctx, s.pools, id)
}

func findFile(ctx context.Context, pools *storage.Pools, id DocumentID) (File, error) {
	found := make(chan fileDoc, len(pools.All()))
	outcomes := pools.Each(ctx, "find file", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		var doc fileDoc
		err := db.Collection(filesCollection).FindOne(ctx, bson.D{{Key: "_id", Value: int64(id)}}).Decode(&doc)
		if err == nil {
			found <- doc
		}
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		return err
	})
	close(found)
	var file *File
	for doc := range found {
		f := doc.file()
		if file == nil {
			file = &f
			continue
		}
		file.Places = append(file.Places, f.Places...) // a twin that waits to be merged
	}
	if file != nil {
		return *file, nil
	}
	for _, o := range outcomes {
		if o.Err != nil {
			return File{}, errors.Join(ErrSearchUnavailable, o.Err)
		}
	}
	return File{}, ErrFileNotFound
}
