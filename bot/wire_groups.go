package bot

import (
	"cmp"
	"context"
	"errors"

	"pavilion/bot/search"
	"pavilion/bot/telegram"
	"pavilion/filter"
)

// searchRules are how a chat's searches are answered.
func (b *Bot) searchRules(ctx context.Context, in telegram.Chat) search.Rules {
	if in.Type == telegram.Private {
		return search.Rules{PageSize: b.opts.PageSize, Spelling: true}
	}
	s := b.deps.Groups.Get(ctx, filter.ChatID(in.Key())).Settings
	return search.Rules{PageSize: cmp.Or(s.PageSize, b.opts.PageSize), Spelling: s.Spelling}
}

// groupLanguage is the language that a group's admins chose for it.
func (b *Bot) groupLanguage(ctx context.Context, group telegram.Chat) string {
	return b.deps.Groups.Get(ctx, filter.ChatID(group.Key())).Settings.Language
}

// moveGroup gives everything of a group to the supergroup that replaced it.
func (b *Bot) moveGroup(ctx context.Context, from, to telegram.Chat) error {
	old, now := filter.ChatID(from.Key()), filter.ChatID(to.Key())
	return errors.Join(b.deps.Groups.Move(ctx, old, now), b.delivery.Jobs.Move(ctx, old, now))
}
