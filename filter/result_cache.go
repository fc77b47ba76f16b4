package filter

import (
	"maps"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"pavilion/storage"
)

// resultCache keeps the results of the last queries, so that another page of a query, or the same query of somebody else, reads no files. An entry is used
// while every pool has the version under which it was read and the vocabulary is the same. Results without a pool are not kept.
type resultCache struct {
	mu      sync.Mutex
	entries *simplelru.LRU[resultKey, keptResults]
	files   int
}

type resultKey struct {
	text      string
	beginning string // see query
	selection Selection
	parts     int
	rows      bool // they were counted
}

// keptResults are shared by searches, which change nothing in them.
type keptResults struct {
	*results
	words int64 // of Vocabulary.changes
}

const (
	keptQueries = 2_000
	keptFiles   = 10_000 // less than a kilobyte each
)

// size returns the memory of an entry, in files. An id takes some 20 bytes.
func (r keptResults) size() int { return len(r.byID) + len(r.unread)/30 }

func newResultCache() *resultCache {
	c := &resultCache{}
	c.entries, _ = simplelru.NewLRU(keptQueries, func(_ resultKey, r keptResults) { c.files -= r.size() }) // an error means a size below 1
	return c
}

func (c *resultCache) get(k resultKey) (keptResults, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries.Get(k)
}

func (c *resultCache) put(k resultKey, r keptResults) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries.Remove(k)
	c.entries.Add(k, r)
	for c.files += r.size(); c.files > keptFiles; {
		c.entries.RemoveOldest()
	}
}

// versions are those of the pools that results were read from. A search reads the version of a pool once, before the first list.
type versions map[*storage.Pool]indexVersion

// usable returns the results without the files that have been hidden since.
func (r keptResults) usable(o SearchOptions, q Query) *results {
	found := newResults(q, r.parts)
	found.byID = make(map[DocumentID]result, len(r.byID))
	found.capped, found.hasLater, found.versions, found.unread = r.capped, r.hasLater, r.versions, maps.Clone(r.unread)
	for id, x := range r.byID {
		if !o.leavesOut(x.file) {
			found.byID[id] = x
		}
	}
	maps.DeleteFunc(found.unread, func(id DocumentID, _ bool) bool { return o.isHidden(id) })
	if len(found.byID) == len(r.byID) {
		found.arranged = r.arranged
	}
	return found
}
