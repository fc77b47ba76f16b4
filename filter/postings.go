package filter

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// The index is an inverted one, kept in ordinary documents: for each word the ids of its files, eight bytes each, in the order in which they
// came. A multikey index over words would be simpler and costs 36 to 50 bytes for each word of each file, measured; a free cluster of 512 MB
// would be full at half a million files.
//
// The list of a word is cut into chunks. The first one is the document named by the word itself, with the number of ids ever added; later
// ones are named by the word and a number. So a new post changes only the last chunk of each of its words, and a rare word is one document.
//
// Two processes may change a list at once. Every write names what its writer read, and is done again when that is not there any more. The count
// comes last: what stands in a chunk that it does not reach yet is not in the list, and whoever changed the list has changed the count.

// posting is one chunk of a word's list.
type posting struct {
	Key   string `bson:"_id"`
	Count int32  `bson:"n,omitempty"` // ids ever added to the word; in the first chunk only
	Pack  string `bson:"g,omitempty"` // names the packing that the later chunks come from; in the first chunk only
	Files []byte `bson:"f"`
}

// last is the number of the last chunk.
func (p posting) last() int { return int(p.Count) / chunkIDs }

const (
	postingsCollection = "postings"
	chunkIDs           = 512
	idSize             = 8
	chunkMark          = "\x01" // stands in no word
	placeMark          = "@"
	placeBlock         = 64 // neighbouring messages that share a list
	titleBuckets       = 4096
)

// chunk names chunk n of the list whose first one this is.
func (p posting) chunk(n int) string {
	switch {
	case n == 0:
		return p.Key
	case p.Pack == "":
		return p.Key + chunkMark + strconv.FormatInt(int64(n), 36)
	}
	return p.Key + chunkMark + strconv.FormatInt(int64(n), 36) + chunkMark + p.Pack
}

// placeKey names the list of the files that stand at a place or near it.
func placeKey(p Place) string {
	return fmt.Sprintf("%s%x/%x", placeMark, int64(p.Channel), int(p.Message)/placeBlock)
}

// titleKey names the list of the files with a title. Titles are mostly unique, and a document for each would cost more than it tells, so a few
// hundred titles share a list; who reads it compares the titles.
func titleKey(title string) string {
	return titleMark + strconv.FormatUint(xxhash.Sum64String(title)%titleBuckets, 36)
}

// isWord tells the lists that people search from those of titles, places and later chunks.
func isWord(key string) bool {
	return !strings.HasPrefix(key, titleMark) && !strings.HasPrefix(key, placeMark) && !strings.Contains(key, chunkMark)
}

// keysOf are the lists that a document belongs in.
func keysOf(doc fileDoc) []string {
	f := doc.file()
	keys := Tokens(f.Media.Name, f.Media.Caption)
	for _, p := range f.Places {
		if k := placeKey(p); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
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

// chunk is one chunk as it was read and as it is to be.
type chunk struct {
	there       bool
	read, files []byte
}

func (c *chunk) full() bool { return len(c.files) >= chunkIDs*idSize }

// list is what is read of a word's list in order to change it: the first chunk, and those at the end that new ids may go to.
type list struct {
	head   posting // as it was read
	there  bool    // there is a first chunk
	count  int32   // as it is to be
	chunks map[int]*chunk
}

func newList(head posting, there bool) *list {
	l := &list{head: head, there: there, count: head.Count, chunks: map[int]*chunk{}}
	if !l.long() {
		l.chunks[0] = &chunk{there, head.Files, head.Files}
	}
	return l
}

func (l *list) long() bool { return l.head.Count >= chunkIDs }

// wants are the chunks that so many new ids may go to and that were not looked at. One that the count does not tell of may be there all the
// same: its writer died, or has yet to write the count.
func (l *list) wants(ids int) []int {
	var numbers []int
	for n := l.head.last(); ids > 0; n++ {
		c, ok := l.chunks[n]
		if !ok {
			numbers = append(numbers, n)
			c = &chunk{}
		}
		ids -= max(0, chunkIDs-len(c.files)/idSize)
	}
	return numbers
}

// add appends ids that the last chunks do not hold yet. The count rises with every change, so that it tells whether a list has changed.
func (l *list) add(ids []int64) {
	if len(ids) == 0 {
		return
	}
	have := map[int64]bool{}
	for _, c := range l.chunks {
		for _, id := range unpackIDs(c.files) {
			have[id] = true
		}
	}
	n := l.head.last()
	for _, id := range ids {
		if have[id] {
			continue
		}
		have[id] = true
		for l.chunks[n].full() {
			n++
		}
		c := l.chunks[n]
		c.files = binary.BigEndian.AppendUint64(slices.Clip(c.files), uint64(id)) //nolint:gosec // turned back by unpackIDs
		l.count++
	}
	for l.chunks[n].full() && l.chunks[n+1] != nil && l.chunks[n+1].there {
		n++
	}
	l.count = max(l.count, int32(n*chunkIDs+min(chunkIDs, len(l.chunks[n].files)/idSize))) //nolint:gosec // far below
}

// remove takes ids out of a list of one chunk. In a longer list they stay: an id without a document is skipped when it is read, and
// packing takes many out at once.
func (l *list) remove(ids []int64) {
	if l.long() {
		return
	}
	c := l.chunks[0]
	left := slices.DeleteFunc(unpackIDs(c.files), func(id int64) bool { return slices.Contains(ids, id) })
	if len(left) < len(c.files)/idSize {
		c.files, l.count = packIDs(left), int32(len(left)) //nolint:gosec // at most a chunk
	}
}
