package bot

import (
	"context"

	accessscreens "pavilion/bot/access"
	"pavilion/bot/chat"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/upkeep"
	"pavilion/storage"
)

// addAccess makes the guard that stands before the archive's screens.
func (b *Bot) addAccess() error {
	rates, err := storage.NewRateLimiter(b.deps.Redis, storage.RateLimiterOptions{Now: b.opts.Now})
	if err != nil {
		return err
	}
	bans, err := access.NewBans(b.deps.DB, access.BansOptions{
		IsAdmin: func(person filter.UserID) bool { return b.chat.IsAdmin(int64(person)) }, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	if err != nil {
		return err
	}
	settings := access.NewSettings(b.deps.DB, b.opts.Now)
	quota, err := access.NewQuota(b.deps.DB, access.QuotaOptions{
		Limit: func(ctx context.Context, person filter.UserID) int {
			return b.members.filesPerDay(ctx, person, settings.Get(ctx).FilesPerDay)
		}, Zone: b.opts.Zone, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	if err != nil {
		return err
	}
	b.access = accessscreens.New(accessscreens.Deps{
		Messenger: b.client.Messenger, Texts: b.chat.Texts, Questions: b.chat.Questions, IsAdmin: b.chat.IsAdmin, Limits: access.NewLimits(rates, settings.Get), Bans: bans, Join: b.members.join, Quota: quota,
		Settings: settings, OnBan: func() { b.deps.Events.Tell(upkeep.BanEvents, "events.ban") }, Zone: b.opts.Zone, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	return nil
}

// handleSearch answers typed searches.
func (b *Bot) handleSearch() chat.Handler {
	return b.access.Guard(access.Search, b.search.Handle)
}

// guardAdminCommands puts the guard before the commands of the club's admins.
func (b *Bot) guardAdminCommands(commands []chat.Command) []chat.Command {
	for i := range commands {
		if commands[i].Access == chat.Admins {
			commands[i].Handle = b.access.Guard(access.AdminCommand, commands[i].Handle)
		}
	}
	return commands
}
