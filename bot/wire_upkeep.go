package bot

import (
	"context"

	screens "pavilion/bot/upkeep"
)

// addUpkeep makes the screens with which admins watch and mend the archive.
func (b *Bot) addUpkeep() {
	b.upkeep = screens.New(screens.Deps{
		Client: b.client, Messenger: b.client.Messenger, Texts: b.chat.Texts, IsAdmin: b.chat.IsAdmin, Questions: b.chat.Questions, Indexer: b.deps.Indexer, Audience: b.deps.Audience, Pools: b.deps.Pools,
		Searcher: b.deps.Searcher, Channels: b.deps.Channels, Deletions: b.deps.Deletions, QuotaToday: b.access.Quota.Today,
		Premium: b.premiumFigures, Cards: []screens.CardPart{b.access.PersonCard, b.members.plans.PersonCard},
		Maintenance: b.deps.Maintenance,
		History:     b.deps.History, Counters: b.deps.Counters, Latency: b.deps.Latency, Journal: b.deps.Journal, Telegram: b.client.Stats, Redis: b.deps.Redis,
		Caches: b.Caches(), Events: b.deps.Events, LogChannel: b.deps.LogChannel, FindChannel: b.channels.FindChannel, Admins: b.opts.Admins, Language: b.Language,
		Logger: b.opts.Logger, Now: b.opts.Now,
	})
}

// premiumFigures are the figures of premium for /stats.
func (b *Bot) premiumFigures(ctx context.Context) (screens.PremiumFigures, error) {
	f, err := b.members.plans.Premium.Figures(ctx)
	out := screens.PremiumFigures{Stars: f.Stars, RecentStars: f.RecentStars, Expiring: f.Expiring}
	for _, p := range f.Plans {
		out.Plans = append(out.Plans, screens.PlanFigures(p))
	}
	return out, err
}
