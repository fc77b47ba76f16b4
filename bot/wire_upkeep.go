package bot

import (
	"context"

	screens "pavilion/bot/upkeep"
	"pavilion/filter"
	"pavilion/storage"
)

// addUpkeep makes the screens with which admins watch and mend the archive.
func (b *Bot) addUpkeep() {
	b.upkeep = screens.New(screens.Deps{
		Client: b.client, Messenger: b.client.Messenger, Texts: b.chat.Texts, IsAdmin: b.chat.IsAdmin, Questions: b.chat.Questions, Indexer: b.deps.Indexer, Audience: b.deps.Audience, Pools: b.deps.Pools,
		Searcher: b.deps.Searcher, Channels: b.deps.Channels, Deletions: b.deps.Deletions, QuotaToday: b.access.Quota.Today,
		Banned: func(ctx context.Context, person filter.UserID) bool {
			_, banned := b.access.Bans.Of(ctx, person)
			return banned
		},
		Maintenance: b.deps.Maintenance,
		History:     b.deps.History, Counters: b.deps.Counters, Latency: b.deps.Latency, Journal: b.deps.Journal, Telegram: b.client.Stats, Redis: b.deps.Redis,
		Caches: b.Caches(), Events: b.deps.Events, LogChannel: b.deps.LogChannel, FindChannel: b.channels.FindChannel, Admins: b.opts.Admins, Language: b.Language,
		Logger: b.opts.Logger, Now: b.opts.Now,
	})
}

// Caches are the kinds of entries in Redis that an admin may clear.
func (b *Bot) Caches() []storage.Cache {
	return []storage.Cache{b.search.Cache(), b.deps.Booking.Cache()}
}
