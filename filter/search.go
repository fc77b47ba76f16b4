package filter

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"pavilion/storage"
)

// Query is one search.
type Query struct {
	Text      string
	Selection Selection
	Limit     int    // files on a page; 0 means 10
	After     Cursor // return the page after this result
	Before    Cursor // return the page before this result
}

// Page is one page of the results.
type Page struct {
	Files      []File
	Total      int  // results of all pages
	Capped     bool // the search stopped at a limit, so there may be more than Total
	First      Cursor
	Last       Cursor
	Skipped    int // results before this page
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
	Candidates int // files read at once, and matches after which a plan stops in a pool; 0 means 500
	//exhaustruct:optional
	Timeout time.Duration // of a search; 0 means 4 s. One step has three quarters of it.
	//exhaustruct:optional
	Unreachable func(File) bool // tells which files cannot be delivered; they are left out. nil means none.
	Logger      *slog.Logger
}

// Searcher searches all pools.
type Searcher struct {
	pools *storage.Pools
	vocab *Vocabulary
	opts  SearchOptions
}

// NewSearcher makes a Searcher over pools.
func NewSearcher(pools *storage.Pools, vocab *Vocabulary, o SearchOptions) *Searcher {
	o.Candidates = cmp.Or(o.Candidates, 500)
	o.Timeout = cmp.Or(o.Timeout, 4*time.Second)
	return &Searcher{pools: pools, vocab: vocab, opts: o}
}

var errSearchTimeout = errors.New("the search took too long")

// Search returns a page of the results of a query. It fails with ErrSearchUnavailable only when no pool answered; Page.Missing names those that did
// not.
func (s *Searcher) Search(ctx context.Context, q Query) (Page, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.opts.Timeout, errSearchTimeout)
	defer cancel()
	parsed := parseQuery(q.Text)
	if len(parsed.terms) == 0 {
		return Page{}, nil
	}
	found, err := s.findMatches(ctx, parsed, q.Selection)
	if err != nil {
		return Page{}, err
	}
	page := found.cutPage(q)
	if page.Total == 0 && q.Selection == (Selection{}) && ctx.Err() == nil {
		if page.Suggestion = s.suggest(ctx, parsed, found.missing); page.Suggestion == "" {
			page.Fewer = s.vocab.withoutLeastKnown(q.Text)
		}
	}
	return page, nil
}

// result is a matching file with its position in the order.
type result struct {
	file   File
	cursor Cursor
}

// results are the files found so far, by document id, so that duplicates in several pools count once.
type results struct {
	byID    map[DocumentID]result
	capped  bool
	missing map[string]bool
}

// findMatches searches for the terms themselves, for the last one as a prefix, and for other spellings of the query. If nothing matches, it searches
// for misspelled terms.
func (s *Searcher) findMatches(ctx context.Context, q query, sel Selection) (*results, error) {
	r := &results{byID: map[DocumentID]result{}, missing: map[string]bool{}}
	// titlePlan finds a file by its title even when many newer files mention the title.
	plans := []plan{exactPlan(q.terms), titlePlan(q)}
	if p := s.vocab.prefixPlan(q); p != nil {
		plans = append(plans, p)
	}
	variants := s.vocab.variants(q)
	for _, v := range variants {
		plans = append(plans, exactPlan(v.terms))
	}
	j := matcher{query: q, variants: variants}
	if err := s.queryPools(ctx, r, sel, poolRequest{plans: plans, title: titleKey(q.title()), rank: j.rankFile}); err != nil {
		return r, err
	}
	s.findMisspelled(ctx, r, q, sel)
	return r, nil
}

// findMisspelled searches for words similar to the terms that the index does not know, and if nothing matches, for words similar to any term. It
// returns no error, because r.missing already names the pools that failed.
func (s *Searcher) findMisspelled(ctx context.Context, r *results, q query, sel Selection) {
	for _, force := range []bool{false, true} {
		if len(r.byID) > 0 {
			return
		}
		p := s.vocab.similarPlan(q, force)
		if p == nil {
			continue
		}
		j := matcher{query: q, similar: map[string]map[string]bool{}}
		for _, t := range q.terms {
			if force || s.vocab.Count(t) == 0 {
				j.similar[t] = map[string]bool{}
				for _, similar := range s.vocab.Similar(t, maxSimilar) {
					j.similar[t][similar.Text] = true
				}
			}
		}
		if err := s.queryPools(ctx, r, sel, poolRequest{plans: []plan{p}, rank: j.rankFile}); err != nil {
			return
		}
	}
}

