package filter

import (
	lru "github.com/hashicorp/golang-lru/v2"

	"pavilion/storage"
)

// tailCache keeps the ends of lists as this process wrote them last, so that the next batch does not read them again. Another process may have changed a list
// since. The write of a list is conditional on what it replaces, and fails then; the list is read before the next try.
type tailCache struct {
	tails *lru.Cache[listName, *listTail]
}

const (
	cachedTails   = 5_000 // at most 4 KB each
	leastTailSize = 32    // ids; shorter lists are of rare words, which few batches have
)

func newTailCache() *tailCache {
	tails, _ := lru.New[listName, *listTail](cachedTails) // an error means a size below 1
	return &tailCache{tails}
}

// take removes the tails of words from the cache and returns them. A failed write leaves the cache without them. unread are the words whose tails have to be
// read. These include each word whose tail already has an id to add, or loses ids: there may be no write of its list then, and only a write shows that
// another process has changed the list.
func (c *tailCache) take(pool *storage.Pool, words []string, adds, removes map[string][]int64) (found map[string]*listTail, unread []string) {
	found = make(map[string]*listTail, len(words))
	if c == nil {
		return found, words
	}
	for _, w := range words {
		l, ok := c.tails.Get(listName{pool, w})
		c.tails.Remove(listName{pool, w})
		if ok && len(removes[w]) == 0 && !l.hasAny(adds[w]) {
			found[w] = l
		} else {
			unread = append(unread, w)
		}
	}
	return found, unread
}

// hasAny reports that one of the ids is in the tail.
func (l *listTail) hasAny(ids []int64) bool {
	found := false
	l.eachOf(ids, func(int64) { found = true })
	return found
}

// put adds the tails of lists that were written.
func (c *tailCache) put(pool *storage.Pool, lists map[string]*listTail) {
	if c == nil {
		return
	}
	for w, l := range lists {
		if l.count >= leastTailSize {
			c.tails.Add(listName{pool, w}, l.written())
		}
	}
}

// written returns the tail as it is in the database after its write.
func (l *listTail) written() *listTail {
	head := l.head
	head.Count, head.Files = l.count, nil
	next := &listTail{head: head, exists: true, count: l.count, chunks: map[int]*listChunk{}}
	if c := l.chunks[head.lastChunk()]; c != nil {
		next.chunks[head.lastChunk()] = &listChunk{c.exists || len(c.after) > 0, c.after, c.after}
	}
	return next
}
