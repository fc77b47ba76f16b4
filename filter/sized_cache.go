package filter

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// sizedCache keeps the entries that were used last, up to a number of entries and of bytes. The size of an entry does not change. An entry that would push out
// most of the others is not kept.
type sizedCache[K comparable, V interface{ bytes() int }] struct {
	mu      sync.Mutex
	entries *simplelru.LRU[K, V]
	bytes   int
	most    int // bytes
}

// One entry may have the bytes of the cache divided by largestDivisor.
const largestDivisor = 2

func newSizedCache[K comparable, V interface{ bytes() int }](entries, bytes int) *sizedCache[K, V] {
	c := &sizedCache[K, V]{most: bytes}
	c.entries, _ = simplelru.NewLRU(entries, func(_ K, v V) { c.bytes -= v.bytes() }) // an error means a size below 1
	return c
}

func (c *sizedCache[K, V]) get(k K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries.Get(k)
}

func (c *sizedCache[K, V]) put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries.Remove(k)
	if v.bytes() > c.most/largestDivisor {
		return
	}
	c.entries.Add(k, v)
	for c.bytes += v.bytes(); c.bytes > c.most; {
		c.entries.RemoveOldest()
	}
}
