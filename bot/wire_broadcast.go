package bot

import (
	screens "pavilion/bot/broadcast"
	"pavilion/filter/broadcast"
)

// addBroadcasts makes the broadcasts' screens.
func (b *Bot) addBroadcasts() {
	service := broadcast.New(broadcast.Options{
		DB: b.deps.DB, Audience: b.deps.Audience, MaxSpeed: b.opts.Telegram.Limits.BroadcastPerSecond(), Now: b.opts.Now,
	})
	b.broadcast = screens.New(screens.Deps{
		Client: b.client, Texts: b.chat.Texts, Questions: b.chat.Questions, Languages: b.chat.Languages, IsAdmin: b.chat.IsAdmin, Service: service,
		Logger: b.opts.Logger, Now: b.opts.Now,
	})
}
