// Basic groups that become supergroups.

package world

import (
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (c *call) migrateChat(id int64) (tg.UpdatesClass, error) {
	g, err := c.group(id)
	switch {
	case err != nil:
		return nil, err
	case g.MigratedTo != 0:
		return nil, tgerr.New(400, "CHAT_ID_INVALID")
	case !g.Members[c.me.ID].in() || !g.Members[c.me.ID].Creator:
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	c.migrate(g)
	return c.answer(), nil
}

// migrate moves a basic group's members into a new supergroup. The old group keeps its messages and accepts no new ones. Telegram tells a bot that it is
// in the supergroup, and nothing of its membership in the group (github.com/tdlib/telegram-bot-api/issues/266).
func (c *call) migrate(g *group) *channel {
	c.Last.Channel++
	ch := &channel{
		ID: c.Last.Channel, Title: g.Title, Date: c.now(), Pts: 1, LogFrom: 1, Limits: g.Limits,
		Members: map[int64]*member{}, Messages: map[int]*message{}, ReadMax: map[int64]int{},
	}
	c.Channels[ch.ID] = ch
	for id, m := range g.Members {
		if m.in() {
			moved := *m
			moved.Rights = cleanRights(m.Rights)
			ch.Members[id] = &moved
			c.Accounts[id].Joined[ch.ID] = true
		}
	}
	g.MigratedTo = ch.ID
	g.Version++
	c.announce(GroupPeer(g.ID), false, &tg.MessageActionChatMigrateTo{ChannelID: ch.ID})
	c.tellMembers(ch)
	for id := range ch.Members {
		if bot := c.Accounts[id]; bot.Bot != nil {
			c.tellMoved(bot, ch, bot, nil)
		}
	}
	c.announce(ChannelPeer(ch.ID), false, &tg.MessageActionChannelMigrateFrom{Title: g.Title, ChatID: g.ID})
	return ch
}

// Migrate converts a basic group to a supergroup and returns the new id.
func (w *World) Migrate(groupID int64) (int64, error) {
	var creator int64
	w.mu.Lock()
	if g := w.Groups[groupID]; g != nil {
		for id, m := range g.Members {
			if m.Creator {
				creator = id
			}
		}
	}
	w.mu.Unlock()
	var channelID int64
	return channelID, w.inChat(GroupPeer(groupID), creator, func(c *call) error {
		channelID = c.migrate(w.Groups[groupID]).ID
		return nil
	})
}
