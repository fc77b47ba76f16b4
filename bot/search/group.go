package search

import (
	"context"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
)

// WhereOn wraps the handler of searches. It ignores messages in groups that have search switched off.
func (s *Screens) WhereOn(next chat.Handler) chat.Handler {
	return func(ctx context.Context, e *telegram.Event) error {
		if e.Chat.Type != telegram.Private {
			on, err := s.Groups.GroupSearch(ctx, filter.ChatID(e.Chat.Key()))
			if err != nil || !on {
				return err
			}
		}
		return next(ctx, e)
	}
}

// HandleGroup switches search in a group on or off, for the group's own admins.
func (s *Screens) HandleGroup(ctx context.Context, e *telegram.Event) error {
	admin, err := s.isGroupAdmin(ctx, e)
	if err != nil {
		return err
	}
	var key string
	switch on := strings.ToLower(e.Text); {
	case on != "on" && on != "off":
		key = "group.usage"
	case !admin:
		key = "group.admins_only"
	default:
		if err := s.Groups.SetGroupSearch(ctx, filter.ChatID(e.Chat.Key()), on == "on"); err != nil {
			return err
		}
		key = "group." + on
	}
	_, err = s.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: s.Texts.In(e).Say(key), ReplyTo: e.MessageID}, telegram.Cause{Event: e})
	return err
}

func (s *Screens) isGroupAdmin(ctx context.Context, e *telegram.Event) (bool, error) {
	switch {
	case e.From.IsChat():
		return e.IsAnonymousAdmin(), nil
	case e.Chat.Type == telegram.Group:
		return s.Messenger.IsGroupAdmin(ctx, e.Chat.ID, e.From.ID)
	}
	return s.Messenger.IsAdmin(ctx, filter.ChannelID(e.Chat.ID), e.From.ID)
}
