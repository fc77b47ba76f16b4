package filter

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// The index is an inverted index in ordinary documents: a posting list for each word, with the ids of its files, eight bytes each, in the order in
// which they were added. A multikey index over words would be simpler, but it costs 36 to 50 bytes for each word of each file (measured), and would
// fill a free cluster of 512 MB with half a million files.
//
// A list is split into chunks of 512 ids. The _id of the first chunk, the head, is the word itself; later chunks add a number to it. The head also
// has the count of ids ever added. So a new post changes only the last chunk of each of its words, and a rare word is one document.
//
// A list of several chunks keeps the ids of files that were removed or lost the word, until a compaction. Searches count matches by the lists. So the
// list of unsure files has these files. It also has files with several descriptions: together these may have all words of a query, and none alone.
// Searches read an unsure file before they count it. A compaction of all other lists drops the unsure files that were added before it.
//
// Two processes may change a list at once. Every write is conditional on the content that its writer read, and is repeated with the new content
// when the condition fails. The head's count is written after the chunks, so ids beyond the count are not in the list yet. Writers detect a change
// of a list of several chunks by its count, which only rises, and of a list of one chunk by the ids.

const (
	postingsCollection = "postings"
	chunkIDs           = 512
	idSize             = 8
	chunkMark          = "\x01" // occurs in no word
	placeMark          = "@"
	unsureKey          = "\x03"
	placeBlock         = 64 // neighbouring messages share a list
	titleBuckets       = 4096
)

// placeKey returns the key of the list with the files of a place and its neighbours.
func placeKey(p Place) string {
	return fmt.Sprintf("%s%x/%x", placeMark, int64(p.Channel), int(p.Message)/placeBlock)
}

// titleKey returns the key of the list with the files of a title. Most titles are unique, and a list for each would waste space, so the titles with
// the same hash share a list, and a search compares the title itself.
func titleKey(title string) string {
	return titleMark + strconv.FormatUint(xxhash.Sum64String(title)%titleBuckets, 36)
}

// isWord reports whether a key is a word: neither a title, nor a place, nor a later chunk, nor the version, nor the unsure files.
func isWord(key string) bool {
	return key != indexVersionKey && key != unsureKey && !strings.HasPrefix(key, titleMark) && !strings.HasPrefix(key, placeMark) && !isLaterChunk(key)
}

func isLaterChunk(key string) bool { return strings.Contains(key, chunkMark) }

// listKeys returns the keys of all lists that a document belongs to.
func listKeys(doc fileDoc) []string {
	var keys []string
	add := func(k string) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, f := range doc.files() {
		for _, t := range Tokens(f.Media.Name, f.Media.Caption) {
			add(t)
		}
		for _, p := range f.Places {
			add(placeKey(p))
		}
	}
	if len(doc.Others) > 0 {
		add(unsureKey)
	}
	return keys
}

func packIDs(ids []int64) []byte {
	b := make([]byte, 0, len(ids)*idSize)
	for _, id := range ids {
		b = binary.BigEndian.AppendUint64(b, uint64(id)) //nolint:gosec // turned back by unpackIDs
	}
	return b
}

func unpackIDs(b []byte) []int64 {
	ids := make([]int64, 0, len(b)/idSize)
	for ; len(b) >= idSize; b = b[idSize:] {
		ids = append(ids, int64(binary.BigEndian.Uint64(b))) //nolint:gosec // written by packIDs
	}
	return ids
}

// newestFirst unpacks ids, the last added first.
func newestFirst(b []byte) []int64 {
	ids := make([]int64, len(b)/idSize)
	for i := range ids {
		ids[len(ids)-1-i] = int64(binary.BigEndian.Uint64(b[i*idSize:])) //nolint:gosec // written by packIDs
	}
	return ids
}

