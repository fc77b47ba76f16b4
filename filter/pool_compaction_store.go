package filter

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"pavilion/storage"
)

// compactionProgress lets compactLists continue after an error.
type compactionProgress map[*storage.Pool]*poolCompaction

// poolCompaction is the progress of the compaction of a pool.
type poolCompaction struct {
	lastKey    string             // lists up to this key are done
	droppedIDs map[int64]bool     // dead ids whose files may have been written after they were dropped
	oldEntries map[string][]int64 // dropped entries of lists whose files may have got the word again
	unsure     *unsureFiles       // when the compaction began; nil before
	incomplete bool               // another process changed a list too often or compacted it, so it may have old entries
}

func newPoolCompaction() *poolCompaction {
	return &poolCompaction{droppedIDs: map[int64]bool{}, oldEntries: map[string][]int64{}}
}

// CompactLists drops the ids of removed files and old words from the long lists of every pool that answers. Deletions and edits leave them there.
func CompactLists(ctx context.Context, x *Indexer) error {
	return x.store.compactLists(ctx, compactionProgress{}, &x.storing)
}

// compactLists compacts the long lists of every pool that answers.
func (s fileStore) compactLists(ctx context.Context, at compactionProgress, storing sync.Locker) error {
	var errs []error
	for _, pool := range s.pools.All() {
		if at[pool] == nil {
			at[pool] = newPoolCompaction()
		}
		errs = append(errs, s.compactPool(ctx, pool, at[pool], storing))
	}
	return errors.Join(errs...)
}

// compactPool compacts the lists of a pool that are left according to at. Then it drops thumbs without a file and
// shortens the list of unsure files.
func (s fileStore) compactPool(ctx context.Context, pool *storage.Pool, at *poolCompaction, storing sync.Locker) (err error) {
	if at.unsure == nil {
		if at.unsure, err = readUnsure(ctx, pool); err != nil {
			return err
		}
	}
	unsure := at.unsure.set()
	err = eachListHead(ctx, pool, at.lastKey, func(heads []posting) error {
		for _, h := range heads {
			if mayHaveOldEntries(h.Count, h.Generation) && h.Key != unsureKey {
				if err := newCompaction(pool, h.Key, unsure).compact(ctx, storing, at); err != nil {
					return err
				}
			}
			at.lastKey = h.Key
		}
		return nil
	})
	if err = errors.Join(err, s.relistRestored(ctx, pool, at), dropOrphanThumbs(ctx, pool, storing)); err != nil || at.incomplete {
		return err
	}
	return shortenUnsure(ctx, pool, at.unsure, storing)
}

// mayHaveOldEntries reports a list with several chunks, or with fewer since a compaction.
func mayHaveOldEntries(count int32, generation string) bool {
	return count >= chunkIDs || generation != ""
}

// relistRestored adds dropped entries to their lists again if their files were written meanwhile.
func (s fileStore) relistRestored(ctx context.Context, pool *storage.Pool, at *poolCompaction) error {
	lists := map[int64][]string{} // of the old entries
	for k, ids := range at.oldEntries {
		for _, id := range ids {
			lists[id] = append(lists[id], k)
		}
	}
	dropped := maps.Clone(at.droppedIDs)
	for id := range lists {
		dropped[id] = true
	}
	for part := range slices.Chunk(slices.Collect(maps.Keys(dropped)), chunksAtOnce*chunkIDs) {
		docs, err := docsByID(ctx, pool, part)
		if err != nil {
			return err
		}
		adds := map[string][]int64{}
		for id, doc := range docs {
			for _, k := range listKeys(doc) {
				if at.droppedIDs[id] || slices.Contains(lists[id], k) {
					adds[k] = append(adds[k], id)
				}
			}
		}
		if len(adds) > 0 {
			_, err = changePostings(ctx, pool, adds, nil)
			if err = errors.Join(err, changeIndexVersion(ctx, pool)); err != nil {
				return err
			}
		}
		for _, id := range part {
			delete(at.droppedIDs, id)
		}
	}
	clear(at.oldEntries)
	return nil
}

// unsureFiles are the list of unsure files of a pool at one time, in the order in which they were added.
type unsureFiles struct {
	head posting
	ids  []int64
}

func (u unsureFiles) set() map[int64]bool {
	set := make(map[int64]bool, len(u.ids))
	for _, id := range u.ids {
		set[id] = true
	}
	return set
}

// readUnsure reads the list of unsure files.
func readUnsure(ctx context.Context, pool *storage.Pool) (*unsureFiles, error) {
	for range listTries {
		heads, err := readPostings(ctx, pool, []string{unsureKey})
		if err != nil || len(heads) == 0 {
			return &unsureFiles{}, err
		}
		u := &unsureFiles{head: heads[0], ids: unpackIDs(heads[0].Files)}
		whole, err := readLaterChunks(ctx, pool, u.head, func(ids []int64) { u.ids = append(u.ids, ids...) })
		if err != nil {
			return nil, err
		}
		if whole && len(u.ids) >= int(u.head.Count) {
			u.ids = u.ids[:u.head.Count] // an id beyond the count is not in the list yet
			return u, nil
		}
	}
	return nil, errListsBusy
}

// shortenUnsure rewrites a long list of unsure files after a compaction, which has dropped the old entries of the files in before. It keeps files with
// several descriptions, files of another analysis, and files that were added since.
func shortenUnsure(ctx context.Context, pool *storage.Pool, before *unsureFiles, storing sync.Locker) error {
	if !before.head.isLong() {
		return nil
	}
	stay := map[int64]bool{}
	for part := range slices.Chunk(before.ids, pageSize) {
		docs, err := docsByID(ctx, pool, part)
		if err != nil {
			return err
		}
		for id, d := range docs {
			stay[id] = len(d.Others) > 0 || d.Analysis != analysisVersion
		}
	}
	storing.Lock()
	defer storing.Unlock()
	for range swapTries {
		now, err := readUnsure(ctx, pool)
		if err != nil {
			return err
		}
		if now.head.Generation != before.head.Generation || now.head.Count < before.head.Count {
			return nil // another process has rewritten it
		}
		p := newCompaction(pool, unsureKey, nil)
		for i, id := range now.ids {
			if (stay[id] || i >= len(before.ids)) && !p.seen[id] {
				p.seen[id] = true
				p.unwritten = append(p.unwritten, id)
			}
		}
		if err := p.writeFullChunks(ctx); err != nil {
			return err
		}
		done, err := p.swapHead(ctx, now.head)
		if err != nil {
			return err
		}
		if done {
			return errors.Join(p.deleteChunks(ctx, now.head, now.head.lastChunk()), changeIndexVersion(ctx, pool))
		}
		if err := p.deleteChunks(ctx, p.newHead, p.fullChunks); err != nil {
			return err
		}
	}
	return nil
}
