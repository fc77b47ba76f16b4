package filter

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"pavilion/storage"
)

// listCache keeps the lists that searches read. It holds cachedIDs ids at most, those of the words that were searched for last.
type listCache struct {
	mu    sync.Mutex
	lists *simplelru.LRU[listName, *list]
	ids   int
}

type listName struct {
	pool *storage.Pool
	word string
}

const (
	cachedIDs   = 2_000_000 // 16 bytes each, with the table
	cachedLists = 50_000
	listCost    = 16 // what a list costs beside its ids, in ids
)

func newListCache() *listCache {
	c := &listCache{}
	c.lists, _ = simplelru.NewLRU(cachedLists, func(_ listName, l *list) { c.ids -= len(l.ids) + listCost }) // an error means a size below 1
	return c
}

func (c *listCache) get(n listName) *list {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, _ := c.lists.Get(n)
	return l
}

func (c *listCache) put(n listName, l *list) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lists.Remove(n)
	c.lists.Add(n, l)
	for c.ids += len(l.ids) + listCost; c.ids > cachedIDs; {
		c.lists.RemoveOldest()
	}
}
