package filter

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"pavilion/storage"
)

// Query is one search.
type Query struct {
	Text      string
	Selection Selection
	Limit     int        // files on a page; 0 means 10
	After     Cursor     // return the page after this result
	Before    Cursor     // return the page before this result
	Grouped   bool       // one row for all files of a title
	Row       DocumentID // with Grouped, return only the row that has this file
	Typing    bool       // the text is not sent yet, so its last word may be unfinished even if it is an interjection
}

// Page is one page of the results.
type Page struct {
	Files      []File // the best match of each row
	Rows       []Row
	Total      int  // files of all pages
	RowsTotal  int  // rows of all pages
	Capped     bool // there are more files than Total, or may be
	RowsCapped bool // there may be more rows than RowsTotal
	First      Cursor
	Last       Cursor
	Start      Cursor // of the last row before the page on which Query.Row stands
	Skipped    int    // rows before this page
	HasPrev    bool
	HasNext    bool
	Facets     []Facet
	Missing    []string // pools that did not answer
	Suggestion string   // a similar query that has results, when this one has none
	Fewer      string   // the query without its rarest word, if there are neither results nor a suggestion
}

// SearchOptions configure a Searcher.
type SearchOptions struct {
	//exhaustruct:optional
	Candidates int // matches after which the first part of a pool's results ends, however good they are; 0 means 100
	//exhaustruct:optional
	Timeout time.Duration // of a search; 0 means 4 s. One step has three quarters of it.
	// TrustVersion is how long a pool counts as unchanged after a read of its version, unless this process changes it; 0 means that every search reads the
	// version. Set it only in the process that writes, because writes of another process may stay unseen so long.
	//
	//exhaustruct:optional
	TrustVersion time.Duration
	//exhaustruct:optional
	Unreachable func(File) bool // tells which files cannot be delivered; they are left out. nil means none.
	//exhaustruct:optional
	AnyUnreachable func() bool // tells whether Unreachable is true for any file; nil means that it may be
	//exhaustruct:optional
	Hidden func(DocumentID) bool // tells which files an admin deleted; they are left out. nil means none.
	//exhaustruct:optional
	Taken func(DocumentID) uint8 // tells how often a file was taken, as a level; nil means never.
	//exhaustruct:optional
	Now    func() time.Time
	Logger *slog.Logger
}

func (o SearchOptions) isHidden(id DocumentID) bool { return o.Hidden != nil && o.Hidden(id) }

func (o SearchOptions) isUnreachable(f File) bool { return o.Unreachable != nil && o.Unreachable(f) }

func (o SearchOptions) mayHaveUnreachable() bool {
	return o.Unreachable != nil && (o.AnyUnreachable == nil || o.AnyUnreachable())
}

// leavesOut reports a file that is no result: it is hidden or unreachable.
func (o SearchOptions) leavesOut(f File) bool {
	return o.isHidden(f.Media.Document) || o.isUnreachable(f)
}

// Searcher searches all pools.
type Searcher struct {
	pools *storage.Pools
	vocab *Vocabulary
	opts  SearchOptions

	lists        *listCache
	pages        *pageCache
	kept         *resultCache
	underWay     searchesUnderWay
	versionReads versionReads
}

// NewSearcher makes a Searcher over pools.
func NewSearcher(pools *storage.Pools, vocab *Vocabulary, o SearchOptions) *Searcher {
	o.Candidates = cmp.Or(o.Candidates, 100)
	o.Timeout = cmp.Or(o.Timeout, 4*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Searcher{
		pools: pools, vocab: vocab, opts: o, lists: newListCache(), pages: newPageCache(), kept: newResultCache(),
		underWay: searchesUnderWay{ending: map[Query]chan struct{}{}}, versionReads: versionReads{last: map[*storage.Pool]versionRead{}},
	}
}

var errSearchTimeout = errors.New("the search took too long")

// A search waits for a running search of the same page for its timeout divided by underWayDivisor. A pool that hangs may hold that search up.
const underWayDivisor = 40

// Search returns a page of the results of a query. It fails with ErrSearchUnavailable only when no pool answered; Page.Missing names those that did
// not. Callers must not change the slices of a page, because memory shares them. If a search for the same page is running, Search waits a short time for it,
// and then looks for the page in memory.
func (s *Searcher) Search(ctx context.Context, q Query) (Page, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.opts.Timeout, errSearchTimeout)
	defer cancel()
	if page, ok := s.pageFromMemory(ctx, q); ok {
		return page, nil
	}
	same, end := s.underWay.begin(q)
	defer end()
	if same != nil {
		select {
		case <-same:
		case <-time.After(s.opts.Timeout / underWayDivisor):
		case <-ctx.Done():
		}
		if page, ok := s.pageFromMemory(ctx, q); ok {
			return page, nil
		}
	}
	page, found, err := s.findPage(ctx, q)
	if err == nil && found.isWhole(ctx) && !q.Typing { // two people rarely stop typing at the same letter
		ids := appendIDs(appendIDs(nil, found.arranged.rows), page.Rows)
		s.pages.put(q, keptPage{page, append(ids, found.arranged.unread...), found.indexState})
	}
	return page, err
}

