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

// posting is one chunk of a word's list.
type posting struct {
	Key   string `bson:"_id"`
	Count int32  `bson:"n,omitempty"` // ids ever added to the word; in the first chunk only
	Files []byte `bson:"f"`
}

const (
	postingsCollection = "postings"
	chunkIDs           = 512
	idSize             = 8
	chunkMark          = "\x01" // stands in no word
	placeMark          = "@"
	placeBlock         = 64 // neighbouring messages that share a list
	titleBuckets       = 4096
)

// chunkKey names chunk n of a word.
func chunkKey(word string, n int) string {
	if n == 0 {
		return word
	}
	return word + chunkMark + strconv.FormatInt(int64(n), 36)
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

// chunks are the first and the last chunk of one word, to be changed.
type chunks struct {
	word  string
	head  posting
	last  posting // the same as head while there is one chunk
	dirty map[string]posting
	files bool // the first chunk's own ids changed, not only its count
}

func (c *chunks) lastNumber() int { return int(c.head.Count) / chunkIDs }

// add appends ids that the last chunk does not hold yet.
func (c *chunks) add(ids []int64) {
	have := make(map[int64]bool, len(c.last.Files)/idSize+len(ids))
	for _, id := range unpackIDs(c.last.Files) {
		have[id] = true
	}
	c.last.Files = slices.Clip(c.last.Files) // the first chunk may share it
	changed := false
	for _, id := range ids {
		if have[id] {
			continue
		}
		have[id], changed = true, true
		c.head.Count++
		c.last.Files = binary.BigEndian.AppendUint64(c.last.Files, uint64(id)) //nolint:gosec // turned back by unpackIDs
		if int(c.head.Count)%chunkIDs == 0 {
			c.touch()
			c.last, changed = posting{Key: chunkKey(c.word, c.lastNumber())}, false
			clear(have)
		}
	}
	if changed {
		c.touch()
	}
}

// remove takes ids out of a word of one chunk. In a longer list they stay: an id without a document is skipped when it is read, and
// packList takes many out at once.
func (c *chunks) remove(ids []int64) {
	if c.lastNumber() > 0 {
		return
	}
	have := unpackIDs(c.last.Files)
	left := slices.DeleteFunc(slices.Clone(have), func(id int64) bool { return slices.Contains(ids, id) })
	if len(left) == len(have) {
		return
	}
	c.head.Count = int32(len(left)) //nolint:gosec // at most a chunk
	c.last.Files = packIDs(left)
	c.touch()
}

func (c *chunks) touch() {
	if c.last.Key == c.word {
		c.head.Files, c.files = c.last.Files, true
	}
	c.dirty[c.last.Key] = c.last
	c.dirty[c.word] = c.head
}
