package bot

import (
	"context"
	"crypto/rand"
	"net/url"

	"pavilion/bot/telegram"
	"pavilion/internal/secret"
)

// pageURL is the address of the Mini App with a start parameter; empty where the club has no Mini App.
func pageURL(app, start string) string {
	u, err := url.Parse(app)
	if err != nil || app == "" || start == "" {
		return app
	}
	query := u.Query()
	query.Set("startapp", start)
	u.RawQuery = query.Encode()
	return u.String()
}

// SendPage sends a person a fresh button that opens the Mini App. Its address carries a code, with which the page can sign in.
func (b *Bot) SendPage(ctx context.Context, person int64, code secret.String) error {
	in := b.deps.Phrases.In(b.Language(ctx, person))
	open := telegram.Button{Text: in.Say("start.page_button"), App: pageURL(b.opts.MiniApp, code.Reveal())}
	reply := telegram.Reply{Text: in.Say("start.page_again"), Keyboard: [][]telegram.Button{{open}}}
	return b.client.Notify(ctx, person, reply, "page "+rand.Text(), false) // each attempt has a code of its own
}
