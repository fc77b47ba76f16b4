package telegram

import (
	"context"

	"github.com/gotd/td/tg"
)

// noteService looks for a group's change into a supergroup among service messages. Telegram announces it in both.
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

// migrate notes that a group has become a supergroup, and lets its settings follow.
func (c *Client) migrate(group, channel int64) {
	c.state.setMigrated(group, channel)
	c.changes.add(func(ctx context.Context) error {
		if err := c.state.store.saveMigration(ctx, c.botID, group, channel); err != nil {
			return err
		}
		return c.handlers.Migrated(ctx, Chat{ID: group, Type: Group}, Chat{ID: channel, Type: Supergroup})
	})
}
