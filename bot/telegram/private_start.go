package telegram

import (
	"context"
	"errors"
	"time"

	"github.com/gotd/td/tg"
)

// probeWithin bounds the question whether the bot may write to a person.
const probeWithin = 3 * time.Second

// MayWrite shows a person that the bot is about to send a file. It returns ErrUnreachable or ErrBlocked where Telegram refuses that, because they never started
// the bot or blocked it. A known access hash does not mean that the person started the bot: a tap in a group brings one. Without an answer it returns nil.
func (d *Deliverer) MayWrite(ctx context.Context, to Chat) error {
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	err := orUnreachable(d.m.queue.do(ctx, call{chat: to, method: "messages.setTyping", invoke: func(ctx context.Context) error {
		_, err := d.m.api.MessagesSetTyping(ctx, &tg.MessagesSetTypingRequest{Peer: to.peer(), Action: &tg.SendMessageUploadDocumentAction{}})
		return err
	}}))
	if errors.Is(err, ErrUnreachable) || errors.Is(err, ErrBlocked) {
		return err
	}
	return nil
}

// OpenLink answers a tap: the person's app opens a link. Telegram takes links to the bot's own chat with a payload of /start.
func (d *Deliverer) OpenLink(ctx context.Context, e *Event, url string) error {
	return answerTap(ctx, d.m, e, tg.MessagesSetBotCallbackAnswerRequest{URL: url})
}
