package bot

import (
	"context"

	"pavilion/bot/search"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
)

// startBook is the payload of /start that begins a booking.
const startBook = "book"

// handleStart answers /start, which also comes with a payload from links t.me/bot?start=payload.
func (b *Bot) handleStart(ctx context.Context, e *telegram.Event) error {
	if b.chat.IsAdmin(e.From.ID) && e.Chat.Type == telegram.Private {
		b.publishPersonsMenu(ctx, e.From.ID) // Telegram allows it only once they wrote
	}
	if e.Text == startBook {
		return b.Nets.HandleBook(ctx, e)
	}
	if query, ok := search.ParseStart(e.Text); ok {
		return b.search.Search(ctx, e, query)
	}
	text := startText(b.chat.Texts.In(e), e.From.Name, b.clubKnown.Load())
	if e.Text == search.StartInline {
		text += "\n\n" + b.chat.Texts.In(e).Say("start.inline", b.client.Username())
	}
	_, err := b.client.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: text, ReplyTo: e.ReplyTarget()}, telegram.Cause{Event: e})
	return err
}

// startText greets a person and says what the bot is for; booking is a part of it once there is a club.
func startText(in *phrase.Speaker, name string, club bool) string {
	hello, what := in.Say("start.hello"), in.Say("start.files")
	if name = telegram.CleanLine(name, 40); name != "" {
		hello = in.Say("start.hello_name", name)
	}
	if club {
		what = in.Say("start.files_and_nets")
	}
	return hello + " " + what + "\n\n" + in.Say("start.how")
}
