package filter

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"pavilion/storage"
)

// analysisVersion is the version of the rules that turn names and captions into lists. Each file has the version that made its lists. Increase it when
// the rules change: then the bot indexes all files anew.
const analysisVersion = 2

// reindexer rewrites the lists of the files of another version, one pool after the other. It reads the files in groups, in the order of their ids, and all
// lists once for each group. First it removes the entries that the files do not have any more; then it adds the missing ones and marks the files. Its
// position is stored after each group, so it goes on after a kill.
type reindexer struct {
	store   fileStore
	storing sync.Locker // of the Indexer; held for one part of a group
	logger  *slog.Logger
	now     func() time.Time
	group   int // files
}

const (
	reindexLook  = time.Minute            // between two looks for pools that are to be indexed anew, and after an error
	reindexGroup = 100_000                // files; they take some 15 MB
	reindexPart  = 200                    // files, or lists, that are written at once
	unsurePart   = 10_000                 // files that are added to the list of unsure files at once
	reindexPause = 20 * time.Millisecond  // the least time between two parts, for the posts that wait
	notesPause   = 500 * time.Millisecond // until a write that is not finished is looked at again
)

func (r *reindexer) run(ctx context.Context) {
	for {
		for _, pool := range r.store.pools.All() {
			files, err := r.reindexPool(ctx, pool)
			if files > 0 {
				r.logger.LogAttrs(ctx, slog.LevelInfo, "files indexed anew", slog.String("pool", pool.Name()), slog.Int("files", files))
			}
			if err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrPoolDown) {
				r.logger.LogAttrs(ctx, slog.LevelWarn, "files of an older version are not indexed anew yet", slog.String("pool", pool.Name()), slog.Any("error", err))
			}
		}
		if !sleep(ctx, reindexLook) {
			return
		}
	}
}

// reindexPool goes on where the last process stopped, and returns the number of files that it marked.
func (r *reindexer) reindexPool(ctx context.Context, pool *storage.Pool) (files int, err error) {
	at, err := readReindexing(ctx, pool)
	if err != nil {
		return 0, err
	}
	if at.Version != analysisVersion {
		at = reindexing{Version: analysisVersion}
	}
	for !at.Done {
		n, err := r.reindexGroup(ctx, pool, &at)
		files += n
		if err != nil {
			return files, err
		}
		if err := saveReindexing(ctx, pool, at); err != nil {
			return files, err
		}
	}
	return files, nil
}

// reindexGroup rewrites the lists of the next files, and moves at behind them.
func (r *reindexer) reindexGroup(ctx context.Context, pool *storage.Pool, at *reindexing) (marked int, err error) {
	var old []int64
	g, err := readGroup(ctx, pool, at.After, !at.Begun, r.group, func(docs []fileDoc) error {
		for _, d := range docs {
			if d.Analysis != analysisVersion {
				old = append(old, d.ID)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	wrong, unsure, err := r.findWrong(ctx, pool, g) // also without old files: an older version may have deleted them
	if err != nil {
		return 0, err
	}
	if err := errors.Join(r.removeWrong(ctx, pool, wrong), r.noteUnsure(ctx, pool, unsure)); err != nil {
		return 0, err
	}
	if len(old) > 0 {
		missing := map[int64][]uint64{}
		for _, s := range g.missing() {
			missing[s.id] = append(missing[s.id], s.hash)
		}
		if marked, err = r.addMissing(ctx, pool, old, missing); err != nil {
			return marked, err
		}
	}
	at.After, at.Begun, at.Done = g.last, true, g.isLast
	return marked, nil
}

// findWrong compares all lists with a group. An entry is wrong if its file lacks the word or does not exist. wrong has the wrong entries of short lists.
// unsure has the files with wrong entries in long lists, which stay until a compaction.
func (r *reindexer) findWrong(ctx context.Context, pool *storage.Pool, g *fileGroup) (wrong map[string][]int64, unsure map[int64]bool, err error) {
	wrong, unsure = map[string][]int64{}, map[int64]bool{}
	return wrong, unsure, eachList(ctx, pool, func(key string, long bool, ids []int64) {
		hash := xxhash.Sum64String(key)
		for _, id := range ids {
			switch {
			case !g.contains(id) || g.note(hash, id):
			case long:
				unsure[id] = true
			default:
				wrong[key] = append(wrong[key], id)
			}
		}
	})
}

// noteUnsure adds files to the list of unsure files.
func (r *reindexer) noteUnsure(ctx context.Context, pool *storage.Pool, files map[int64]bool) error {
	for part := range slices.Chunk(slices.Sorted(maps.Keys(files)), unsurePart) {
		err := r.inPart(ctx, func() error {
			_, err := changePostings(ctx, pool, map[string][]int64{unsureKey: part}, nil)
			return errors.Join(err, changeIndexVersion(ctx, pool))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removeWrong removes entries that are still wrong. It waits for the writes that name their files: another process may have added the entry and not written
// the file yet.
func (r *reindexer) removeWrong(ctx context.Context, pool *storage.Pool, wrong map[string][]int64) error {
	for len(wrong) > 0 {
		named, err := unfinishedIDs(ctx, pool)
		if err != nil {
			return err
		}
		part := map[string][]int64{}
		for k, ids := range wrong {
			if len(part) == reindexPart {
				break
			}
			if _, ids = splitIDs(ids, named); len(ids) > 0 {
				part[k] = ids
			}
		}
		if len(part) == 0 {
			if !sleep(ctx, notesPause) {
				return context.Cause(ctx)
			}
			continue
		}
		if err := r.inPart(ctx, func() error { return redoEntries(ctx, pool, part) }); err != nil {
			return err
		}
		r.store.addWords(part, -1)
		for k := range part {
			if wrong[k], _ = splitIDs(wrong[k], named); len(wrong[k]) == 0 {
				delete(wrong, k)
			}
		}
	}
	return nil
}

// addMissing adds the missing entries of files and marks them, until none of them is of another version.
func (r *reindexer) addMissing(ctx context.Context, pool *storage.Pool, ids []int64, missing map[int64][]uint64) (marked int, err error) {
	for len(ids) > 0 {
		part := ids[:min(reindexPart, len(ids))]
		var left []int64
		err := r.inPart(ctx, func() error {
			docs, err := docsByID(ctx, pool, part)
			if err != nil {
				return err
			}
			adds, old := map[string][]int64{}, []fileDoc(nil)
			for _, id := range part {
				doc, ok := docs[id]
				if !ok || doc.Analysis == analysisVersion {
					continue
				}
				old = append(old, doc)
				for _, k := range listKeys(doc) {
					if slices.Contains(missing[id], xxhash.Sum64String(k)) {
						adds[k] = append(adds[k], id)
					}
				}
			}
			if err := redoEntries(ctx, pool, adds); err != nil {
				return err
			}
			r.store.addWords(adds, 1)
			all, err := markAnalysed(ctx, pool, old)
			if err == nil && !all {
				left = part // another process changed one of them; the others are skipped the next time
				return nil
			}
			marked += len(old)
			return err
		})
		if err != nil {
			return marked, err
		}
		if len(left) == 0 {
			ids = ids[len(part):]
		}
	}
	return marked, nil
}

// inPart runs fn while it holds storing, and then pauses as long as that took.
func (r *reindexer) inPart(ctx context.Context, fn func() error) error {
	began := r.now()
	r.storing.Lock()
	err := fn()
	r.storing.Unlock()
	if err == nil && !sleep(ctx, max(reindexPause, r.now().Sub(began))) {
		err = context.Cause(ctx)
	}
	return err
}