// pageFromMemory returns a page from memory. It returns false if the page, or its counts, may have changed.
func (s *Searcher) pageFromMemory(ctx context.Context, q Query) (Page, bool) {
	kept, ok := s.pages.get(q)
	if !ok || s.opts.mayHaveUnreachable() || slices.ContainsFunc(kept.ids, s.opts.isHidden) || !s.isUnchanged(ctx, kept.indexState) {
		return Page{}, false
	}
	return kept.Page, true
}

// findPage searches for a page. The results are nil if there is nothing to search for.
func (s *Searcher) findPage(ctx context.Context, q Query) (Page, *results, error) {
	parsed := parseQuery(q.Text)
	if len(parsed.terms) == 0 {
		return Page{}, nil, nil
	}
	if !q.Typing && !parsed.fragment && parsed.isSmallTalk() {
		parsed.beginning = ""
	}
	// A page behind the parts that are read needs the next one.
	parts := max(q.After.part(), q.Before.part())
	if q.Row != 0 {
		parts = partsOfRow
	}
	for ; ; parts++ {
		found, err := s.matches(ctx, parsed, q, parts)
		if err != nil {
			return Page{}, nil, err
		}
		page := found.cutPage(q)
		if !page.HasNext && found.hasLater && parts < q.mostParts() && ctx.Err() == nil {
			continue
		}
		if page.Total == 0 && q.Row == 0 && q.Selection == (Selection{}) && ctx.Err() == nil && !s.vocab.isTalk(parsed) {
			if page.Suggestion = s.suggest(ctx, parsed, q.Text, found); page.Suggestion == "" {
				page.Fewer = s.vocab.withoutLeastKnown(q.Text)
			}
		}
		if q.Grouped {
			s.addSubtitles(ctx, page.Rows, found)
		}
		return page, found, nil
	}
}

// partsOfRow is the number of parts in which the files of one row are looked for, and those of a first page.
const partsOfRow = 2

// mostParts returns how many parts are read beside the first until a page has a next one.
func (q Query) mostParts() int {
	if q.After.Zero() {
		return partsOfRow
	}
	return lastPart
}

// matches returns the results of a query from memory, if no pool has changed since, or else searches for them.
func (s *Searcher) matches(ctx context.Context, parsed query, q Query, parts int) (*results, error) {
	key := resultKey{q.Text, parsed.beginning, q.Selection, parts, q.Grouped}
	if kept, ok := s.kept.get(key); ok && !slices.ContainsFunc(kept.unread, s.opts.isHidden) && !s.opts.leavesOutAny(kept.rows) && s.isUnchanged(ctx, kept.indexState) {
		return kept.results(q, parts), nil
	}
	found, err := s.findMatches(ctx, parsed, q, parts)
	if err != nil {
		return found, err
	}
	found.arranged = found.arrange(q)
	if found.isWhole(ctx) {
		s.kept.put(key, keptResults{found.arranged, found.capped, found.hasLater, found.indexState})
	}
	return found, nil
}

// findMatches searches for a query as it is read without mistakes. Only when nothing matches does it search for the query without chat words, then for
// misspelled terms, and then without articles.
func (s *Searcher) findMatches(ctx context.Context, q query, asked Query, parts int) (*results, error) {
	r := newResults(asked, parts)
	r.unread, r.indexState = map[DocumentID]bool{}, indexState{versions{}, s.vocab.changes.Load()}
	in := s.vocab.interpret(q)
	if err := s.queryPools(ctx, r, s.newRequest(in, s.vocab.steps(in), titleKey(q.title()))); err != nil {
		return r, err
	}
	if len(r.byID) > 0 {
		if len(r.byID) < fewMatches {
			s.findMore(ctx, r, in)
		}
		return r, nil
	}
	s.findLoosely(ctx, r, q)
	return r, nil
}

