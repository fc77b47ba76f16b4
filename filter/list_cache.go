package filter

import "pavilion/storage"

// listCache keeps the lists that searches read: those of the words that were searched for last.
type listCache = sizedCache[listName, *list]

type listName struct {
	pool *storage.Pool
	word string
}

const (
	cachedBytes = 40_000_000 // some 2 million ids: with the table an id takes 16 to 24 bytes
	cachedLists = 50_000
	listBytes   = 256 // of a list beside its ids and its table
)

func newListCache() *listCache { return newSizedCache[listName, *list](cachedLists, cachedBytes) }

// bytes returns the memory of a list with the table, which the first use of the list makes.
func (l *list) bytes() int {
	sum := listBytes + 8*len(l.ids)
	if len(l.ids) > scannedIDs {
		sum += 4 * tableSize(len(l.ids))
	}
	return sum
}
