package bot

import screens "pavilion/bot/upkeep"

// addUpkeep makes the screens with which admins watch and mend the archive.
func (b *Bot) addUpkeep() {
	b.upkeep = screens.New(screens.Deps{
		Chat: screens.Chat{
			Client: b.client, Messenger: b.client.Messenger, Texts: b.chat.Texts, Questions: b.chat.Questions, IsAdmin: b.chat.IsAdmin, Admins: b.opts.Admins, Language: b.Language,
			FindChannel: b.channels.FindChannel,
		},
		Archive: screens.Archive{Indexer: b.deps.Indexer, Searcher: b.deps.Searcher, Channels: b.deps.Channels, Pools: b.deps.Pools, History: b.deps.History},
		Records: screens.Records{
			Counters: b.deps.Counters, Deletions: b.deps.Deletions, Maintenance: b.deps.Maintenance, Events: b.deps.Events, LogChannel: b.deps.LogChannel,
		},
		People: screens.People{
			Audience: b.deps.Audience, QuotaToday: b.access.Quota.Today, Premium: b.members.premiumFigures, Cards: []screens.CardPart{b.access.PersonCard, b.members.plans.PersonCard},
		},
		Process: screens.Process{Latency: b.deps.Latency, Journal: b.deps.Journal, Telegram: b.client.Stats, Redis: b.deps.Redis, Caches: b.caches()},
		Logger:  b.opts.Logger, Now: b.opts.Now,
	})
}
