package filter_test

import (
	"sync"
	"testing"

	"pavilion/filter"
)

func TestChannels_AnAdminsChangeIsNotUndoneByALedger(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	for i := range 60 {
		want, act := filter.ChannelPaused, ix.channels.Pause
		if i%2 == 1 {
			want, act = filter.ChannelActive, ix.channels.Resume
		}
		var both sync.WaitGroup
		both.Go(func() {
			if err := ix.channels.SaveLedger(t.Context(), channel, filter.Ledger{Low: filter.MessageID(i)}); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			if _, err := act(t.Context(), channel); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		if ch, err := ix.channels.Get(channel); err != nil || ch.State != want || ch.Low != filter.MessageID(i) {
			t.Fatalf("round %d: %s behind %d, want %s behind %d, %v", i, ch.State, ch.Low, want, i, err)
		}
	}
}