// splitIDs splits ids into those that a set has and the others.
func splitIDs(ids []int64, set map[int64]bool) (in, out []int64) {
	for _, id := range ids {
		if set[id] {
			in = append(in, id)
		} else {
			out = append(out, id)
		}
	}
	return in, out
}

// distinct sorts ids in place and drops repeats.
func distinct(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// listChunk is a chunk as it was read and as it will be written.
type listChunk struct {
	exists        bool
	before, after []byte
}

func (c *listChunk) full() bool { return len(c.after) >= chunkIDs*idSize }

// listTail is the part of a list that a change reads: the head, and the last chunks, to which new ids go.
type listTail struct {
	head   posting // as it was read
	exists bool    // the head is in the database
	count  int32   // as it will be written
	chunks map[int]*listChunk
}

func newListTail(head posting, there bool) *listTail {
	l := &listTail{head: head, exists: there, count: head.Count, chunks: map[int]*listChunk{}}
	if !l.isLong() {
		l.chunks[0] = &listChunk{there, head.Files, head.Files}
	}
	return l
}

func (l *listTail) isLong() bool { return l.head.isLong() }

// chunksToRead returns the numbers of the chunks that a number of new ids may go to and that are not read yet. A chunk beyond the count can exist:
// its writer died before it wrote the count, or is about to write it.
func (l *listTail) chunksToRead(ids int) []int {
	var numbers []int
	for n := l.head.lastChunk(); ids > 0; n++ {
		c, ok := l.chunks[n]
		if !ok {
			numbers = append(numbers, n)
			c = &listChunk{}
		}
		ids -= max(0, chunkIDs-len(c.after)/idSize)
	}
	return numbers
}

// addIDs appends the ids that the last chunks lack, and raises the count. It appends all ids to the list of unsure files, whose order tells a compaction
// which files were noted since it began.
func (l *listTail) addIDs(ids []int64) {
	if len(ids) == 0 {
		return
	}
	added := map[int64]bool{} // ids that the chunks have, or get now
	if l.head.Key != unsureKey {
		added = l.idsAmong(ids)
	}
	n, last := l.head.lastChunk(), (*listChunk)(nil)
	for _, id := range ids {
		if added[id] {
			continue
		}
		added[id] = true
		for l.chunks[n].full() {
			n++
		}
		c := l.chunks[n]
		if c != last { // copies, because before shares the array
			c.after = append(make([]byte, 0, min(chunkIDs*idSize, len(c.after)+len(ids)*idSize)), c.after...)
			last = c
		}
		c.after = binary.BigEndian.AppendUint64(c.after, uint64(id)) //nolint:gosec // turned back by unpackIDs
		l.count++
	}
	for l.chunks[n].full() && l.chunks[n+1] != nil && l.chunks[n+1].exists {
		n++
	}
	l.count = max(l.count, int32(n*chunkIDs+min(chunkIDs, len(l.chunks[n].after)/idSize))) //nolint:gosec // far below
}

// idsAmong returns those of ids that are in the chunks that were read.
func (l *listTail) idsAmong(ids []int64) map[int64]bool {
	wanted, found := make(map[int64]bool, len(ids)), map[int64]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	for _, c := range l.chunks {
		for b := c.after; len(b) >= idSize; b = b[idSize:] {
			if id := int64(binary.BigEndian.Uint64(b)); wanted[id] { //nolint:gosec // written by packIDs
				found[id] = true
			}
		}
	}
	return found
}

// removeIDs removes ids from a list of one chunk of a word. A longer list keeps them: searches skip an id without a document, and compaction removes many
// at once.
func (l *listTail) removeIDs(ids []int64) {
	if l.isLong() || l.head.Key == unsureKey {
		return
	}
	c := l.chunks[0]
	left := slices.DeleteFunc(unpackIDs(c.after), func(id int64) bool { return slices.Contains(ids, id) })
	if len(left) < len(c.after)/idSize {
		c.after, l.count = packIDs(left), int32(len(left)) //nolint:gosec // at most a chunk
	}
}
