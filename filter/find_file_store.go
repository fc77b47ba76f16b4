package filter

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

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
	if files = slices.DeleteFunc(files, s.opts.isUnreachable); len(files) == 0 {
		return File{}, ErrFileUnreachable
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
	if err := joinErrors(outcomes); err != nil {
		return nil, errors.Join(ErrSearchUnavailable, err)
	}
	return nil, ErrFileNotFound
}
