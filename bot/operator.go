package bot

import (
	"context"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/storage"
)

// Operator is what an operator reads and changes over HTTP, as the club's admins do in the chat.
type Operator struct{ bot *Bot }

// Operator returns what an operator may use.
func (b *Bot) Operator() Operator { return Operator{b} }

// Caches are the kinds of entries in Redis that an admin may clear.
func (o Operator) Caches() []storage.Cache {
	return []storage.Cache{o.bot.search.Cache(), o.bot.deps.Booking.Cache()}
}

// Bans are the bans of the archive.
func (o Operator) Bans() *access.Bans { return o.bot.access.Bans }

// Premium are the plans and who has them.
func (o Operator) Premium() *access.Premium { return o.bot.members.plans.Premium }

// IsAdmin tells whether a person is one of the club's admins.
func (o Operator) IsAdmin(person int64) bool { return o.bot.chat.IsAdmin(person) }

// FilesToDelete returns the file of a linked post, or all files that words find.
func (o Operator) FilesToDelete(ctx context.Context, text string) (files []filter.File, capped bool, err error) {
	return o.bot.upkeep.FilesToDelete(ctx, text)
}
