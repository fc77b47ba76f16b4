package filter

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

const (
	maxListIDs = 32_768 // ids read for one clause; a clause with more is checked on the files
	maxFetched = 2_000  // files read for the first part of the results
	fewIDs     = 24     // with so few candidates left, the files are read instead of another list
	firstBlock = 20     // files read at once at first
	lastBlock  = 320
	enough     = 16  // good matches after which the first part of a pool's results ends
	maxCounted = 500 // matches of a pool that are counted when they are not read. A total up to it is exact.
	laterPart  = 128 // matches after which the second part ends; each later part has four times as many
)

// poolAnswer is the answer of one pool.
type poolAnswer struct {
	results []result
	unread  []int64       // matches that were not read
	capped  bool          // there may be further matches
	version *indexVersion // before the first list was read; nil when none was
}

// step is one plan of a request. Steps that bring better matches come first.
type step struct {
	plan func() plan
	good uint8 // the best rank of most of its matches. With enough matches of this rank or a better one, the step is not read further.
}

// poolRequest asks a pool for the files that satisfy one of the plans and that rank does not reject.
type poolRequest struct {
	steps    []step
	title    string // the key of the title's list; empty when the title does not matter
	rank     ranking
	judge    *listJudge            // nil if the lists do not tell which files match
	hides    func(DocumentID) bool // tells which files are left out; nil means none
	parts    int                   // the number of parts of the results to read, beside the first
	counts   bool                  // count the matches that are not read
	rows     bool                  // the matches are put into rows, which are counted too
	onlyRead bool                  // read no files only to count them
}

// all returns the plan that every match satisfies.
func (r poolRequest) all() plan { return r.steps[len(r.steps)-1].plan() }

// wordsToCount returns the words whose lists count the matches.
func (r poolRequest) wordsToCount() []string {
	words := append(wordsOf(r.all()), unsureKey)
	if r.judge != nil {
		words = append(words, r.judge.phrase...)
	}
	return words
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
		found[slot[pool]], err = s.findInPool(ctx, pool, db, r)
		return err
	})
	answers := make([]poolAnswer, len(outcomes))
	for i, o := range outcomes {
		answers[i] = found[slot[o.Pool]]
	}
	return answers, outcomes
}

// findInPool answers a request. With all lists in memory it reads files while it asks whether the lists are current, and starts again if they are not.
func (s *Searcher) findInPool(ctx context.Context, pool *storage.Pool, db *mongo.Database, r poolRequest) (poolAnswer, error) {
	reader := s.newListReader(pool, db)
	reader.assumeVersion(ctx, r.wordsAtOnce())
	answer, err := s.findWithLists(ctx, db, r, reader)
	current, cerr := reader.isCurrent()
	if current || cerr != nil {
		return answer, errors.Join(err, cerr)
	}
	return s.findWithLists(ctx, db, r, s.newListReader(pool, db))
}

func (s *Searcher) newListReader(pool *storage.Pool, db *mongo.Database) *listReader {
	return &listReader{pool: pool, lists: db.Collection(postingsCollection), cache: s.lists, versionOf: s.versionOf, open: map[string]*list{}}
}

// findWithLists opens the lists of the first steps at once, and reads files in the order of the steps until it has enough.
func (s *Searcher) findWithLists(ctx context.Context, db *mongo.Database, r poolRequest, reader *listReader) (answer poolAnswer, err error) {
	a := answering{request: r, db: db, candidates: s.opts.Candidates, block: firstBlock, seen: map[int64]bool{}, titled: map[int64]bool{}}
	defer func() { answer.version = reader.version }()
	var tried []plan
	for i, st := range r.steps {
		if a.isDone(st.good) {
			err := a.finish(ctx, reader)
			return a.answer, err
		}
		p := st.plan()
		if len(p) == 0 || slices.ContainsFunc(tried, p.equal) {
			continue
		}
		words := wordsOf(p)
		if i == 0 {
			words = append(words, r.wordsAtOnce()...)
		}
		if err := reader.openLists(ctx, words); err != nil {
			return poolAnswer{}, err
		}
		if i == 0 && r.title != "" {
			if err := a.readTitled(ctx, reader); err != nil {
				return poolAnswer{}, err
			}
		}
		tried = append(tried, p)
		c, err := reader.candidatesOf(ctx, p)
		if err != nil {
			return poolAnswer{}, err
		}
		done, err := a.readStep(ctx, c, st.good)
		if err != nil {
			return poolAnswer{}, err
		}
		if done {
			err := a.finish(ctx, reader)
			return a.answer, err
		}
		a.answer.capped = a.answer.capped || c.capped
	}
	err = a.readWaiting(ctx)
	return a.answer, err
}

