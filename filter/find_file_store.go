package filter

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

func findDocs(ctx context.Context, db *mongo.Database, ids []int64) ([]fileDoc, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cur, err := db.Collection(filesCollection).Find(ctx, byIDs(ids))
	if err != nil {
		return nil, err
	}
	return readAll[fileDoc](ctx, cur)
}

// readAll reads all documents of a cursor without the driver's decoder, which makes a reader for each of them.
func readAll[D any, P interface {
	*D
	bson.Unmarshaler
}](ctx context.Context, cur *mongo.Cursor) (docs []D, err error) {
	for cur.Next(ctx) {
		docs = append(docs, *new(D))
		if err := P(&docs[len(docs)-1]).UnmarshalBSON(cur.Current); err != nil {
			return nil, errors.Join(err, cur.Close(ctx))
		}
	}
	return docs, errors.Join(cur.Err(), cur.Close(ctx))
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

// File returns a file with the description of the post at a place. If the place is zero, or does not have the file any more, it returns the newest
// description. ErrFileNotFound means that all pools answered and none has the file.
func (s *Searcher) File(ctx context.Context, id DocumentID, at Place) (File, error) {
	if s.opts.isHidden(id) {
		return File{}, ErrFileNotFound
	}
	files, err := findFile(ctx, s.pools, id)
	if err != nil {
		return File{}, err
	}
	if s.opts.Unreachable != nil {
		if files = slices.DeleteFunc(files, s.opts.Unreachable); len(files) == 0 {
			return File{}, ErrFileUnreachable
		}
	}
	if i := slices.IndexFunc(files, func(f File) bool { return slices.Contains(f.Places, at) }); i >= 0 {
		return files[i], nil
	}
	return files[0], nil
}

// findFile returns one File for each description of a file, the newest first.
func findFile(ctx context.Context, pools *storage.Pools, id DocumentID) ([]File, error) {
	answers := make(chan fileDoc, len(pools.All()))
	outcomes := pools.Each(ctx, "find file", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		docs, err := findDocs(ctx, db, []int64{int64(id)})
		for _, d := range docs {
			answers <- d
		}
		return err
	})
	close(answers)
	var found *fileDoc
	for doc := range answers {
		if found != nil { // two pools have the file: a duplicate that is not merged yet
			doc = found.merge(doc)
		}
		found = &doc
	}
	if found != nil {
		return found.files(), nil
	}
	for _, o := range outcomes {
		if o.Err != nil {
			return nil, errors.Join(ErrSearchUnavailable, o.Err)
		}
	}
	return nil, ErrFileNotFound
}

func byIDs(ids []int64) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
}
