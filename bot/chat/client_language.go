package chat

import (
	"github.com/hashicorp/golang-lru/v2/expirable"

	"pavilion/bot/telegram"
)

const clientLanguagesKept = 10_000 // people

// clientLanguages are the languages of people's Telegram clients, as their newest events tell them.
type clientLanguages struct {
	byPerson *expirable.LRU[int64, string]
}

func newClientLanguages() clientLanguages {
	return clientLanguages{expirable.NewLRU[int64, string](clientLanguagesKept, nil, 0)}
}

// ClientLanguage is the language of a person's client, as their newest event since the start told it; empty without one.
func (c *Chat) ClientLanguage(person int64) string {
	language, _ := c.clients.byPerson.Get(person)
	return language
}

// note remembers a person's language. An event that tells none gets the last one that is known. It returns true for a language that is new.
func (c clientLanguages) note(p *telegram.Person) (isNew bool) {
	last, known := c.byPerson.Get(p.ID)
	if p.Language == "" {
		p.Language = last
		return false
	}
	if known && last == p.Language {
		return false
	}
	c.byPerson.Add(p.ID, p.Language)
	return true
}
