package upkeep_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/filter/upkeep"
)

func newDeletions(t *testing.T, db *pgxpool.Pool) *upkeep.Deletions {
	t.Helper()
	d := upkeep.NewDeletions(db, slog.New(slog.DiscardHandler))
	if err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// overdue lets the time for an undo end.
func overdue(t *testing.T, db *pgxpool.Pool) {
	t.Helper()
	if _, err := db.Exec(t.Context(), `UPDATE admin_deletion SET due_at = now() - interval '1 second' WHERE state = 'hidden'`); err != nil {
		t.Fatal(err)
	}
}

func TestDeletions_AreHiddenAtOnceUndoneForADayAndThenRemovedForGood(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	d, other := newDeletions(t, db), newDeletions(t, db)
	files := []filter.DocumentID{11, 12, 13}
	draft, err := d.Draft(t.Context(), 7, "golden", files)
	if err != nil || draft.Files != 3 || d.IsHidden(11) {
		t.Fatalf("%+v, %v, hidden %v: a draft hides nothing", draft, err, d.IsHidden(11))
	}
	if _, err := d.ConfirmCount(t.Context(), draft.ID, 2); !errors.Is(err, upkeep.ErrDeletionCount) || d.IsHidden(11) {
		t.Errorf("a confirmation of another number of files: %v", err)
	}
	for range 2 { // two taps on the button
		if now, err := d.Confirm(t.Context(), draft.ID); err != nil || now.State != upkeep.DeletionHidden || !d.IsHidden(11) || d.IsRemoved(11) {
			t.Fatalf("confirm: %+v, %v", now, err)
		}
	}
	if _, err := d.Draft(t.Context(), 7, "golden", files[:2]); !errors.Is(err, upkeep.ErrNothingToDelete) {
		t.Errorf("files that are hidden already: %v", err)
	}
	if err := other.Reload(t.Context()); err != nil || !other.IsHidden(13) {
		t.Errorf("another process does not hide the files: %v", err)
	}
	for range 2 {
		if now, err := other.Undo(t.Context(), draft.ID); err != nil || now.State != upkeep.DeletionUndone || other.IsHidden(11) {
			t.Fatalf("undo: %+v, %v", now, err)
		}
	}
	if _, err := d.Confirm(t.Context(), draft.ID); !errors.Is(err, upkeep.ErrDeletionGone) {
		t.Errorf("a confirmation after the undo: %v", err)
	}
	if err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := d.Draft(t.Context(), 7, "golden", files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.ConfirmCount(t.Context(), again.ID, 3); err != nil {
		t.Fatal(err)
	}
	never := func(context.Context, []filter.DocumentID) error { t.Error("removed before a day was over"); return nil }
	if n, err := d.RemoveDue(t.Context(), never); n != 0 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	overdue(t, db)
	if _, err := d.Undo(t.Context(), again.ID); !errors.Is(err, upkeep.ErrDeletionTooLate) {
		t.Errorf("an undo after a day: %v", err)
	}
	errDown := errors.New("a pool is down")
	if _, err := d.RemoveDue(t.Context(), func(context.Context, []filter.DocumentID) error { return errDown }); !errors.Is(err, errDown) {
		t.Errorf("a pool that is down: %v", err)
	}
	if !d.IsRemoved(12) {
		t.Error("a file whose removal has begun may be stored again")
	}
	next := newDeletions(t, db) // after a restart
	var removed []filter.DocumentID
	if n, err := next.RemoveDue(t.Context(), func(_ context.Context, ids []filter.DocumentID) error { removed = append(removed, ids...); return nil }); n != 3 || err != nil || !slices.Equal(removed, files) {
		t.Errorf("removed %v: %d, %v", removed, n, err)
	}
	if n, err := next.RemoveDue(t.Context(), never); n != 0 || err != nil {
		t.Errorf("removed again: %d, %v", n, err)
	}
	list, err := next.List(t.Context())
	if err != nil || len(list) != 2 || list[0].State != upkeep.DeletionRemoved || list[0].Files != 3 || list[1].State != upkeep.DeletionUndone {
		t.Errorf("%+v, %v", list, err)
	}
	if !newDeletions(t, db).IsRemoved(11) {
		t.Error("a removed file may be stored again after a restart")
	}
}

func TestDeletions_AnUndoAndTheRemovalAtOnceEndInOneOfThem(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	for round := range 20 {
		d := newDeletions(t, db)
		file := filter.DocumentID(1000 + round)
		draft, err := d.Draft(t.Context(), 7, "one", []filter.DocumentID{file})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Confirm(t.Context(), draft.ID); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		var undone error
		var removed bool
		both.Go(func() { _, undone = newDeletions(t, db).Undo(t.Context(), draft.ID) })
		both.Go(func() {
			overdue(t, db)
			if _, err := newDeletions(t, db).RemoveDue(t.Context(), func(context.Context, []filter.DocumentID) error { removed = true; return nil }); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		if (undone == nil) == removed {
			t.Fatalf("round %d: undone %v, removed %v", round, undone, removed)
		}
	}
}
