package telegram

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pavilion/filter"
)

func TestReadPosts_AChannelThatMustWaitHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		up := make(chan struct{})
		close(up)
		m := &Messenger{queue: o.queue, signedIn: up, hash: func(hashKey) (int64, bool) { return 1, true }}
		o.send(t.Context(), "told to wait", LaneBulk, Chat{ID: 7, Type: Supergroup}, "channels.getMessages", flood(3600))
		if _, err := m.ReadPosts(context.Background(), 7, []filter.MessageID{1}); !errors.Is(err, ErrTelegramWaits) || time.Since(o.start) > readWithin {
			t.Errorf("after %s: %v", time.Since(o.start), err)
		}
	})
}
