package telegram

import (
	"context"
	"slices"
	"time"

	"github.com/gotd/td/tg"
)

// noteJoin hands over the service message about people who came into a group. Telegram sends none in large groups that hide their members.
func (c *Client) noteJoin(ctx context.Context, entities tg.Entities, m *tg.MessageService) {
	var joined []int64
	switch action := m.Action.(type) {
	case *tg.MessageActionChatAddUser:
		joined = action.Users
	case *tg.MessageActionChatJoinedByLink, *tg.MessageActionChatJoinedByRequest:
		if p, ok := m.FromID.(*tg.PeerUser); ok {
			joined = []int64{p.UserID}
		}
	}
	chat, known := c.chatOfPeer(m.PeerID)
	if len(joined) == 0 || !known || chat.Type == Private || m.Post {
		return
	}
	e := &Event{Kind: Message, Chat: chat, MessageID: m.ID, At: time.Unix(int64(m.Date), 0).UTC(), Join: &Join{Title: titleOf(entities, chat)}}
	for _, id := range slices.Compact(joined) {
		if u := entities.Users[id]; u == nil || !u.Bot {
			e.Join.People = append(e.Join.People, c.person(entities, id))
		}
	}
	if len(e.Join.People) == 0 {
		return
	}
	e.From = e.Join.People[0]
	if c.handlers.Overhears(e) {
		c.handlers.Message(ctx, e)
	}
}

func titleOf(entities tg.Entities, chat Chat) string {
	if ch := entities.Channels[chat.ID]; chat.Type == Supergroup && ch != nil {
		return ch.Title
	}
	if g := entities.Chats[chat.ID]; chat.Type == Group && g != nil {
		return g.Title
	}
	return ""
}
