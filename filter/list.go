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
		l.ids = newestFirst(head.Files)
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

// scannedIDs is the number of ids up to which a list has no table.
const scannedIDs = 16

// contains reports whether ids has an id.
func (l *list) contains(id int64) bool {
	if len(l.ids) <= scannedIDs {
		return slices.Contains(l.ids, id)
	}
	return l.table().contains(l.ids, id)
}

// withChunks returns the list with the chunks next, next-1, ... after its ids.
func (l *list) withChunks(chunks [][]int64) *list {
	more := &list{head: l.head, version: l.version, first: l.first, ids: make([]int64, 0, len(l.ids)+len(chunks)*chunkIDs), tail: l.tail, next: l.next}
	more.ids = append(more.ids, l.ids...)
	for _, ids := range chunks {
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
	grown := len(l.ids) + int(head.Count-old.Count)
	if head.Generation != old.Generation || head.Count < old.Count || int(old.Count) < chunkIDs || l.tail == 0 || grown+chunkIDs > maxPosition {
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
func (l *list) withNewer(chunks [][]int64) *list {
	more := &list{head: l.head, version: l.version, first: l.first, ids: make([]int64, 0, len(l.ids)+len(chunks)*chunkIDs), next: l.next}
	for i, ids := range chunks {
		more.ids = append(more.ids, ids...)
		if i == 0 {
			more.tail = len(more.ids)
		}
	}
	more.ids = append(more.ids, l.ids...)
	return more.indexed()
}

// idTable is an open hash table that maps ids to positions in a slice. It is at most half full. An entry holds a position and some bits of the id's hash.
// Most ids that are searched for are not in the slice, and the bits show that without a read of the slice.
type idTable []uint32

const (
	positionBits = 18
	maxPosition  = 1<<positionBits - 1 // twice maxCheckedIDs; a list that grows longer in memory is read again
)

// tableSize returns the number of entries of a table for n ids.
func tableSize(n int) int {
	size := 32
	for size < 2*n {
		size *= 2
	}
	return size
}

func newIDTable(ids []int64) idTable {
	t := make(idTable, tableSize(len(ids)))
	for i, id := range ids {
		at, part := t.slot(id)
		for t[at] != 0 {
			at = (at + 1) & (len(t) - 1)
		}
		t[at] = part | uint32(i+1)
	}
	return t
}

// slot returns where the search for an id begins, and the part of its hash. Telegram's ids are not evenly spread, so their bits are mixed.
func (t idTable) slot(id int64) (at int, part uint32) {
	h := uint64(id) * 0x9e3779b97f4a7c15 //nolint:gosec // any bits
	return int(h>>32) & (len(t) - 1), uint32(h>>(64-32+positionBits)) << positionBits
}

func (t idTable) contains(ids []int64, id int64) bool {
	at, part := t.slot(id)
	for ; t[at] != 0; at = (at + 1) & (len(t) - 1) {
		if t[at]&^maxPosition == part && ids[t[at]&maxPosition-1] == id {
			return true
		}
	}
	return false
}
