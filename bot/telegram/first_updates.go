package telegram

import (
	"context"
	"sync"
	"time"

	"github.com/gotd/td/tg"
)

// firstUpdates holds back the updates of a channel that has no pts, and begins it at the lowest pts among those of beginWithin.
//
// gotd decrypts messages in parallel, so they arrive in any order. Its updates manager begins such a channel at the update that comes first, and drops those
// before it as old.
type firstUpdates struct {
	state *state
	next  func(context.Context, tg.UpdatesClass) error

	mu   sync.Mutex
	held map[int64][]tg.UpdatesClass // by channel
}

const beginWithin = 300 * time.Millisecond

func newFirstUpdates(s *state, next func(context.Context, tg.UpdatesClass) error) *firstUpdates {
	return &firstUpdates{state: s, next: next, held: map[int64][]tg.UpdatesClass{}}
}

// handle passes updates on, or holds them back.
func (f *firstUpdates) handle(ctx context.Context, u tg.UpdatesClass) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for channel, before := range ptsBefore(u) {
		held, isHeld := f.held[channel]
		if _, isKnown, _ := f.state.GetChannelPts(ctx, f.state.botID, channel); isKnown && !isHeld {
			continue
		}
		f.state.beginChannel(channel, before)
		f.held[channel] = append(held, u)
		if !isHeld {
			time.AfterFunc(beginWithin, func() { f.release(ctx, channel) })
		}
		return nil
	}
	return f.next(ctx, u)
}

// release passes on what was held back. handle waits meanwhile, so that newer updates come later.
func (f *firstUpdates) release(ctx context.Context, channel int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	held := f.held[channel]
	delete(f.held, channel)
	for _, u := range held {
		_ = f.next(ctx, u) // the manager logs what it cannot use
	}
}

// ptsBefore returns the channels that updates bring events of, with the pts before the first event.
func ptsBefore(u tg.UpdatesClass) map[int64]int {
	var list []tg.UpdateClass
	switch u := u.(type) {
	case *tg.Updates:
		list = u.Updates
	case *tg.UpdatesCombined:
		list = u.Updates
	}
	before := map[int64]int{}
	for _, u := range list {
		channel, pts, count, ok, err := tg.IsChannelPtsUpdate(u)
		if err != nil || !ok || count == 0 {
			continue
		}
		if least, seen := before[channel]; !seen || pts-count < least {
			before[channel] = pts - count
		}
	}
	return before
}
