package bot

import (
	"cmp"
	"context"
	"errors"

	screens "pavilion/bot/broadcast"
	"pavilion/bot/search"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/broadcast"
	"pavilion/filter/groups"
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
		need := access.NeedMember
		if c.ByRequest {
			need = access.NeedRequest
		}
		list = list.With(access.RequiredChannel{ID: c.ID, Title: c.Title, Link: c.Link, Need: need})
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
	return errors.Join(
		b.deps.Groups.Move(ctx, old, now), b.groupNotes.roster.Move(ctx, old, now), b.delivery.Jobs.Move(ctx, old, now),
		b.broadcast.Service.Move(ctx, broadcast.RecipientID(-old)), // a basic group's number is its id
	)
}

// groupNotes keep the list of the bot's groups, and carry broadcasts' questions about groups.
type groupNotes struct {
	roster   *groups.Roster
	settings *groups.Groups
}

// isNew tells whether store has something to store.
func (n groupNotes) isNew(group telegram.Chat, p telegram.Presence) bool {
	id := filter.ChatID(group.Key())
	switch p {
	case telegram.SeenInGroup:
		return n.roster.IsNew(id)
	case telegram.WroteInGroup:
		return n.roster.IsOpenNew(id)
	case telegram.AddedToGroup, telegram.RemovedFromGroup:
	}
	return true
}

// store notes that the bot is in a group, or not any more.
func (n groupNotes) store(ctx context.Context, group telegram.Chat, p telegram.Presence) error {
	id := filter.ChatID(group.Key())
	switch p {
	case telegram.SeenInGroup:
		return n.roster.See(ctx, id)
	case telegram.AddedToGroup, telegram.WroteInGroup: // the bot may write in a group that it was not seen in
		return n.roster.Join(ctx, id)
	case telegram.RemovedFromGroup:
		return n.roster.Leave(ctx, id)
	}
	return nil
}

// Recipients reads groups with a number above after.
func (n groupNotes) Recipients(ctx context.Context, after broadcast.RecipientID, most int) ([]broadcast.Recipient, error) {
	members, err := n.roster.Members(ctx, groups.Number(after), most)
	list := make([]broadcast.Recipient, len(members))
	for i, m := range members {
		list[i] = broadcast.Recipient{ID: broadcast.RecipientID(m.Number), Blocked: m.Refused, OptedOut: !m.Broadcasts}
	}
	return list, err
}

// Disable notes the error with which Telegram lets the bot write nothing in a group.
func (n groupNotes) Disable(ctx context.Context, group broadcast.RecipientID, reason string) error {
	return n.roster.Refuse(ctx, groups.Number(group), reason)
}

// find is how a group gets broadcasts.
func (n groupNotes) find(ctx context.Context, number broadcast.RecipientID) (screens.Group, error) {
	chat, settings, err := n.roster.Find(ctx, groups.Number(number))
	if errors.Is(err, groups.ErrNotInGroup) {
		err = screens.ErrGroupLeft
	}
	return screens.Group{Chat: chat, Language: settings.Language, Topic: settings.BroadcastTopic()}, err
}

// optOut notes that a group wants no broadcasts.
func (n groupNotes) optOut(ctx context.Context, group filter.ChatID, by int64) error {
	_, err := n.settings.Update(ctx, group, by, func(s *groups.Settings) error {
		s.Broadcasts = false
		return nil
	})
	return err
}
