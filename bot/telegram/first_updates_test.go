package telegram

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/updates"
	"github.com/gotd/td/tg"
)

// quietTelegram answers that nothing has happened.
type quietTelegram struct{}

func (quietTelegram) Invoke(_ context.Context, in bin.Encoder, out bin.Decoder) error {
	switch in := in.(type) {
	case *tg.UpdatesGetStateRequest:
		return answerWith(out, &tg.UpdatesState{Pts: 1})
	case *tg.UpdatesGetDifferenceRequest:
		return answerWith(out, &tg.UpdatesDifferenceEmpty{})
	case *tg.UpdatesGetChannelDifferenceRequest:
		return answerWith(out, &tg.UpdatesChannelDifferenceEmpty{Final: true, Pts: in.Pts})
	}
	return fmt.Errorf("not expected: %T", in)
}

func TestFirstUpdates_NoneIsDroppedInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{5, 6, 7}, {7, 6, 5}, {6, 7, 5}, {6, 5, 7}} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var handled []int
			collect := telegram.UpdateHandlerFunc(func(_ context.Context, u tg.UpdatesClass) error {
				mu.Lock()
				defer mu.Unlock()
				for _, one := range u.(*tg.Updates).Updates {
					handled = append(handled, one.(*tg.UpdateNewChannelMessage).Message.GetID())
				}
				return nil
			})
			s := newState(1, stateStore{}, func(context.Context) error { return nil }, func() bool { return false }, slog.New(slog.DiscardHandler))
			s.known = true // so that the manager stores no first state
			s.setHash(hashKey{"channel", 7}, 1)
			manager := updates.New(updates.Config{Handler: collect, Storage: s, AccessHasher: s, UserAccessHasher: s})
			ctx, stop := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() {
				_ = manager.Run(ctx, tg.NewClient(quietTelegram{}), 1, updates.AuthOptions{IsBot: true}) // it ends with ctx
			})
			synctest.Wait()
			first := newFirstUpdates(s, manager.Handle)
			for _, id := range order {
				one := &tg.UpdateNewChannelMessage{Message: &tg.Message{ID: id, PeerID: &tg.PeerChannel{ChannelID: 7}}, Pts: id, PtsCount: 1}
				if err := first.handle(ctx, &tg.Updates{Updates: []tg.UpdateClass{one}}); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(2 * beginWithin)
			synctest.Wait()
			mu.Lock()
			got := slices.Sorted(slices.Values(handled))
			mu.Unlock()
			if !slices.Equal(got, []int{5, 6, 7}) {
				t.Errorf("arrived as %v, handled %v", order, handled)
			}
			stop()
			running.Wait()
		})
	}
}
