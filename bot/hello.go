package bot

import (
	"context"

	"pavilion/bot/telegram"
)

// handleHello answers /hello.
func (b *Bot) handleHello(ctx context.Context, e *telegram.Event) error {
	_, err := b.client.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: b.chat.Texts.In(e).Say("hello.text")}, telegram.Cause{Event: e})
	return err
}
