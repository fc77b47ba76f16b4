package chat

import (
	"context"
	"sync"
	"time"

	"pavilion/bot/telegram"
)

// tapPatience is how long a tapped button shows its progress bar before it is ended without a text.
const tapPatience = 700 * time.Millisecond

// handleTap runs the handler of a button and answers the tap within a second, however long the handler takes.
func (c *Chat) handleTap(ctx context.Context, e *telegram.Event) error {
	done := make(chan struct{})
	var slow sync.WaitGroup
	defer slow.Wait()
	defer close(done)
	slow.Go(func() {
		select {
		case <-done:
		case <-time.After(tapPatience):
			_ = c.opts.Messenger.AnswerTap(ctx, e, "", false) // a tap without an answer is tapped again
		}
	})
	d, err := ParseData(e.Data)
	switch {
	case err != nil:
		return err
	case d.Owner != 0 && d.Owner != e.From.ID:
		return errNotYours
	case d.Letter == labelLetter:
		return c.opts.Messenger.AnswerTap(ctx, e, "", false)
	}
	handle := c.routes.Taps[d.Letter]
	if handle == nil {
		return ErrButton
	}
	return handle(ctx, e, d)
}

// finishTap says what went wrong: on the button, or in the chat where the tap has its answer already.
func (c *Chat) finishTap(ctx context.Context, e *telegram.Event, err error) error {
	if !e.Answered() {
		return c.opts.Messenger.AnswerTap(ctx, e, c.Texts.Sentence(e, err), true)
	}
	return c.sayError(ctx, e, err)
}
