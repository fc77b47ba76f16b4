package telegram

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

var errStoreDown = errors.New("no pool answers")

// "Removed" followed by "added" ends as "added", even if the first change cannot be stored at once.
func TestRetryQueue_ChangesAreStoredInTheirOrderAndTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newRetryQueue("a change of a chat", slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			q.run(ctx)
		}()
		var stored []string
		fails := 3
		q.add(func(context.Context) error {
			if fails > 0 {
				fails--
				return errStoreDown
			}
			stored = append(stored, "removed")
			return nil
		})
		q.add(func(context.Context) error {
			stored = append(stored, "added")
			return nil
		})
		synctest.Wait()
		if len(stored) != 0 || q.isEmpty() {
			t.Errorf("while the first is not stored: %v, empty: %t", stored, q.isEmpty())
		}
		time.Sleep(4 * storeAgain) // synctest's clock
		synctest.Wait()
		if want := []string{"removed", "added"}; !slices.Equal(stored, want) || !q.isEmpty() {
			t.Errorf("%v, want %v; empty: %t", stored, want, q.isEmpty())
		}
		stop()
		<-ended
	})
}
