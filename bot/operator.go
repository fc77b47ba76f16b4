package bot

import (
	"context"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/storage"
)

// What an operator reads and changes over HTTP, as the club's admins do in the chat.

// Caches are the kinds of entries in Redis that an admin may clear.
func (b *Bot) Caches() []storage.Cache {
	return []storage.Cache{b.search.Cache(), b.deps.Booking.Cache()}
}

// Bans are the bans of the archive.
func (b *Bot) Bans() *access.Bans { return b.access.Bans }

// Premium are the plans and who has them.
func (b *Bot) Premium() *access.Premium { return b.members.plans.Premium }

// IsAdmin tells whether a person is one of the club's admins.
func (b *Bot) IsAdmin(person int64) bool { return b.chat.IsAdmin(person) }

// FilesToDelete returns the file of a linked post, or all files that words find.
func (b *Bot) FilesToDelete(ctx context.Context, text string) (files []filter.File, capped bool, err error) {
	return b.upkeep.FilesToDelete(ctx, text)
}
