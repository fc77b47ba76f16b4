package filter

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// listReader reads the lists of one pool for one search, from memory while the pool's index has not changed.
type listReader struct {
	pool       *storage.Pool
	lists      *mongo.Collection
	cache      *listCache
	searcher   *Searcher
	version    *indexVersion // nil until it is read, assumed or trusted
	open       map[string]*list
	checking   chan error // receives nil if the pool still has the version from memory, otherwise an error; the channel is nil if there is nothing to compare
	onlyMemory bool       // a read that needs the database fails with errNotInMemory
}

// inMemory returns the lists of words if memory has all of them under one version.
func (r *listReader) inMemory(words []string) (open map[string]*list, version indexVersion, ok bool) {
	open = map[string]*list{}
	for _, w := range words {
		if open[w] != nil {
			continue
		}
		l, cached := r.cache.get(listName{r.pool, w})
		if !cached || len(open) > 0 && l.version != version {
			return nil, version, false
		}
		open[w], version = l, l.version
	}
	return open, version, len(open) > 0
}

// assumeVersion takes the version from memory if memory has the lists of all words under one version. Meanwhile it reads the version of the pool, unless
// the reader knows it. isCurrent compares the two. It returns false if memory lacks a list, or has another
// version than the reader.
func (r *listReader) assumeVersion(ctx context.Context, words []string) bool {
	_, version, ok := r.inMemory(words)
	if !ok || r.version != nil {
		return ok && *r.version == version
	}
	r.version, r.checking = &version, make(chan error, 1)
	go func() {
		now, err := r.readVersion(ctx)
		if err == nil && now != version {
			err = errIndexChanged
		}
		r.checking <- err
	}()
	return true
}

// isCurrent waits for the read that assumeVersion began, and reports whether the lists are those of the pool. If not, the search starts again.
func (r *listReader) isCurrent() (bool, error) {
	if r.checking == nil {
		return true, nil
	}
	err := <-r.checking
	if errors.Is(err, errIndexChanged) {
		return false, nil
	}
	return true, err
}

func (r *listReader) readVersion(ctx context.Context) (indexVersion, error) {
	read := r.searcher.beginVersionRead(r.pool)
	found, err := findPostings(ctx, r.lists, []string{indexVersionKey})
	if err != nil {
		return indexVersion{}, err
	}
	return r.searcher.endVersionRead(r.pool, read, versionNumber(found)), nil
}

// versionNumber returns the number of the version among documents that were read. The other ones have none.
func versionNumber(found []posting) (number int64) {
	for _, p := range found {
		number = cmp.Or(number, p.Version)
	}
	return number
}

// openLists opens the lists of words that the pool has. The first call also reads the version of the index, unless the reader has it.
func (r *listReader) openLists(ctx context.Context, words []string) error {
	var unknown []string
	var cached []*list
	for _, w := range words {
		if _, ok := r.open[w]; ok || slices.Contains(unknown, w) {
			continue
		}
		if l, ok := r.cache.get(listName{r.pool, w}); ok {
			cached = append(cached, l)
			r.open[w] = l
		} else {
			unknown = append(unknown, w)
		}
	}
	keys, known := unknown, r.version != nil
	if !known {
		keys = append([]string{indexVersionKey}, unknown...)
	}
	read := r.searcher.beginVersionRead(r.pool)
	found, err := findPostings(ctx, r.lists, keys)
	if err != nil {
		return err
	}
	if !known {
		version := r.searcher.endVersionRead(r.pool, read, versionNumber(found))
		r.version = &version
	}
	for _, w := range unknown {
		r.open[w] = nil // no file has it, unless it is found
	}
	for _, p := range found {
		if p.Key != indexVersionKey {
			r.keep(newList(p, *r.version))
		}
	}
	for _, w := range unknown {
		if r.open[w] == nil { // remember that the pool does not have it
			r.keep(newList(posting{Key: w}, *r.version))
		}
	}
	return r.refresh(ctx, slices.DeleteFunc(cached, func(l *list) bool { return l.version == *r.version }))
}

