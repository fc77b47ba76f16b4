package telegram

import (
	"context"
	"errors"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// noteService handles the service messages about a group that became a supergroup. Telegram sends one in each of the two chats.
func (c *Client) noteService(m *tg.MessageService) {
	switch action := m.Action.(type) {
	case *tg.MessageActionChatMigrateTo:
		if p, ok := m.PeerID.(*tg.PeerChat); ok {
			c.migrate(p.ChatID, action.ChannelID)
		}
	case *tg.MessageActionChannelMigrateFrom:
		if p, ok := m.PeerID.(*tg.PeerChannel); ok {
			c.migrate(action.ChatID, p.ChannelID)
		}
	}
}

// migrate queues the move of a group's settings into its supergroup, and reads the messages of the supergroup that the bot missed.
func (c *Client) migrate(group, channel int64) {
	c.state.setMigrated(group, channel)
	missed := noteMissed(c, channel, 0)
	c.changes.add(func(ctx context.Context) error {
		if err := storeMigration(ctx, c, group, channel); err != nil {
			return err
		}
		return missed.read(ctx, c)
	})
}

// storeMigration calls the handler that moves the settings of a group into its supergroup, and then stores the migration.
func storeMigration(ctx context.Context, c *Client, group, channel int64) error {
	if err := c.handlers.Migrated(ctx, Chat{ID: group, Type: Group}, Chat{ID: channel, Type: Supergroup}); err != nil {
		return err
	}
	return c.state.store.saveMigration(ctx, c.botID, group, channel)
}

// follow sends into a chat, or into the supergroup that the chat has become. A tap in the group may overtake the update about it.
func (m *Messenger) follow(ctx context.Context, to Chat, send func(to Chat) error) error {
	err := send(to)
	if to.Type != Group || !tgerr.Is(err, "PEER_ID_INVALID") {
		return err
	}
	supergroup, ok, merr := m.supergroupOf(ctx, to.ID)
	if merr != nil || !ok {
		return errors.Join(err, merr)
	}
	return send(supergroup)
}

// supergroupOf asks Telegram for the supergroup that a group has become; false for a group in use.
func (m *Messenger) supergroupOf(ctx context.Context, group int64) (found Chat, ok bool, err error) {
	err = m.queue.do(ctx, call{method: "messages.getChats", invoke: func(ctx context.Context) error {
		r, err := m.api.MessagesGetChats(ctx, []int64{group})
		if err != nil {
			return err
		}
		for _, c := range r.GetChats() {
			if chat, isChat := c.(*tg.Chat); isChat && chat.ID == group {
				if to, isKnown := chat.MigratedTo.(*tg.InputChannel); isKnown {
					found, ok = Chat{to.ChannelID, to.AccessHash, Supergroup}, true
				}
			}
		}
		return nil
	}})
	if ok {
		m.setHash(hashKey{"channel", found.ID}, found.Hash)
		m.migrate(group, found.ID)
	}
	return found, ok, err
}