// queryPools sends a request to every pool that is not in r.missing and adds the matches to r. It ends after three quarters of the search's timeout,
// so that a pool that hangs leaves time for another step.
func (s *Searcher) queryPools(ctx context.Context, r *results, sel Selection, req poolRequest) error {
	if sel != (Selection{}) {
		for i := range req.plans {
			for _, words := range sel.requiredTokens() {
				req.plans[i] = append(req.plans[i], clause{words})
			}
		}
		rank := req.rank
		req.rank = func(f File, titled bool) uint8 {
			if !sel.matches(f) {
				return rankNone
			}
			return rank(f, titled)
		}
	}
	if s.opts.Unreachable != nil {
		rank := req.rank
		req.rank = func(f File, titled bool) uint8 {
			if s.opts.Unreachable(f) {
				return rankNone
			}
			return rank(f, titled)
		}
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
		for _, x := range answers[i].results {
			r.addResult(x)
		}
	}
	if answered == 0 {
		return ErrSearchUnavailable
	}
	return nil
}

func newResult(f File, rank uint8) result {
	return result{f, Cursor{rank, int32(f.Posted.Unix()), f.Media.Document}} //nolint:gosec // stored as int32
}

// addResult adds a file. Of two duplicates it keeps the one that sorts first, with the places of both, so that the order does not depend on which
// pool answered first.
func (r *results) addResult(x result) {
	old, ok := r.byID[x.file.Media.Document]
	if !ok {
		r.byID[x.file.Media.Document] = x
		return
	}
	if x.cursor.Compare(old.cursor) < 0 {
		old, x = x, old
	}
	for _, p := range x.file.Places {
		if !slices.Contains(old.file.Places, p) {
			old.file.Places = append(old.file.Places, p)
		}
	}
	r.byID[old.file.Media.Document] = old
}

// cutPage sorts the results and returns the page that q asks for.
func (r *results) cutPage(q Query) Page {
	all := make([]result, 0, len(r.byID))
	for _, x := range r.byID {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b result) int { return a.cursor.Compare(b.cursor) })
	limit := cmp.Or(q.Limit, 10)
	from := 0
	switch {
	case !q.After.Zero():
		from, _ = slices.BinarySearchFunc(all, q.After, func(x result, c Cursor) int { return cmp.Or(x.cursor.Compare(c), -1) })
	case !q.Before.Zero():
		end, _ := slices.BinarySearchFunc(all, q.Before, func(x result, c Cursor) int { return x.cursor.Compare(c) })
		from = max(0, end-limit)
	}
	cut := all[min(from, len(all)):min(from+limit, len(all))]
	p := Page{
		Total: len(all), Capped: r.capped, Skipped: from, HasPrev: from > 0, HasNext: from+len(cut) < len(all), Facets: countFacets(all, q.Selection),
	}
	for name := range r.missing {
		p.Missing = append(p.Missing, name)
	}
	slices.Sort(p.Missing)
	for _, x := range cut {
		p.Files = append(p.Files, x.file)
	}
	if len(cut) > 0 {
		p.First, p.Last = cut[0].cursor, cut[len(cut)-1].cursor
	}
	return p
}

// suggest returns a similar query that has results. It tries the query with misspelled terms corrected, then without unknown terms, then without one
// known term.
func (s *Searcher) suggest(ctx context.Context, q query, missing map[string]bool) string {
	var corrected, known []string
	for _, t := range q.terms {
		if s.vocab.Count(t) > 0 {
			corrected, known = append(corrected, t), append(known, t)
			continue
		}
		if similar := s.vocab.Similar(t, 1); len(similar) > 0 {
			corrected = append(corrected, similar[0].Text)
		}
	}
	tries := [][]string{corrected, known}
	for i := range known { // each known term left out once, the last one first
		tries = append(tries, slices.Delete(slices.Clone(known), len(known)-1-i, len(known)-i))
	}
	for _, terms := range tries[:min(len(tries), 5)] {
		if len(terms) == 0 || slices.Equal(terms, q.terms) {
			continue
		}
		r := &results{byID: map[DocumentID]result{}, missing: missing}
		try := query{terms: terms}
		if err := s.queryPools(ctx, r, Selection{}, poolRequest{plans: []plan{exactPlan(terms)}, rank: matcher{query: try}.rankFile}); err == nil && len(r.byID) > 0 {
			return strings.Join(terms, " ")
		}
	}
	return ""
}