// fewMatches is the number of matches below which a search looks for more of them.
const fewMatches = 10

// findMore adds matches for common words that are one edit away from a rare term. If no title matches, it also searches without the words that ask for a
// file, because tags in captions contain such words.
func (s *Searcher) findMore(ctx context.Context, r *results, in interpretation) {
	if s.vocab.addCorrections(&in) {
		s.findInterpreted(ctx, r, in)
	}
	for _, x := range r.byID {
		if x.cursor.Rank <= rankSpelledTitle {
			return
		}
	}
	if asked, ok := s.vocab.withoutAsking(in.query); ok && countMeaning(asked.terms) > 0 && !s.vocab.isTalk(in.query) {
		s.findInterpreted(ctx, r, s.vocab.interpret(asked))
	}
}

// findInterpreted searches for an interpretation, unless the index has no word for one of the terms.
func (s *Searcher) findInterpreted(ctx context.Context, r *results, in interpretation) {
	if p, possible := s.vocab.plan(in); possible && len(p) > 0 {
		title := ""
		if in.onlyTitle { // behind the tag of a channel, too
			title = titleKey(in.title())
		}
		_ = s.queryPools(ctx, r, s.newRequest(in, planSteps(p), title)) // r.missing names the pools that failed
	}
}

// newRequest returns a request for the files that match an interpretation.
func (s *Searcher) newRequest(in interpretation, steps []step, title string) poolRequest {
	return poolRequest{steps: steps, title: title, rank: newMatcher(in).rankFile, verdicts: s.vocab.newListVerdicts(in)}
}

// queryPools sends a request to every pool that is not in r.missing and adds the matches to r. It ends after three quarters of the search's timeout,
// so that a pool that hangs leaves time for another step.
func (s *Searcher) queryPools(ctx context.Context, r *results, req poolRequest) error {
	req.parts, req.counts, req.rows, req.known = r.parts, r.unread != nil, r.rows, maps.Clone(r.versions)
	req.files = r.files
	if r.selected != (Selection{}) {
		req.steps, req.verdicts = narrowed(req.steps, r.selected), nil
	}
	if s.opts.mayHaveUnreachable() {
		req.verdicts, req.onlyRead = nil, true // the lists do not tell the channels of a file
	}
	req.hides = func(id DocumentID) bool {
		hidden := s.opts.isHidden(id)
		if hidden {
			r.leftOut.Store(true)
		}
		return hidden
	}
	rank := req.rank
	req.rank = func(f File, titled bool) (uint8, []string) {
		if s.opts.leavesOut(f) {
			r.leftOut.Store(true)
			return rankNone, nil
		}
		if !r.selected.matches(f) {
			return rankNone, nil
		}
		return rank(f, titled)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.opts.Timeout*3/4, errSearchTimeout)
	defer cancel()
	answers, outcomes := s.findInPools(ctx, req, maps.Clone(r.missing))
	answered := 0
	for i, o := range outcomes {
		if o.Err != nil {
			r.missing[o.Pool.Name()] = true
			s.opts.Logger.LogAttrs(ctx, slog.LevelDebug, "pool did not answer a search", slog.String("pool", o.Pool.Name()), slog.Any("error", o.Err))
			continue
		}
		answered++
		r.capped = r.capped || answers[i].capped
		r.hasLater = r.hasLater || answers[i].capped || len(answers[i].unread) > 0
		for _, id := range answers[i].unread {
			r.unread[DocumentID(id)] = true
		}
		if v := answers[i].version; v != nil && r.versions != nil {
			r.versions[o.Pool] = *v
		}
		for _, x := range answers[i].results {
			x.cursor.Taken = s.takenLevel(x)
			r.addResult(x)
		}
	}
	if answered == 0 {
		return ErrSearchUnavailable
	}
	return nil
}

// takenLevel returns how often people took the file of a query in other letters than its own, which orders files of one likeness. A file that was posted
// more than once has one level more.
func (s *Searcher) takenLevel(x result) uint8 {
	if x.cursor.Rank&(1<<partShift-1) < rankAlikeTitle {
		return 0
	}
	level := uint8(0)
	if s.opts.Taken != nil {
		level = min(s.opts.Taken(x.file.Media.Document), maxTaken)
	}
	if len(x.file.Places) > 1 {
		level++
	}
	return level
}

// maxTaken is the highest level.
const maxTaken = 32
