package telegram

import (
	"context"
	"slices"

	"github.com/gotd/td/tg"
)

// Presence is what an update tells about the bot in a group.
type Presence uint8

// The kinds of presence.
const (
	SeenInGroup  Presence = iota // a message of the group came
	AddedToGroup                 // or its rights there changed
	RemovedFromGroup
	WroteInGroup // Telegram took a message of the bot
)

// noteGroup queues a change of the bot's presence, if it is news to the handlers.
func noteGroup(c *Client, chat Chat, p Presence) {
	chat.Hash = 0
	if chat.Type != Private && c.handlers.IsPresenceNew(chat, p) {
		c.changes.add(func(ctx context.Context) error { return c.handlers.Presence(ctx, chat, p) })
	}
}

// noteMessage handles what a message of a group tells about the bot. Service messages name the people who came or went.
func noteMessage(c *Client, chat Chat, class tg.MessageClass) {
	p := SeenInGroup
	if m, ok := class.(*tg.MessageService); ok {
		switch action := m.Action.(type) {
		case *tg.MessageActionChatAddUser:
			if slices.Contains(action.Users, c.botID) {
				p = AddedToGroup
			}
		case *tg.MessageActionChatCreate:
			p = AddedToGroup
		case *tg.MessageActionChatDeleteUser:
			if action.UserID == c.botID {
				p = RemovedFromGroup
			}
		case *tg.MessageActionChatMigrateTo: // the group ends
			return
		}
	}
	noteGroup(c, chat, p)
}

// noteOwnMembership queues a change of the bot's own membership in a channel or supergroup.
func noteOwnMembership(c *Client, entities tg.Entities, u *tg.UpdateChannelParticipant, in bool) {
	c.changes.add(func(ctx context.Context) error { return c.handlers.Member(ctx, u.ChannelID, in) })
	ch := entities.Channels[u.ChannelID]
	switch chat := (Chat{ID: u.ChannelID, Type: Supergroup}); {
	case !in:
		noteGroup(c, chat, RemovedFromGroup)
	case ch != nil && ch.Megagroup:
		missed := noteMissed(c, u.ChannelID, u.Date)
		c.changes.add(func(ctx context.Context) error {
			if err := missed.read(ctx, c); err != nil {
				return err
			}
			return c.handlers.Presence(ctx, chat, AddedToGroup)
		})
	}
}

// noteOwnGroupMembership queues a change of the bot's own membership in a basic group.
func noteOwnGroupMembership(c *Client, u *tg.UpdateChatParticipant) {
	p := AddedToGroup
	if u.NewParticipant == nil {
		p = RemovedFromGroup
	}
	if u.UserID == c.botID {
		noteGroup(c, Chat{ID: u.ChatID, Type: Group}, p)
	}
}
