package filter

import (
	"slices"
	"sync"
)

// list is a posting list in memory, or its newest part. A list does not change: more of it is a new list.
type list struct {
	head    posting      // without Files
	version indexVersion // of the index when the head was read
	first   []byte       // the first chunk of a list of several, until ids has it
	ids     []int64      // the last added first
	tail    int          // the number of ids that are from the last chunk, which may still change
	next    int          // the newest chunk that ids lacks, -1 if it has all
	table   func() idTable
}

// newList makes the list of a head. A list of one chunk is complete; of a longer one the chunks are still to be read.
func newList(head posting, version indexVersion) *list {
	l := &list{version: version, next: -1}
	if int(head.Count) >= chunkIDs {
		l.first, l.next = head.Files, head.lastChunk()
	} else {
		l.ids = reversed(unpackIDs(head.Files))
		l.tail = len(l.ids)
	}
	head.Files = nil
	l.head = head
	return l.indexed()
}

func (l *list) indexed() *list {
	l.table = sync.OnceValue(func() idTable { return newIDTable(l.ids) })
	return l
}

// size is the number of ids in the database, dead ones included.
func (l *list) size() int { return int(l.head.Count) }

// contains reports whether ids has an id.
func (l *list) contains(id int64) bool {
	if len(l.ids) <= 16 {
		return slices.Contains(l.ids, id)
	}
	return l.table().contains(l.ids, id)
}

// withChunks returns the list with the chunks next, next-1, ... after its ids.
func (l *list) withChunks(chunks [][]byte) *list {
	more := &list{head: l.head, version: l.version, first: l.first, ids: slices.Clone(l.ids), tail: l.tail, next: l.next}
	for _, c := range chunks {
		ids := reversed(unpackIDs(c))
		if more.next == more.head.lastChunk() {
			more.tail = len(ids)
		}
		more.ids = append(more.ids, ids...)
		more.next--
	}
	if more.next < 0 {
		more.first = nil
	}
	return more.indexed()
}

// refreshed returns the list for a newer head. Full chunks do not change within a generation, so only the later ones are to be read again: newer lists
// the numbers of those, the newest first. ok is false when nothing of the list can be kept.
func (l *list) refreshed(head posting, version indexVersion) (kept *list, newer []int, ok bool) {
	old := l.head
	if head.Generation != old.Generation || head.Count < old.Count || int(old.Count) < chunkIDs || l.tail == 0 {
		return nil, nil, false
	}
	head.Files = nil
	kept = &list{head: head, version: version, first: l.first, ids: l.ids, tail: l.tail, next: l.next}
	if head.Count == old.Count {
		return kept.indexed(), nil, true
	}
	kept.ids, kept.tail = l.ids[l.tail:], 0
	for n := head.lastChunk(); n >= old.lastChunk(); n-- {
		newer = append(newer, n)
	}
	return kept.indexed(), newer, true
}

// withNewer returns a refreshed list with the chunks that refreshed named.
func (l *list) withNewer(chunks [][]byte) *list {
	more := &list{head: l.head, version: l.version, first: l.first, next: l.next}
	for i, c := range chunks {
		more.ids = append(more.ids, reversed(unpackIDs(c))...)
		if i == 0 {
			more.tail = len(more.ids)
		}
	}
	more.ids = append(more.ids, l.ids...)
	return more.indexed()
}

func reversed(ids []int64) []int64 {
	slices.Reverse(ids)
	return ids
}

// idTable finds ids in a slice: an open hash table of positions, half as full as it is long at most.
type idTable []uint32

func newIDTable(ids []int64) idTable {
	size := 32
	for size < 2*len(ids) {
		size *= 2
	}
	t := make(idTable, size)
	for i, id := range ids {
		at := t.slot(id)
		for t[at] != 0 {
			at = (at + 1) & (len(t) - 1)
		}
		t[at] = uint32(i + 1)
	}
	return t
}

// slot returns where the search for an id begins. Telegram's ids are not evenly spread, so their bits are mixed.
func (t idTable) slot(id int64) int {
	h := uint64(id) * 0x9e3779b97f4a7c15 //nolint:gosec // any bits
	return int(h>>32) & (len(t) - 1)
}

func (t idTable) contains(ids []int64, id int64) bool {
	for at := t.slot(id); t[at] != 0; at = (at + 1) & (len(t) - 1) {
		if ids[t[at]-1] == id {
			return true
		}
	}
	return false
}
