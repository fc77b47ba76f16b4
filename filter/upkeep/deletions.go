package upkeep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// DeletionID names a deletion.
type DeletionID int64

// DeletionState says how far a deletion is.
type DeletionState string

// The states. A draft becomes hidden when the admin confirms it, and expires otherwise.
const (
	DeletionDraft    DeletionState = "draft"
	DeletionHidden   DeletionState = "hidden"
	DeletionUndone   DeletionState = "undone"
	DeletionRemoving DeletionState = "removing"
	DeletionRemoved  DeletionState = "removed"
)

// Deletion is a set of files that an admin deletes from the archive. The posts in Telegram stay.
type Deletion struct {
	ID    DeletionID
	State DeletionState
	What  string // the search, or the post, that found the files
	By    filter.UserID
	Made  time.Time
	Due   time.Time // of the removal; zero for a draft
	Files int
}

// Errors of deletions.
var (
	ErrNothingToDelete = fault.New(fault.NotFound, "deletion_nothing")
	ErrDeletionGone    = fault.New(fault.Gone, "deletion_gone")
	ErrDeletionTooLate = fault.New(fault.Gone, "deletion_too_late")
	ErrDeletionCount   = fault.New(fault.Conflict, "deletion_count")
)

// ManyFiles is the number of files from which on the log channel is told of a deletion.
const ManyFiles = 10

const (
	undoFor       = 24 * time.Hour
	draftFor      = 15 * time.Minute
	removeAtOnce  = 200
	reloadEvery   = 2 * time.Second
	deletionCall  = 5 * time.Second
	maxDeletion   = 100 // characters of What
	deletionsKept = 10  // in a list
)

// Deletions hide files, and remove them from every pool a day later.
//
// The files of a deletion are rows, so a restart changes nothing. Every process keeps the hidden ids in memory and reads them again after a change. A
// process that starts without Postgres shows hidden files until it has read them. Ids of removed files stay hidden for good, so that a channel that is
// read again does not bring them back.
type Deletions struct {
	store  deletionStore
	logger *slog.Logger

	reloading sync.Mutex
	mu        sync.RWMutex
	hidden    map[filter.DocumentID]bool // true: removed for good
	read      string                     // the digest of the rows that hidden was read from
}

// NewDeletions makes Deletions; Run keeps them up to date.
func NewDeletions(db *pgxpool.Pool, logger *slog.Logger) *Deletions {
	return &Deletions{store: deletionStore{db}, logger: logger.With("component", "deletions"), hidden: map[filter.DocumentID]bool{}}
}

// IsHidden reports whether people do not get a file.
func (d *Deletions) IsHidden(id filter.DocumentID) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	_, hidden := d.hidden[id]
	return hidden
}

// IsRemoved reports whether a file may not be stored again.
func (d *Deletions) IsRemoved(id filter.DocumentID) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.hidden[id]
}

// Run reads the hidden ids after each change until ctx ends.
func (d *Deletions) Run(ctx context.Context) error {
	ticker := time.NewTicker(reloadEvery)
	defer ticker.Stop()
	failed := false
	for {
		err := d.Reload(ctx)
		if failed != (err != nil) && ctx.Err() == nil {
			if failed = err != nil; failed {
				d.logger.LogAttrs(ctx, slog.LevelWarn, "the ids of hidden files cannot be read", slog.Any("error", err))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Reload reads the hidden ids if they changed since the last call.
func (d *Deletions) Reload(ctx context.Context) error {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	ctx, cancel := context.WithTimeout(ctx, deletionCall)
	defer cancel()
	digest, err := d.store.digest(ctx)
	if err != nil {
		return err
	}
	if digest == d.read {
		return nil
	}
	hidden, err := d.store.hidden(ctx)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hidden, d.read = hidden, digest
	return nil
}

// Draft stores which files an admin may delete. Nothing is hidden before Confirm. Files that are hidden already are left out.
func (d *Deletions) Draft(ctx context.Context, by filter.UserID, what string, files []filter.DocumentID) (Deletion, error) {
	var fresh []int64
	for _, id := range files {
		if !d.IsHidden(id) {
			fresh = append(fresh, int64(id))
		}
	}
	if len(fresh) == 0 {
		return Deletion{}, ErrNothingToDelete
	}
	text := []rune(what)
	made, err := d.store.insertDraft(ctx, by, string(text[:min(len(text), maxDeletion)]), fresh)
	if err != nil {
		return Deletion{}, fmt.Errorf("draft deletion: %w", err)
	}
	return made, nil
}

// Confirm hides the files of a draft. A second call changes nothing.
func (d *Deletions) Confirm(ctx context.Context, id DeletionID) (Deletion, error) {
	return d.change(ctx, id, ErrDeletionGone, DeletionHidden, d.store.confirm)
}

// ConfirmCount is Confirm for somebody who saw a number of files. It returns ErrDeletionCount if the draft has another one.
func (d *Deletions) ConfirmCount(ctx context.Context, id DeletionID, files int) (Deletion, error) {
	draft, err := d.store.deletion(ctx, id) // a draft's files never change
	if err != nil {
		return Deletion{}, err
	}
	if draft.Files != files {
		return Deletion{}, ErrDeletionCount
	}
	return d.Confirm(ctx, id)
}

// Undo shows the files of a deletion again, until their removal is due. A second call changes nothing.
func (d *Deletions) Undo(ctx context.Context, id DeletionID) (Deletion, error) {
	return d.change(ctx, id, ErrDeletionTooLate, DeletionUndone, d.store.undo)
}

// change makes a step. If the deletion is not in the state that the step begins from, it returns refused, unless the step was made before.
func (d *Deletions) change(ctx context.Context, id DeletionID, refused error, to DeletionState, step func(context.Context, DeletionID) (bool, error)) (Deletion, error) {
	done, err := step(ctx, id)
	if err != nil {
		return Deletion{}, fmt.Errorf("deletion %d to %s: %w", id, to, err)
	}
	now, err := d.store.deletion(ctx, id)
	if err != nil {
		return Deletion{}, err
	}
	if !done && now.State != to {
		return Deletion{}, refused
	}
	return now, d.Reload(ctx)
}

// List returns the last deletions, the newest first, without drafts.
func (d *Deletions) List(ctx context.Context) ([]Deletion, error) {
	return d.store.list(ctx, deletionsKept)
}

// RemoveDue removes the files of deletions whose time for an undo is over. remove deletes files from every pool; if it fails, they are tried again at
// the next call. Repeated calls, also of two processes, remove the same files.
func (d *Deletions) RemoveDue(ctx context.Context, remove func(ctx context.Context, files []filter.DocumentID) error) (removed int64, err error) {
	if err := d.store.startRemoving(ctx); err != nil {
		return 0, err
	}
	if err := d.Reload(ctx); err != nil { // from now on this process does not store them again
		return 0, err
	}
	for {
		files, err := d.store.unremoved(ctx, removeAtOnce)
		if err != nil || len(files) == 0 {
			return removed, errors.Join(err, d.store.endRemoving(ctx), d.store.dropDrafts(ctx))
		}
		if err := remove(ctx, files); err != nil {
			return removed, err
		}
		if err := d.store.markRemoved(ctx, files); err != nil {
			return removed, err
		}
		removed += int64(len(files))
	}
}
