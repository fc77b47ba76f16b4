package chat

import (
	"cmp"

	"pavilion/bot/telegram"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
)

// Texts speak to people in their language.
type Texts struct{ book *phrase.Book }

// In speaks the language of an event's sender.
func (t *Texts) In(e *telegram.Event) *phrase.Speaker { return t.book.In(e.From.Language) }

// InLanguage speaks a language, given by its IETF tag.
func (t *Texts) InLanguage(tag string) *phrase.Speaker { return t.book.In(tag) }

// Sentence is an error's sentence in the language of an event's sender. An error without a code of its own says only that something failed.
func (t *Texts) Sentence(e *telegram.Event, err error) string {
	in := t.In(e)
	code := fault.CodeOf(err)
	if key := "chat_error." + code; in.Knows(key) {
		return in.Say(key)
	}
	return cmp.Or(in.Error(code), in.Say("chat_error.internal"))
}
