package bot

import (
	"context"

	screens "pavilion/bot/broadcast"
	"pavilion/filter"
	"pavilion/filter/broadcast"
)

// addBroadcasts makes the broadcasts' screens.
func (b *Bot) addBroadcasts() {
	b.broadcast = screens.New(screens.Deps{
		Client: b.client, Texts: b.chat.Texts, Questions: b.chat.Questions, Languages: b.chat.Languages, IsAdmin: b.chat.IsAdmin, Service: broadcast.New(broadcast.Options{
			DB: b.deps.DB, Audience: b.deps.Audience, Groups: b.groupNotes, MaxSpeed: b.opts.Telegram.Limits.BroadcastPerSecond(), Premium: b.members.plans.Premium.Among, Zone: b.opts.Zone, Now: b.opts.Now,
		}),
		Group: b.groupNotes.find, OptOutGroup: b.groupNotes.optOut, Logger: b.opts.Logger, Zone: b.opts.Zone, Now: b.opts.Now,
	})
}

// broadcastChoice reads and changes for /settings whether a person gets broadcasts.
type broadcastChoice struct{ service *broadcast.Service }

func (c broadcastChoice) wants(ctx context.Context, person int64) (bool, error) {
	out, err := c.service.HasOptedOut(ctx, filter.UserID(person))
	return !out, err
}

func (c broadcastChoice) set(ctx context.Context, person int64, wanted bool) error {
	if wanted {
		return c.service.OptIn(ctx, filter.UserID(person))
	}
	return c.service.OptOut(ctx, filter.UserID(person), 0)
}
