package filter

import (
	"context"
	"iter"
	"sync"

	"pavilion/storage"
)

// Two caches keep the answers of searches. A repeated query, or another page of it, then reads no files.
//
// pageCache keeps pages. A page is smaller than all results, so this cache covers more queries. resultCache keeps all results of a query; its other pages are
// cut from them.
//
// An entry is used only if every pool still has the entry's version, the vocabulary has not changed, and none of the results is hidden. A search is kept only
// if all pools answered it. Pages are not used while files may be unreachable.
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

// indexState is the state of the index that results belong to.
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
	found.arranged, found.capped, found.hasLater, found.indexState = r.arrangement, r.capped, r.hasLater, r.indexState
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
	for f := range filesOfRows(rows) {
		sum += keptFileBytes + len(f.Media.Name) + len(f.Media.Caption) + len(f.Media.CaptionEntities)
	}
	return sum
}

// filesOfRows returns the files and the subtitles of rows.
func filesOfRows(rows []Row) iter.Seq[File] {
	return func(yield func(File) bool) {
		for _, row := range rows {
			for _, files := range [][]File{row.Files, row.Subtitles} {
				for _, f := range files {
					if !yield(f) {
						return
					}
				}
			}
		}
	}
}

func appendIDs(ids []DocumentID, rows []Row) []DocumentID {
	for f := range filesOfRows(rows) {
		ids = append(ids, f.Media.Document)
	}
	return ids
}

// leavesOutAny reports whether rows have a file that is hidden or unreachable.
func (o SearchOptions) leavesOutAny(rows []Row) bool {
	for f := range filesOfRows(rows) {
		if o.leavesOut(f) {
			return true
		}
	}
	return false
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
