package telegram

import (
	"context"

	"github.com/gotd/td/tg"
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

// migrate calls the handler that moves the settings of a group into its supergroup, and then stores the migration.
func (c *Client) migrate(group, channel int64) {
	c.state.setMigrated(group, channel)
	c.changes.add(func(ctx context.Context) error {
		if err := c.handlers.Migrated(ctx, Chat{ID: group, Type: Group}, Chat{ID: channel, Type: Supergroup}); err != nil {
			return err
		}
		return c.state.store.saveMigration(ctx, c.botID, group, channel)
	})
}
