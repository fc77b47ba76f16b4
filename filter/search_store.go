package filter

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"golang.org/x/sync/errgroup"

	"pavilion/storage"
)

const (
	maxListIDs = 32_768 // ids read for one clause; a clause with more is checked on the files
	maxFetched = 4_000  // files read for one plan and the first part of its results
	fewIDs     = 100    // with so few candidates left, the files are read instead of another list
)

// poolAnswer is the answer of one pool.
type poolAnswer struct {
	results []result
	capped  bool // the pool may have more
}

// poolRequest asks a pool for the files that satisfy one of the plans and that rank does not reject. Files of the first plan are read first.
type poolRequest struct {
	plans []plan
	title string // the key of the title's list; empty when the title does not matter
	rank  ranking
	parts int // the number of parts of the results to read, beside the first
}

// ranking returns the rank of a file and the tokens of its name. titled means that the file is in the list of the query's title.
type ranking func(f File, titled bool) (rank uint8, name []string)

// findInPools asks every pool that is not in missing. The answers have the order of the outcomes.
func (s *Searcher) findInPools(ctx context.Context, r poolRequest, missing map[string]bool) ([]poolAnswer, []storage.PoolResult) {
	slot := map[*storage.Pool]int{}
	for i, pool := range s.pools.All() {
		slot[pool] = i
	}
	found := make([]poolAnswer, len(slot))
	outcomes := s.pools.Each(ctx, "search", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) (err error) {
		if missing[pool.Name()] {
			return storage.ErrSkipped
		}
		found[slot[pool]], err = s.findInPool(ctx, db, r)
		return err
	})
	answers := make([]poolAnswer, len(outcomes))
	for i, o := range outcomes {
		answers[i] = found[slot[o.Pool]]
	}
	return answers, outcomes
}

// findInPool answers a request in three rounds of queries, for any number of plans: the heads of all lists, the other chunks of the shortest lists, the
// files.
func (s *Searcher) findInPool(ctx context.Context, db *mongo.Database, r poolRequest) (poolAnswer, error) {
	c := db.Collection(postingsCollection)
	var words []string
	for _, p := range r.plans {
		for _, cl := range p {
			words = append(words, cl.words...)
		}
	}
	if r.title != "" {
		words = append(words, r.title)
	}
	slices.Sort(words)
	list, err := findPostings(ctx, c, slices.Compact(words))
	if err != nil {
		return poolAnswer{}, err
	}
	heads := make(map[string]posting, len(list))
	for _, h := range list {
		heads[h.Key] = h
	}
	titled := map[int64]bool{}
	if r.title != "" {
		ids, err := readLists(ctx, c, heads, []string{r.title})
		if err != nil {
			return poolAnswer{}, err
		}
		for _, id := range ids {
			titled[id] = true
		}
	}
	lists := make([][]int64, len(r.plans))
	capped := make([]bool, len(r.plans))
	group, gctx := errgroup.WithContext(ctx)
	for i, p := range r.plans {
		group.Go(func() (err error) {
			lists[i], capped[i], err = candidateIDs(gctx, c, heads, p)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return poolAnswer{}, err
	}
	answer, err := s.readAndRank(ctx, db, mergeCandidates(lists, maxFetched<<r.parts+1), titled, r)
	answer.capped = answer.capped || slices.Contains(capped, true)
	return answer, err
}

// mergeCandidates returns the distinct ids of the plans, those of the first plan first, at most limit.
func mergeCandidates(lists [][]int64, limit int) []int64 {
	lists = slices.DeleteFunc(lists, func(l []int64) bool { return len(l) == 0 })
	if len(lists) == 0 {
		return nil
	}
	if len(lists) == 1 {
		return lists[0][:min(limit, len(lists[0]))]
	}
	seen := map[int64]bool{}
	var ids []int64
	for _, l := range lists {
		for _, id := range l {
			if len(ids) < limit && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// readAndRank reads files in the order of ids until it has enough matches or has read too many.
func (s *Searcher) readAndRank(ctx context.Context, db *mongo.Database, ids []int64, titled map[int64]bool, r poolRequest) (poolAnswer, error) {
	var answer poolAnswer
	read := 0
	for part := range slices.Chunk(ids, s.opts.Candidates) {
		if len(answer.results) >= s.opts.Candidates<<r.parts || read >= maxFetched<<r.parts {
			answer.capped = true
			break
		}
		read += len(part)
		docs, err := findDocs(ctx, db, part)
		if err != nil {
			return answer, err
		}
		for _, d := range docs {
			best := result{cursor: Cursor{Rank: rankNone}}
			for _, f := range d.files() { // of equally ranked descriptions the newest wins
				if n, name := r.rank(f, titled[d.ID]); n < best.cursor.Rank {
					best = newResult(f, n, name)
				}
			}
			if best.cursor.Rank != rankNone {
				best.cursor = best.cursor.inPart(max(partOf(len(answer.results), s.opts.Candidates), partOf(read-1, maxFetched)))
				answer.results = append(answer.results, best)
			}
		}
	}
	if answer.capped { // a part of which only the beginning is read would change its order when the rest is read
		answer.results = answer.results[:min(len(answer.results), s.opts.Candidates<<r.parts)]
	}
	return answer, nil
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

// candidateIDs returns the ids that are in a list of every clause that it reads, the last added first. capped means that the shortest clause was too
// long to be read completely.
func candidateIDs(ctx context.Context, c *mongo.Collection, heads map[string]posting, p plan) (ids []int64, capped bool, err error) {
	type condition struct {
		words []string
		size  int
	}
	conditions := make([]condition, len(p))
	for i, cl := range p {
		for _, w := range cl.words {
			if h, ok := heads[w]; ok {
				conditions[i].words = append(conditions[i].words, w)
				conditions[i].size += int(h.Count)
			}
		}
		if conditions[i].size == 0 {
			return nil, false, nil // no file has such a word
		}
	}
	slices.SortStableFunc(conditions, func(a, b condition) int { return cmp.Compare(a.size, b.size) })
	for i, cond := range conditions {
		if i > 0 && (cond.size > maxListIDs || len(ids) <= fewIDs) {
			break // readAndRank checks the other clauses
		}
		list, err := readLists(ctx, c, heads, cond.words)
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
		for n := heads[w].lastChunk(); n > 0; n-- {
			take(chunks[heads[w].chunkKey(n)])
		}
		take(heads[w].Files)
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
