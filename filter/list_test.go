package filter

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestList_GrowsWithoutItsFullChunksBeingReadAgain(t *testing.T) {
	t.Parallel()
	var ids []int64
	for i := range int64(3 * chunkIDs) {
		ids = append(ids, i*7919)
	}
	chunk := func(n, end int) []byte { return packIDs(ids[n*chunkIDs : min(end, (n+1)*chunkIDs)]) }
	newest := func(end int) []int64 {
		all := slices.Clone(ids[:end])
		slices.Reverse(all)
		return all
	}

	const first, later = chunkIDs + 10, 2*chunkIDs + 5
	l := newList(posting{Key: "golden", Count: first, Files: chunk(0, first)}, indexVersion{number: 1})
	if l.next != 1 {
		t.Fatalf("chunk %d is next", l.next)
	}
	l = l.withChunks([][]int64{newestFirst(chunk(1, first)), newestFirst(chunk(0, first))})
	if l.next >= 0 || !slices.Equal(l.ids, newest(first)) || l.tail != 10 {
		t.Fatalf("%d ids, %d of the last chunk", len(l.ids), l.tail)
	}
	kept, newer, ok := l.refreshed(posting{Key: "golden", Count: later}, indexVersion{number: 2})
	if !ok || !slices.Equal(newer, []int{2, 1}) {
		t.Fatalf("to read again: %v, %v", newer, ok)
	}
	l = kept.withNewer([][]int64{newestFirst(chunk(2, later)), newestFirst(chunk(1, later))})
	if !slices.Equal(l.ids, newest(later)) || l.tail != 5 {
		t.Errorf("%d ids, %d of the last chunk", len(l.ids), l.tail)
	}
	for _, id := range []int64{ids[0], ids[chunkIDs], ids[later-1]} {
		if !l.contains(id) {
			t.Errorf("%d is missing", id)
		}
	}
	if l.contains(ids[later]) || l.contains(1) {
		t.Error("ids that were not added are found")
	}
	if _, _, ok := l.refreshed(posting{Key: "golden", Count: later, Generation: "compacted"}, indexVersion{}); ok {
		t.Error("a compacted list keeps chunks")
	}
}

func TestIDTable_HasExactlyItsIDs(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	ids := make([]int64, maxPosition)
	for i := range ids {
		ids[i] = rng.Int64()
	}
	table := newIDTable(ids)
	for _, id := range ids {
		if !table.contains(ids, id) {
			t.Fatalf("%d is missing", id)
		}
		if other := rng.Int64(); table.contains(ids, other) {
			t.Fatalf("%d is found and was not added", other)
		}
	}
}

// The version tells whether the lists by which files were read ahead are those of the pool.
func TestFilesAhead_CountUnderTheVersionOfTheirListsOnly(t *testing.T) {
	t.Parallel()
	version := indexVersion{number: 1}
	ahead := &filesAhead{version: version, asked: map[int64]bool{1: true, 2: true}, docs: map[int64]fileDoc{1: {ID: 1}}, done: make(chan struct{})} //exhaustruct:ignore
	close(ahead.done)
	docs, unread := ahead.take([]int64{1, 2, 3}, &version) // 2 was deleted
	if len(docs) != 1 || docs[0].ID != 1 || !slices.Equal(unread, []int64{3}) {
		t.Errorf("%v, %v are to be read", docs, unread)
	}
	if docs, unread = ahead.take([]int64{1, 2, 3}, &indexVersion{number: 2}); len(docs) != 0 || len(unread) != 3 {
		t.Errorf("with another version: %v, %v are to be read", docs, unread)
	}
}

// A plain name is not parsed, and must still be in the list that its title is looked up in.
func TestTitle_APlainNameHasTheTitleOfItsParsedForm(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Inception.2010.1080p.BluRay.x264.mkv", "The.Silent.River.S02E05.720p.WEB-DL.mkv", "Golden Harbour (1999) 720p.mkv", "आवारा 1951 480p.mkv", "Amélie 2001 1080p.mkv",
		"3.Idiots.2009.Hindi.720p.mkv", "Spider-Man.2002.1080p.mkv", "Veterans v England 4 Mar 2020 2nd innings.mp4",
	} {
		if own, parsed := titleOf(name), joinTitle(tokenSequence(parseTitle(name))); !isPlainName(name) || own != parsed {
			t.Errorf("%s: %q, parsed %q", name, own, parsed)
		}
	}
	for _, name := range []string{"[Group] Naruto - 05 [1080p].mkv", "05 - Kavel - The Golden River.mp3", "@channel_Film.2001.mkv", "www.site.com - Film.2001.mkv"} {
		if isPlainName(name) {
			t.Errorf("%s has more than a title in front", name)
		}
	}
}
