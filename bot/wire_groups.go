package bot

import (
	"cmp"
	"context"
	"errors"

	"pavilion/bot/search"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
)

// groupRules are what the admins of groups have decided, as the other features ask for it.
type groupRules struct{ *Bot }

// searchRules are how a chat's searches are answered.
func (b groupRules) searchRules(ctx context.Context, in telegram.Chat) search.Rules {
	if in.Type == telegram.Private {
		return search.Rules{PageSize: b.opts.PageSize, Spelling: true}
	}
	s := b.deps.Groups.Get(ctx, filter.ChatID(in.Key())).Settings
	return search.Rules{PageSize: cmp.Or(s.PageSize, b.opts.PageSize), Spelling: s.Spelling}
}

// groupLanguage is the language that a group's admins chose for it.
func (b groupRules) groupLanguage(ctx context.Context, group telegram.Chat) string {
	return b.deps.Groups.Get(ctx, filter.ChatID(group.Key())).Settings.Language
}

// groupRequired is the list of channels that a group's own admins require.
func (b groupRules) groupRequired(ctx context.Context, group filter.ChatID) access.RequiredList {
	s := b.deps.Groups.Get(ctx, group).Settings
	list := access.RequiredList{Any: s.RequireAny}
	for _, c := range s.Required {
		list = list.With(access.RequiredChannel{ID: c.ID, Title: c.Title, Link: c.Link, Need: access.NeedMember})
	}
	return list
}

// isGroupAdmin asks Telegram whether a person is an admin of a group.
func (b groupRules) isGroupAdmin(ctx context.Context, group filter.ChatID, person filter.UserID) (bool, error) {
	in, known := b.client.ChatOf(int64(group))
	if !known {
		return false, telegram.ErrUnreachable
	}
	return b.client.Messenger.IsChatAdmin(ctx, in, int64(person))
}

// moveGroup gives everything of a group to the supergroup that replaced it.
func (b *Bot) moveGroup(ctx context.Context, from, to telegram.Chat) error {
	old, now := filter.ChatID(from.Key()), filter.ChatID(to.Key())
	return errors.Join(b.deps.Groups.Move(ctx, old, now), b.delivery.Jobs.Move(ctx, old, now))
}
