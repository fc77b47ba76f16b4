package filter

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync/atomic"
)

// result is a matching file with its position in the order.
type result struct {
	file   File
	cursor Cursor
	name   []string // the tokens of its name
}

func newResult(f File, rank uint8, name []string) result {
	return result{f, Cursor{Rank: rank, Posted: int32(f.Posted.Unix()), Document: f.Media.Document}, name} //nolint:gosec // stored as int32
}

// results are the files found so far, by document id, so that duplicates in several pools count once.
type results struct {
	byID     map[DocumentID]result
	unread   map[DocumentID]bool // matches that were not read, not all if capped; nil if they are not counted
	capped   bool                // the number of matches is not exact
	hasLater bool                // later parts may have more of them
	missing  map[string]bool
	parts    int  // see poolRequest
	rows     bool // see poolRequest
	selected Selection

	arranged arrangement // empty until the search has ended

	indexState
	files   filesRead
	leftOut *atomic.Bool // files were hidden or unreachable; they may come back without a change of the index
}

func newResults(q Query, parts int) *results {
	return &results{rows: q.Grouped, selected: q.Selection, byID: map[DocumentID]result{}, missing: map[string]bool{}, parts: parts, files: filesRead{}, leftOut: new(atomic.Bool)}
}

// isWhole reports that all pools have answered in time, and that no file was left out, so that the results may be kept.
func (r *results) isWhole(ctx context.Context) bool {
	return r != nil && ctx.Err() == nil && len(r.missing) == 0 && !r.leftOut.Load() && len(r.versions) > 0
}

// another returns empty results of a further query of the same search, without a selection. The further query skips the pools that have failed, and reads
// neither the versions of the others nor any file again.
func (r *results) another() *results {
	return &results{byID: map[DocumentID]result{}, missing: r.missing, indexState: indexState{maps.Clone(r.versions), r.words}, files: r.files, leftOut: r.leftOut}
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

// sorted returns the results in their order.
func (r *results) sorted() []result {
	all := make([]result, 0, len(r.byID))
	for _, x := range r.byID {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b result) int { return a.cursor.Compare(b.cursor) })
	return all
}

// arrangement is the results in order, of which a page is a part. Searches share it, so nothing changes it.
type arrangement struct {
	files  int // number of files that were read, with copies that are in no row
	rows   []Row
	unread []DocumentID // matches that are in no row because they were not read
	facets []Facet
}

func (r *results) arrange(q Query) arrangement {
	all := r.sorted()
	a := arrangement{files: len(all), facets: countFacets(all, q.Selection), unread: make([]DocumentID, 0, len(r.unread))}
	if q.Grouped {
		a.rows = groupRows(all)
	} else {
		a.rows = singleRows(all)
	}
	for id := range r.unread {
		if _, ok := r.byID[id]; !ok {
			a.unread = append(a.unread, id)
		}
	}
	return a
}

// cutPage returns the page that q asks for.
func (r *results) cutPage(q Query) Page {
	all := r.arranged
	rows := all.rows
	limit := cmp.Or(q.Limit, 10)
	if q.Row != 0 {
		return rowPage(rows, q.Row, limit)
	}
	from := 0
	switch {
	case !q.After.Zero():
		from, _ = slices.BinarySearchFunc(rows, q.After, func(x Row, c Cursor) int { return cmp.Or(x.cursor.Compare(c), -1) })
	case !q.Before.Zero():
		end, _ := slices.BinarySearchFunc(rows, q.Before, func(x Row, c Cursor) int { return x.cursor.Compare(c) })
		from = max(0, end-limit)
	}
	total := all.files + len(all.unread)
	if r.capped {
		total = max(all.files, min(total, maxCounted)) // the same on every page
	}
	p := Page{
		Rows: slices.Clone(rows[min(from, len(rows)):min(from+limit, len(rows))]), Total: total, RowsTotal: len(rows), Capped: r.capped, Skipped: from, HasPrev: from > 0,
		HasNext: from+limit < len(rows), Facets: slices.Clone(all.facets),
	}
	if q.Grouped {
		p.RowsCapped = r.hasLater
	} else {
		p.RowsTotal, p.RowsCapped = p.Total, p.Capped
	}
	for name := range r.missing {
		p.Missing = append(p.Missing, name)
	}
	slices.Sort(p.Missing)
	p.Files = make([]File, len(p.Rows))
	for i, row := range p.Rows {
		p.Files[i] = row.Files[0]
	}
	if n := len(p.Rows); n > 0 {
		p.First, p.Last = p.Rows[0].cursor, p.Rows[n-1].cursor
	}
	return p
}

// rowPage returns a page of one row: the one that has a file. It is empty when no row has it any more.
func rowPage(rows []Row, file DocumentID, limit int) Page {
	at := slices.IndexFunc(rows, func(r Row) bool {
		return slices.ContainsFunc(r.Files, func(f File) bool { return f.Media.Document == file })
	})
	if at < 0 {
		return Page{}
	}
	p := Page{Rows: []Row{rows[at]}, Files: slices.Clip(rows[at].Files[:1]), Total: len(rows[at].Files), RowsTotal: 1}
	if start := at / limit * limit; start > 0 {
		p.Start = rows[start-1].cursor
	}
	return p
}
