package filter

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"pavilion/storage"
)

// listCache keeps the lists that searches read: those of the words that were searched for last, in cachedBytes at most.
type listCache struct {
	mu    sync.Mutex
	lists *simplelru.LRU[listName, *list]
	bytes int
}

type listName struct {
	pool *storage.Pool
	word string
}

const (
	cachedBytes = 40_000_000 // some 2 million ids: with the table an id takes 16 to 24 bytes
	cachedLists = 50_000
	listBytes   = 256 // of a list beside its ids and its table
)

func newListCache() *listCache {
	c := &listCache{}
	c.lists, _ = simplelru.NewLRU(cachedLists, func(_ listName, l *list) { c.bytes -= l.bytes() }) // an error means a size below 1
	return c
}

// bytes returns the memory of a list with the table, which the first use of the list makes.
func (l *list) bytes() int {
	sum := listBytes + 8*len(l.ids)
	if len(l.ids) > scannedIDs {
		sum += 4 * tableSize(len(l.ids))
	}
	return sum
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
	for c.bytes += l.bytes(); c.bytes > cachedBytes; {
		c.lists.RemoveOldest()
	}
}
