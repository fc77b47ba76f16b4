package filter

import (
	"strconv"
	"testing"
)

// A list of one id more than a power of two has the largest table for its ids.
func TestListCache_CountsTheTablesOfItsLists(t *testing.T) {
	t.Parallel()
	const n = 1<<14 + 1
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = int64(i + 1)
	}
	c := newListCache()
	put := func(lists int) {
		for i := range lists {
			word := strconv.Itoa(i)
			l := &list{head: posting{Key: word}, ids: ids, next: -1}
			c.put(listName{word: word}, l.indexed())
		}
	}
	const lists = cachedBytes / (8 * n)
	put(lists)
	put(lists) // the same words do not count twice
	sum := 0
	for _, l := range c.entries.Values() {
		sum += 8*len(l.ids) + 4*len(l.table())
	}
	if sum > cachedBytes || sum < cachedBytes*9/10 {
		t.Errorf("%d lists have %d bytes, the limit is %d", c.entries.Len(), sum, cachedBytes)
	}
}
