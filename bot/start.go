package bot

import (
	"context"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// A link t.me/bot?start=payload, or the button above inline results, opens the private chat with /start payload. A payload has at most 64
// characters of A-Z, a-z, 0-9, _ and -.
const (
	startInline  = "inline" // from inline mode: what can be typed there
	startBook    = "book"   // to the calendar
	startPrefix  = "q-"     // then a query, to be searched for at once
	maxStart     = 64
	startDecoded = (maxStart - len(startPrefix)) * 3 / 4
)

// startSearch is the payload that searches for a query; a query too long for one is asked for again.
func startSearch(query string) string {
	if len(query) > startDecoded {
		return startInline
	}
	return startPrefix + base64.RawURLEncoding.EncodeToString([]byte(query))
}

// parseStart finds the query in a payload. Anybody can write any payload.
func parseStart(payload string) (query string, ok bool) {
	text, ok := strings.CutPrefix(payload, startPrefix)
	if !ok || len(payload) > maxStart {
		return "", false
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !utf8.Valid(data) {
		return "", false
	}
	query = clean(string(data), maxStart)
	return query, query != ""
}

func (b *Bot) handleStart(ctx context.Context, e *Event) error {
	if b.isClubAdmin(e.From.ID) && e.Chat.Type == Private {
		b.background.Go(func() { b.publishAdminMenu(ctx, e.From.ID) }) // before the first message there was no way to
	}
	if e.Text == startBook {
		return b.handleBook(ctx, e)
	}
	if query, ok := parseStart(e.Text); ok {
		return b.search(ctx, e, query)
	}
	text := "🏏 Hi"
	if e.From.Name != "" {
		text += " " + clean(e.From.Name, 40)
	}
	text += "! I find the club's files.\n\nJust type what you remember of a name: inception 2010, dhoni 183, net session 12 june. Typos are fine."
	if e.Text == startInline {
		text += "\n\nIn any chat, type @" + b.self.Load().Username + " and the same words, and tap the file to send it there."
	}
	_, err := b.tg.sendText(ctx, e.Chat, Reply{Text: text, ReplyTo: b.quote(e)}, cause{e, 0})
	return err
}
