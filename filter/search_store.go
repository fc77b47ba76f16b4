package filter

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

const (
	maxListIDs = 32_768 // of one condition that are read; more are judged by the files themselves
	maxFetched = 4_000  // files read for one condition that matches few of them
)

// found is what one pool answers to a plan.
type found struct {
	files  []File
	capped bool // there may be more
}

// find asks every pool for files that satisfy a plan and that match accepts; the answers are in the order of the outcomes.
func (s *Searcher) find(ctx context.Context, p plan, match func(File) bool) ([]found, []storage.PoolResult) {
	slot := map[*storage.Pool]int{}
	for i, pool := range s.pools.All() {
		slot[pool] = i
	}
	answers := make([]found, len(slot))
	outcomes := s.pools.Each(ctx, "search", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) error {
		ids, capped, err := candidates(ctx, db, p)
		if err != nil {
			return err
		}
		answer := found{capped: capped}
		read := 0
		for part := range slices.Chunk(ids, s.opts.Candidates) {
			if len(answer.files) >= s.opts.Candidates || read >= maxFetched {
				answer.capped = true
				break
			}
			read += len(part)
			docs, err := findDocs(ctx, db, part)
			if err != nil {
				return err
			}
			for _, d := range docs {
				if f := d.file(); match(f) {
					answer.files = append(answer.files, f)
				}
			}
		}
		answers[slot[pool]] = answer
		return nil
	})
	return answers, outcomes
}

func findDocs(ctx context.Context, db *mongo.Database, ids []int64) ([]fileDoc, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cur, err := db.Collection(filesCollection).Find(ctx, byIDs(ids))
	if err != nil {
		return nil, err
	}
	var docs []fileDoc
	return docs, cur.All(ctx, &docs)
}

// candidates returns the ids that stand in a list of every clause, the last added first. capped tells that a list was too long to read whole.
func candidates(ctx context.Context, db *mongo.Database, p plan) (ids []int64, capped bool, err error) {
	c := db.Collection(postingsCollection)
	var words []string
	for _, cl := range p {
		words = append(words, cl.words...)
	}
	heads, err := findPostings(ctx, c, words)
	if err != nil {
		return nil, false, err
	}
	byWord := make(map[string]posting, len(heads))
	for _, h := range heads {
		byWord[h.Key] = h
	}
	type condition struct {
		words []string
		size  int
	}
	conditions := make([]condition, len(p))
	for i, cl := range p {
		for _, w := range cl.words {
			if h, ok := byWord[w]; ok {
				conditions[i].words = append(conditions[i].words, w)
				conditions[i].size += int(h.Count)
			}
		}
		if conditions[i].size == 0 {
			return nil, false, nil // nobody has this word
		}
	}
	slices.SortStableFunc(conditions, func(a, b condition) int { return cmp.Compare(a.size, b.size) })
	for i, cond := range conditions {
		if i > 0 && (cond.size > maxListIDs || len(ids) == 0) {
			break // the files themselves decide
		}
		list, err := readLists(ctx, c, byWord, cond.words)
		if err != nil {
			return nil, false, err
		}
		if i == 0 {
			ids, capped = list, cond.size > maxListIDs
			continue
		}
		have := make(map[int64]bool, len(list))
		for _, id := range list {
			have[id] = true
		}
		ids = slices.DeleteFunc(ids, func(id int64) bool { return !have[id] })
	}
	return ids, capped, nil
}

// readLists reads the lists of words, the last added ids first and none twice, up to maxListIDs.
func readLists(ctx context.Context, c *mongo.Collection, heads map[string]posting, words []string) ([]int64, error) {
	var keys []string
	left := maxListIDs
	for _, w := range words {
		for n := int(heads[w].Count) / chunkIDs; n > 0 && left > 0; n-- {
			keys = append(keys, chunkKey(w, n))
			left -= chunkIDs
		}
	}
	chunks := map[string][]byte{}
	for part := range slices.Chunk(keys, keysAtOnce) {
		docs, err := findPostings(ctx, c, part)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			chunks[d.Key] = d.Files
		}
	}
	var ids []int64
	seen := map[int64]bool{}
	take := func(packed []byte) {
		for _, id := range slices.Backward(unpackIDs(packed)) {
			if !seen[id] && len(ids) < maxListIDs {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	for _, w := range words {
		for n := int(heads[w].Count) / chunkIDs; n > 0; n-- {
			take(chunks[chunkKey(w, n)])
		}
		take(heads[w].Files)
	}
	return ids, nil
}

// File finds one file in whichever pool has it. ErrFileNotFound means that all pools answered no.
func (s *Searcher) File(ctx context.Context, id DocumentID) (File, error) {
	return findFile(ctx, s.pools, id)
}

func findFile(ctx context.Context, pools *storage.Pools, id DocumentID) (File, error) {
	answers := make(chan fileDoc, len(pools.All()))
	outcomes := pools.Each(ctx, "find file", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		docs, err := findDocs(ctx, db, []int64{int64(id)})
		for _, d := range docs {
			answers <- d
		}
		return err
	})
	close(answers)
	var file *File
	for doc := range answers {
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

func byIDs(ids []int64) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
}
