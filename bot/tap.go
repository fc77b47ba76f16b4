package bot

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// tapClock is the clock that turns on a button from the tap until the bot answers. Telegram takes one answer for each tap.
type tapClock struct{ answered atomic.Bool }

// tapPatience is how long a person looks at the clock before it is stopped without a word.
const tapPatience = 700 * time.Millisecond

// handleTap makes sure that every tap is answered within a second, whatever it takes to do what it asks for.
func (b *Bot) handleTap(ctx context.Context, e *Event) error {
	done := make(chan struct{})
	var slow sync.WaitGroup
	defer slow.Wait()
	defer close(done)
	slow.Go(func() {
		select {
		case <-done:
		case <-time.After(tapPatience):
			_ = b.tg.answerTap(ctx, e, "", false) // a tap without an answer is tapped again
		}
	})
	d, err := parseTap(e.Data)
	switch {
	case err != nil:
		return err
	case d.Owner != 0 && d.Owner != e.From.ID:
		return errNotYours
	}
	return b.tap(ctx, e, d)
}

func (b *Bot) tap(ctx context.Context, e *Event, d tapData) error {
	switch d.Action {
	case actGet:
		return b.tapGet(ctx, e, d)
	case actPage:
		return b.tapPage(ctx, e, d)
	case actSuggest:
		return b.tapSuggest(ctx, e, d)
	case actAdd:
		return b.tapAdd(ctx, e, d)
	case actChannel:
		return b.tapChannel(ctx, e, d)
	case actIndex:
		return b.tapIndex(ctx, e, d)
	case actCancel:
		return b.tapCancel(ctx, e, d)
	case actStep:
		return b.tapStep(ctx, e, d)
	case actNothing:
	}
	return b.tg.answerTap(ctx, e, "", false)
}

// finishTap says what went wrong: on the button, or in the chat when the button has been answered.
func (b *Bot) finishTap(ctx context.Context, e *Event, err error) error {
	if err == nil || errors.Is(err, ErrBlocked) {
		return nil
	}
	if !e.clock.answered.Load() {
		return b.tg.answerTap(ctx, e, b.sentence(e, err), true)
	}
	return b.tg.sayLate(ctx, e, b.sentence(e, err), err)
}
