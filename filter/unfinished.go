package filter

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"pavilion/storage"
)

// finishEvery is the time between two looks for notes. The looks find the notes of other processes, and claimed notes that are old by now.
const finishEvery = 10 * time.Second

// finisher finishes the writes of processes that died, of calls that a pool did not answer, and of `pavilion doctor archive --repair`. It also merges the
// noted duplicates.
type finisher struct {
	store   fileStore
	storing sync.Locker // of the Indexer
	logger  *slog.Logger
	now     func() time.Time
	wake    <-chan struct{} // a write failed, or a pool came back
}

func (f *finisher) run(ctx context.Context) {
	for {
		for _, pool := range f.store.pools.All() {
			if err := f.finishWrites(ctx, pool); err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrPoolDown) {
				f.logger.LogAttrs(ctx, slog.LevelWarn, "interrupted writes are not finished yet", slog.String("pool", pool.Name()), slog.Any("error", err))
			}
		}
		if err := f.store.reconcile(ctx, f.storing); err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrPoolDown) {
			f.logger.LogAttrs(ctx, slog.LevelWarn, "files that stand in two pools are not merged yet", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		case <-time.After(finishEvery):
		}
	}
}

// claimedFor is the time from a note's first claim until its writer cannot write files any more.
const claimedFor = 2 * writeWithin

// finishWrites compares the entries of the notes of a pool with its files. It locks storing for one note at a time, and goes on after an error.
func (f *finisher) finishWrites(ctx context.Context, pool *storage.Pool) error {
	var errs []error
	for after := ""; ; {
		notes, err := readUnfinished(ctx, pool, after)
		if err != nil || len(notes) == 0 {
			return errors.Join(append(errs, err)...)
		}
		for _, n := range notes {
			errs = append(errs, f.finishWrite(ctx, pool, n))
		}
		after = notes[len(notes)-1].ID
	}
}

// finishWrite compares the entries of a note when it is first seen, and again, before it deletes the note, when the first claim is old.
func (f *finisher) finishWrite(ctx context.Context, pool *storage.Pool, note unfinishedDoc) error {
	old := note.Since != 0 && f.now().Sub(time.Unix(note.Since, 0)) > claimedFor
	if note.Since != 0 && !old {
		return nil
	}
	f.storing.Lock() // no batch of this process is being written
	defer f.storing.Unlock()
	claim, ok, err := claimNote(ctx, pool, note, f.now())
	if err != nil || !ok {
		return err
	}
	if err := compareEntries(ctx, pool, note.entries()); err != nil {
		return err
	}
	if err := f.store.noteCopies(ctx, pool, note.files()); err != nil || !old {
		return err
	}
	_, err = dropNotes(ctx, pool, []string{note.ID}, claim)
	return err
}

// compareEntries adds the entries whose file has the word to the lists, and removes the other ones, until no file changes meanwhile. A long list may get
// an id twice, which readers skip.
func compareEntries(ctx context.Context, pool *storage.Pool, entries map[string][]int64) error {
	var ids []int64
	for _, files := range entries {
		ids = append(ids, files...)
	}
	ids = distinct(ids)
	words, err := listKeysByID(ctx, pool, ids)
	if err != nil {
		return err
	}
	for range listTries {
		adds, removes := map[string][]int64{}, map[string][]int64{}
		for k, files := range entries {
			for _, id := range files {
				if slices.Contains(words[id], k) {
					adds[k] = append(adds[k], id)
				} else {
					removes[k] = append(removes[k], id)
				}
			}
		}
		_, err := changePostings(ctx, pool, adds, removes)
		if err = errors.Join(err, changeIndexVersion(ctx, pool)); err != nil {
			return err
		}
		after, err := listKeysByID(ctx, pool, ids)
		if err != nil || maps.EqualFunc(words, after, slices.Equal) {
			return err
		}
		words = after
	}
	return errListsBusy
}

// listKeysByID returns the keys of the lists of every file that is in a pool.
func listKeysByID(ctx context.Context, pool *storage.Pool, ids []int64) (map[int64][]string, error) {
	docs, err := docsByID(ctx, pool, ids)
	words := make(map[int64][]string, len(docs))
	for id, doc := range docs {
		words[id] = listKeys(doc)
	}
	return words, err
}

// redoEntries compares the entries of a writer whose note another process has claimed, perhaps before the writer's last change.
func redoEntries(ctx context.Context, pool *storage.Pool, entries map[string][]int64) error {
	if len(entries) == 0 {
		return nil // the version of the index stays, so searches keep their lists and results in memory
	}
	for range listTries {
		notes, err := noteUnfinished(ctx, pool, entries)
		if err != nil {
			return err
		}
		if err := compareEntries(ctx, pool, entries); err != nil {
			return err
		}
		if all, err := dropNotes(ctx, pool, notes, ""); all || err != nil {
			return err
		}
	}
	return errListsBusy
}
