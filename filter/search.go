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
	Limit     int    // files on a page; 10 where 0
	After     Cursor // the page behind this result
	Before    Cursor // the page before this result
}

// Page is a part of the results.
type Page struct {
	Files      []File
	Total      int  // of all pages
	Capped     bool // there are more than Total
	First      Cursor
	Last       Cursor
	Skipped    int // results before this page
	HasPrev    bool
	HasNext    bool
	Facets     []Facet
	Missing    []string // pools that did not answer
	Suggestion string   // another spelling that has results, where this one has none
}

// SearchOptions bound a search.
type SearchOptions struct {
	Candidates int           // files taken from each pool in each step, the last added first; 500 where 0
	Timeout    time.Duration // 4 s where 0; a step takes three quarters of it at most
	Logger     *slog.Logger
}

// Searcher answers queries from all pools.
type Searcher struct {
	pools *storage.Pools
	vocab *Vocabulary
	opts  SearchOptions
}

// NewSearcher returns a searcher over pools.
func NewSearcher(pools *storage.Pools, vocab *Vocabulary, o SearchOptions) *Searcher {
	o.Candidates = cmp.Or(o.Candidates, 500)
	o.Timeout = cmp.Or(o.Timeout, 4*time.Second)
	return &Searcher{pools: pools, vocab: vocab, opts: o}
}

var errSearchTimeout = errors.New("the search took too long")

// Search answers a query. It fails with ErrSearchUnavailable only when no pool answered; pools that did not are named in Page.Missing.
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
		page.Suggestion = s.suggest(ctx, parsed, found.missing)
	}
	return page, nil
}

// result is a file with its place in the order.
type result struct {
	file   File
	cursor Cursor
}

// results are the distinct files found so far, by document id: a twin in another pool is the same file.
type results struct {
	byID    map[DocumentID]result
	capped  bool
	missing map[string]bool
}

// findMatches looks for what was typed: as it is, with the last word unfinished, in other spellings; and only where that finds nothing, for
// misspelled words.
func (s *Searcher) findMatches(ctx context.Context, q query, sel Selection) (*results, error) {
	r := &results{byID: map[DocumentID]result{}, missing: map[string]bool{}}
	// The title's own plan is there because the title may be older than any number of files that mention it.
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

// findMisspelled looks for misspelled words: first those that the index does not know, then any. What fails here leaves an answer that is partial.
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

// queryPools sends a request to every pool that answered so far and adds what matches. A pool that hangs leaves time for the steps that follow.
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

// addResult takes a file once: a twin in another pool adds its places, and the better rank and the newer date count, so that the order does not
// depend on which pool answered first.
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

// cutPage orders everything found and cuts one page out.
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

// suggest looks for the nearest query that has results: misspelled words replaced first, then unknown words left out.
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
	for i := range known { // each known word left out once, the last ones first
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
