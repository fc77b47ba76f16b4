package bot

import (
	"context"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/storage"
)

// Operator has the parts of the bot that the operator's HTTP pages use. The club's admins use the same parts in the chat.
type Operator struct {
	Bans          *access.Bans
	Premium       *access.Premium
	Caches        []storage.Cache                                                                      // in Redis; an admin may clear them
	IsAdmin       func(person int64) bool                                                              // one of the club's admins
	FilesToDelete func(ctx context.Context, text string) (files []filter.File, capped bool, err error) // the file of a linked post, or all that words find
}

// Operator returns the parts for the operator's pages.
func (b *Bot) Operator() Operator {
	return Operator{
		Bans: b.access.Bans, Premium: b.members.plans.Premium, Caches: b.caches(),
		IsAdmin: b.chat.IsAdmin, FilesToDelete: b.upkeep.FilesToDelete,
	}
}

func (b *Bot) caches() []storage.Cache {
	return []storage.Cache{b.search.Cache(), b.deps.Booking.Cache()}
}
