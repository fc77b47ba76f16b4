package bot

import (
	"context"

	"pavilion/booking"
	screens "pavilion/bot/broadcast"
	"pavilion/filter"
	"pavilion/filter/broadcast"
)

// addBroadcasts makes the broadcasts' screens.
func (b *Bot) addBroadcasts() {
	b.broadcast = screens.New(screens.Deps{
		Client: b.client, Texts: b.chat.Texts, Questions: b.chat.Questions, Languages: b.chat.Languages, IsAdmin: b.chat.IsAdmin, Service: broadcast.New(broadcast.Options{
			DB: b.deps.DB, Audience: b.deps.Audience, Groups: b.groupNotes, MaxSpeed: b.opts.Telegram.Limits.BroadcastPerSecond(), Premium: b.members.plans.Premium.Among, Booked: b.booked, Zone: b.opts.Zone, Now: b.opts.Now,
		}),
		Group: b.groupNotes.find, OptOutGroup: b.groupNotes.optOut, Logger: b.opts.Logger, Zone: b.opts.Zone, Now: b.opts.Now,
	})
}

// booked tells which of some people have a booking on a day from the first to the last one.
func (b *Bot) booked(ctx context.Context, people []filter.UserID, first, last string) (map[filter.UserID]bool, error) {
	from, to, err := booking.ParseDays(first, last)
	if err != nil {
		return nil, err
	}
	members := make([]booking.MemberID, len(people))
	for i, id := range people {
		members[i] = booking.MemberID(id)
	}
	found, err := b.deps.Booking.Booked(ctx, members, from, to)
	marked := map[filter.UserID]bool{}
	for id := range found {
		marked[filter.UserID(id)] = true
	}
	return marked, err
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