// keep opens a list and puts it into the cache.
func (r *listReader) keep(l *list) {
	r.open[l.head.Key] = l
	r.cache.put(listName{r.pool, l.head.Key}, l)
}

// refresh reads what changed in lists since they were read.
func (r *listReader) refresh(ctx context.Context, stale []*list) error {
	if len(stale) == 0 {
		return nil
	}
	var long, short []string
	for _, l := range stale {
		if l.size() >= chunkIDs {
			long = append(long, l.head.Key)
		} else {
			short = append(short, l.head.Key)
		}
	}
	heads, err := findPostings(ctx, r.lists, short)
	if err != nil {
		return err
	}
	counts, err := findPostings(ctx, r.lists, long, withoutFiles(options.Find()))
	if err != nil {
		return err
	}
	now := map[string]posting{}
	for _, h := range slices.Concat(heads, counts) {
		now[h.Key] = h
	}
	wanted := map[string][]string{}
	var again []string
	for _, l := range stale {
		key := l.head.Key
		if l.size() < chunkIDs {
			r.keep(newList(posting{Key: key, Count: now[key].Count, Generation: now[key].Generation, Files: now[key].Files}, *r.version))
			continue
		}
		kept, newer, ok := l.refreshed(now[key], *r.version)
		if !ok {
			again = append(again, key)
			continue
		}
		r.open[key] = kept
		for _, n := range newer {
			wanted[key] = append(wanted[key], kept.head.chunkKey(n))
		}
		if len(newer) == 0 {
			r.keep(kept)
		}
	}
	heads, err = findPostings(ctx, r.lists, again)
	if err != nil {
		return err
	}
	for _, key := range again {
		r.open[key] = newList(posting{Key: key}, *r.version)
	}
	for _, h := range heads {
		r.keep(newList(h, *r.version))
	}
	return r.addChunks(ctx, wanted, (*list).withNewer)
}

// addChunks reads chunks of lists and adds them. wanted has the keys of each word's chunks. If a chunk does not exist, its list is compacted at this
// moment, and the list is not kept in memory.
func (r *listReader) addChunks(ctx context.Context, wanted map[string][]string, add func(*list, [][]int64) *list) error {
	var unread []string
	known := map[string][]int64{}
	for word, keys := range wanted {
		for _, k := range keys {
			if first := r.open[word].first; k == word && first != nil {
				known[k] = newestFirst(first)
			} else {
				unread = append(unread, k)
			}
		}
	}
	chunks, err := findNewestFirst(ctx, r.lists, unread)
	if err != nil {
		return err
	}
	maps.Copy(chunks, known)
	for word, keys := range wanted {
		ids, whole := make([][]int64, len(keys)), true
		for i, k := range keys {
			var ok bool
			ids[i], ok = chunks[k]
			whole = whole && ok
		}
		if l := add(r.open[word], ids); whole {
			r.keep(l)
		} else {
			r.open[word] = l
		}
	}
	return nil
}

// extend reads more of lists: at least the newest so many ids of each, or all.
func (r *listReader) extend(ctx context.Context, least map[string]int) error {
	wanted := map[string][]string{}
	for word, ids := range least {
		l := r.open[word]
		for n, have := l.next, len(l.ids); n >= 0 && have < ids; n-- {
			wanted[word] = append(wanted[word], l.head.chunkKey(n))
			have += chunkIDs
		}
	}
	switch {
	case len(wanted) == 0:
		return nil
	case r.onlyMemory:
		return errNotInMemory
	}
	return r.addChunks(ctx, wanted, (*list).withChunks)
}

// words returns those of a clause's words that the pool has, and the number of their files.
func (r *listReader) words(cl clause) (words []string, size int) {
	for _, w := range cl.words {
		if l := r.open[w]; l != nil && l.size() > 0 && !slices.Contains(words, w) {
			words = append(words, w)
			size += l.size()
		}
	}
	return words, size
}