// answering is the answer of one pool so far.
type answering struct {
	request    poolRequest
	db         *mongo.Database
	candidates int
	answer     poolAnswer
	block      int            // files of the next read
	waiting    []int64        // for it
	seen       map[int64]bool // read or waiting
	titled     map[int64]bool // in the list of the query's title
	ranks      [rankNone]int  // results of each rank
	read       int
	part       int // of the results that are read now
}

// isDone reports that no further match belongs to the parts that are asked for. It goes on to the next part when one is complete.
func (a *answering) isDone(good uint8) bool {
	for a.isPartDone(good) {
		if a.part == a.request.parts {
			return true
		}
		a.part++
	}
	return false
}

func (a *answering) isPartDone(good uint8) bool {
	if a.part == lastPart {
		return false
	}
	if a.part > 0 {
		return len(a.answer.results) >= laterPart<<(2*(a.part-1)) || a.read >= maxFetched<<(2*a.part)
	}
	matches := 0
	for _, n := range a.ranks[:good+1] {
		matches += n
	}
	return matches >= enough || len(a.answer.results) >= a.candidates || a.read >= maxFetched
}

// readStep reads and ranks the files of a step, a block at a time. It stops when the answer has enough, and returns true then. Files that fill no block wait
// for those of the next step, because each read is a round trip.
func (a *answering) readStep(ctx context.Context, c *candidates, good uint8) (done bool, err error) {
	for !a.isDone(good) {
		ids, err := a.nextIDs(ctx, c, a.block-len(a.waiting))
		if err != nil || len(ids) == 0 {
			return false, err
		}
		if a.waiting = append(a.waiting, ids...); len(a.waiting) == a.block {
			if err := a.readWaiting(ctx); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// readWaiting reads and ranks the files of a block.
func (a *answering) readWaiting(ctx context.Context) error {
	docs, err := findDocs(ctx, a.db, a.waiting)
	if err != nil {
		return err
	}
	a.read += len(a.waiting)
	a.waiting, a.block = nil, min(2*a.block, lastBlock)
	a.rankDocs(docs)
	return nil
}

// nextIDs returns further candidates that no earlier step had.
func (a *answering) nextIDs(ctx context.Context, c *candidates, n int) ([]int64, error) {
	for {
		ids, err := c.next(ctx, n)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		fresh := slices.DeleteFunc(ids, func(id int64) bool {
			seen := a.seen[id]
			a.seen[id] = true
			return seen
		})
		if len(fresh) > 0 {
			return fresh, nil
		}
	}
}

func (a *answering) rankDocs(docs []fileDoc) {
	for _, d := range docs {
		best := a.rankDoc(d)
		if best.cursor.Rank != rankNone {
			a.ranks[best.cursor.Rank]++
			best.cursor = best.cursor.inPart(a.part)
			a.answer.results = append(a.answer.results, best)
		}
	}
}

// rankDoc ranks the descriptions of a file and returns the best one.
func (a *answering) rankDoc(d fileDoc) result {
	best := result{cursor: Cursor{Rank: rankNone}}
	for _, f := range d.files() { // of equally ranked descriptions the newest wins
		if n, name := a.request.rank(f, a.titled[d.ID]); n < best.cursor.Rank {
			best = newResult(f, n, name)
		}
	}
	return best
}

// readTitled reads the list of the query's title.
func (a *answering) readTitled(ctx context.Context, reader *listReader) error {
	title := a.request.title
	if reader.open[title] == nil {
		return nil
	}
	if err := reader.extend(ctx, map[string]int{title: maxListIDs}); err != nil {
		return err
	}
	for _, id := range reader.open[title].ids {
		a.titled[id] = true
	}
	return nil
}

// wordsAtOnce returns the words whose lists are opened with those of the first step: the title, and the words of the first steps and of the last one.
func (r poolRequest) wordsAtOnce() []string {
	words := r.wordsToCount()
	if r.title != "" {
		words = append(words, r.title)
	}
	for _, st := range r.steps {
		if st.good <= rankPhrase {
			words = append(words, wordsOf(st.plan())...)
		}
	}
	return words
}

// areCurrent reports that all pools answer and have these versions.
func (s *Searcher) areCurrent(ctx context.Context, known versions) bool {
	outcomes := s.pools.Each(ctx, "read version", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) error {
		now, err := s.newListReader(pool, db).readVersion(ctx)
		if err != nil {
			return err
		}
		if now != known[pool] {
			return errIndexChanged
		}
		return nil
	})
	return !slices.ContainsFunc(outcomes, func(o storage.PoolResult) bool { return o.Err != nil })
}

var errIndexChanged = errors.New("the index has changed")

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
	chunks, err := findChunks(ctx, c, keys)
	if err != nil {
		return nil, err
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
