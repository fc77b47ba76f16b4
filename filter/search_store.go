package filter

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

const (
	maxListIDs = 32_768 // ids read for one clause; a clause with more is checked on the files
	fewIDs     = 24     // with so few candidates left, the files are read instead of another list
	maxCounted = 500    // matches of a pool that are counted when they are not read. A total up to it is exact.
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
	plan plan
	good uint8 // the best rank of most of its matches. With enough matches of this rank or a better one, the step is not read further.
}

// poolRequest asks a pool for the files that satisfy one of the plans and that rank does not reject.
type poolRequest struct {
	steps    []step
	title    string // the key of the title's list; empty when the title does not matter
	rank     ranking
	verdicts *listVerdicts         // nil if the lists do not tell which files match
	hides    func(DocumentID) bool // tells which files are left out
	parts    int                   // the number of parts of the results to read, beside the first
	counts   bool                  // count the matches that are not read
	rows     bool                  // the matches are put into rows, which are counted too
	onlyRead bool                  // read no files only to count them
	known    versions              // those of the pools that this search has read
	words    []string              // see wordsAtOnce
	files    filesRead
}

// all returns the plan that every match satisfies.
func (r poolRequest) all() plan { return r.steps[len(r.steps)-1].plan }

// ranking returns the rank of a file and the tokens of its name. titled means that the file is in the list of the query's title.
type ranking func(f File, titled bool) (rank uint8, name []string)

// findInPools asks every pool that is not in missing. The answers have the order of the outcomes.
func (s *Searcher) findInPools(ctx context.Context, r poolRequest, missing map[string]bool) ([]poolAnswer, []storage.PoolResult) {
	r.words = r.wordsAtOnce()
	r.files.addPools(s.pools.All())
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

// findInPool answers a request. If memory has all lists, it reads files and checks the version of the index at the same time. It starts again if the version
// differs. If memory has the lists of one plan only, it reads the first files of that plan ahead. Further queries of the same search use the version in r.known.
func (s *Searcher) findInPool(ctx context.Context, pool *storage.Pool, db *mongo.Database, r poolRequest) (poolAnswer, error) {
	reader := s.newListReader(pool, db)
	if version, ok := r.known[pool]; ok {
		reader.version = &version
		return s.findWithLists(ctx, db, r, reader, nil)
	}
	reader.version = s.trustedVersion(pool)
	if !reader.assumeVersion(ctx, r.words) {
		ahead := reader.readAhead(ctx, db, r)
		defer ahead.wait()
		return s.findWithLists(ctx, db, r, reader, ahead)
	}
	answer, err := s.findWithLists(ctx, db, r, reader, nil)
	current, cerr := reader.isCurrent()
	if current || cerr != nil {
		return answer, errors.Join(err, cerr)
	}
	clear(r.files[pool])
	return s.findWithLists(ctx, db, r, s.newListReader(pool, db), nil)
}

func (s *Searcher) newListReader(pool *storage.Pool, db *mongo.Database) *listReader {
	return &listReader{pool: pool, lists: db.Collection(postingsCollection), cache: s.lists, searcher: s, open: map[string]*list{}}
}

// findWithLists opens the lists of all steps at once, and reads files in the order of the steps until it has enough.
func (s *Searcher) findWithLists(ctx context.Context, db *mongo.Database, r poolRequest, reader *listReader, ahead *filesAhead) (answer poolAnswer, err error) {
	a := answering{
		request: r, db: db, reader: reader, ahead: ahead, files: r.files[reader.pool], candidates: s.opts.Candidates, block: firstBlock, grown: firstBlock,
		seen: map[int64]bool{}, titled: map[int64]bool{},
	}
	defer func() { answer.version = reader.version }()
	if err := reader.openLists(ctx, r.words); err != nil {
		return poolAnswer{}, err
	}
	if r.title != "" {
		if err := a.readTitled(ctx); err != nil {
			return poolAnswer{}, err
		}
	}
	var tried []plan
	for _, st := range r.steps {
		if a.isDone(st.good) {
			err := a.finish(ctx)
			return a.answer, err
		}
		p := st.plan
		if len(p) == 0 || slices.ContainsFunc(tried, p.equal) {
			continue
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
			err := a.finish(ctx)
			return a.answer, err
		}
		a.answer.capped = a.answer.capped || c.capped
	}
	err = a.readWaiting(ctx)
	return a.answer, err
}

// wordsAtOnce returns the words whose lists a search opens at once, because each read is a round trip: the title, those of all steps, and those whose lists
// count the matches.
func (r poolRequest) wordsAtOnce() []string {
	words := []string{unsureKey}
	if r.verdicts != nil {
		words = append(words, r.verdicts.phrase...)
	}
	if r.title != "" {
		words = append(words, r.title)
	}
	for _, st := range r.steps {
		words = st.plan.appendWords(words)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// A pool has to tell its version within the timeout of the search divided by versionDivisor, so that a pool that hangs leaves time for the search.
const versionDivisor = 8

// areCurrent reports that all pools have these versions. It reads the versions that it may not trust.
func (s *Searcher) areCurrent(ctx context.Context, known versions) bool {
	unread := map[*storage.Pool]bool{}
	for _, pool := range s.pools.All() {
		switch version := s.trustedVersion(pool); {
		case version == nil:
			unread[pool] = true
		case *version != known[pool]:
			return false
		}
	}
	if len(unread) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.opts.Timeout/versionDivisor, errSearchTimeout)
	defer cancel()
	outcomes := s.pools.Each(ctx, "read version", func(ctx context.Context, pool *storage.Pool, db *mongo.Database) error {
		if !unread[pool] {
			return nil
		}
		now, err := s.newListReader(pool, db).readVersion(ctx)
		if err != nil {
			return err
		}
		if now != known[pool] {
			return errIndexChanged
		}
		return nil
	})
	return joinErrors(outcomes) == nil
}

var errIndexChanged = errors.New("the index has changed")
