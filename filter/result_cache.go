package filter

import (
	"context"
	"slices"
	"sync"

	"pavilion/storage"
)

// Two caches keep what searches found, so that the same query of somebody else, or another page of it, reads no files. An entry is used while every pool has
// the version under which it was read, the vocabulary is the same, and none of the results has been hidden. What a search found while a pool did not
// answer is not kept, and pages are not used while files may be unreachable.
//
// pageCache keeps pages. A page is smaller than all results, so it has those of more queries. resultCache keeps all results of a query, from which its other
// pages are cut.
type (
	pageCache   = sizedCache[Query, keptPage]
	resultCache = sizedCache[resultKey, keptResults]
)

const (
	keptPages     = 5_000
	keptPageBytes = 12_000_000

	keptQueries     = 2_000
	keptResultBytes = 8_000_000
)

func newPageCache() *pageCache { return newSizedCache[Query, keptPage](keptPages, keptPageBytes) }

func newResultCache() *resultCache {
	return newSizedCache[resultKey, keptResults](keptQueries, keptResultBytes)
}

type resultKey struct {
	text      string
	beginning string // see query
	selection Selection
	parts     int
	rows      bool // they were counted
}

// indexState is the state of the index that an entry belongs to.
type indexState struct {
	versions versions
	words    int64 // of Vocabulary.changes
}

// versions are those of the pools that results were read from. A search reads the version of a pool before its first list.
type versions map[*storage.Pool]indexVersion

// isUnchanged reports whether the index still has a state.
func (s *Searcher) isUnchanged(ctx context.Context, state indexState) bool {
	return state.words == s.vocab.changes.Load() && s.areCurrent(ctx, state.versions)
}

// keptPage is shared by searches, which change nothing in it.
type keptPage struct {
	Page
	ids []DocumentID // of all results, because the page counts them, and of its subtitles
	indexState
}

// keptResults are shared by searches, which change nothing in them.
type keptResults struct {
	arrangement
	capped, hasLater bool // see results
	indexState
}

// results returns the results as a search would.
func (r keptResults) results(q Query, parts int) *results {
	found := newResults(q, parts)
	found.arranged, found.capped, found.hasLater, found.versions = r.arrangement, r.capped, r.hasLater, r.versions
	return found
}

// Estimates of the memory of an entry.
const (
	keptEntryBytes = 600
	keptRowBytes   = 150
	keptFileBytes  = 340 // beside its texts
	keptFacetBytes = 50
)

func (p keptPage) bytes() int {
	return keptEntryBytes + bytesOfRows(p.Rows) + len(p.Files)*keptFileBytes + len(p.Facets)*keptFacetBytes + 8*len(p.ids)
}

func (r keptResults) bytes() int {
	return keptEntryBytes + bytesOfRows(r.rows) + len(r.facets)*keptFacetBytes + 8*len(r.unread)
}

func bytesOfRows(rows []Row) int {
	sum := len(rows) * keptRowBytes
	for _, row := range rows {
		for _, files := range [][]File{row.Files, row.Subtitles} {
			for _, f := range files {
				sum += keptFileBytes + len(f.Media.Name) + len(f.Media.Caption) + len(f.Media.CaptionEntities)
			}
		}
	}
	return sum
}

// idsOfRows returns the ids of the files and subtitles of rows.
func idsOfRows(rows []Row) (ids []DocumentID) {
	for _, row := range rows {
		for _, files := range [][]File{row.Files, row.Subtitles} {
			for _, f := range files {
				ids = append(ids, f.Media.Document)
			}
		}
	}
	return ids
}

// leavesOutAny reports whether rows have a file that is hidden or unreachable.
func (o SearchOptions) leavesOutAny(rows []Row) bool {
	return slices.ContainsFunc(rows, func(row Row) bool {
		return slices.ContainsFunc(row.Files, o.leavesOut) || slices.ContainsFunc(row.Subtitles, o.leavesOut)
	})
}

// searchesUnderWay are the queries that are being searched for; a channel is closed at the end of its search.
type searchesUnderWay struct {
	mu     sync.Mutex
	ending map[Query]chan struct{}
}

// begin notes a search until end is called. If the same one is under way, it notes nothing, and returns a channel that is closed at the end of that one.
func (u *searchesUnderWay) begin(q Query) (same <-chan struct{}, end func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if ending, ok := u.ending[q]; ok {
		return ending, func() {}
	}
	ended := make(chan struct{})
	u.ending[q] = ended
	return nil, func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.ending, q)
		close(ended)
	}
}
