// Prepared messages: a bot saves a result for a person, and the person's client sends it when the bot's Mini App asks for that.

package world

import (
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// prepared is a message that waits for its person. Telegram tells its end with each message, and documents no length: here it is that of a result.
type prepared struct {
	set   *resultSet // with one result
	kinds []func() tg.InlineQueryPeerTypeClass
}

func (w *World) routePrepared(d *tg.ServerDispatcher) {
	d.OnMessagesSavePreparedInlineMessage(on(w, (*call).savePrepared))
	d.OnMessagesGetPreparedInlineMessage(on(w, (*call).getPrepared))
}

func (c *call) savePrepared(r *tg.MessagesSavePreparedInlineMessageRequest) (*tg.MessagesBotPreparedInlineMessage, error) {
	user, err := c.user(r.UserID)
	if err != nil || user.Bot != nil {
		return nil, tgerr.New(400, "USER_ID_INVALID")
	}
	set, err := c.resultSet(&tg.MessagesSetInlineBotResultsRequest{Results: []tg.InputBotInlineResultClass{r.Result}})
	if err != nil {
		return nil, err
	}
	p := &prepared{set: set}
	for _, kind := range r.PeerTypes {
		made, err := peerType(kind)
		if err != nil {
			return nil, err
		}
		p.kinds = append(p.kinds, made)
	}
	set.id, set.user, set.until = c.newQuery(), user.ID, c.o.Now()
	c.inline.tidy(c.o.Now())
	c.inline.sets[set.id] = set
	id := c.name("prepared")
	c.inline.prepared[id] = p
	return &tg.MessagesBotPreparedInlineMessage{ID: id, ExpireDate: int(set.end().Unix())}, nil
}

// peerType copies a kind of chat.
func peerType(in tg.InlineQueryPeerTypeClass) (func() tg.InlineQueryPeerTypeClass, error) {
	switch in.(type) {
	case *tg.InlineQueryPeerTypeSameBotPM:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeSameBotPM{} }, nil
	case *tg.InlineQueryPeerTypeBotPM:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeBotPM{} }, nil
	case *tg.InlineQueryPeerTypePM:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypePM{} }, nil
	case *tg.InlineQueryPeerTypeChat:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeChat{} }, nil
	case *tg.InlineQueryPeerTypeMegagroup:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeMegagroup{} }, nil
	case *tg.InlineQueryPeerTypeBroadcast:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeBroadcast{} }, nil
	}
	return nil, tgerr.New(400, "PEER_TYPES_INVALID")
}

// getPrepared returns a message to the person it was prepared for. To everybody else it does not exist.
func (c *call) getPrepared(r *tg.MessagesGetPreparedInlineMessageRequest) (*tg.MessagesPreparedInlineMessage, error) {
	bot, err := c.user(r.Bot)
	if err != nil || bot.Bot == nil {
		return nil, tgerr.New(400, "BOT_INVALID")
	}
	p := c.inline.prepared[r.ID]
	switch {
	case p == nil || p.set.bot != bot.ID || p.set.user != c.me.ID:
		return nil, tgerr.New(400, "ID_INVALID")
	case c.o.Now().After(p.set.end()):
		return nil, tgerr.New(400, "ID_EXPIRED")
	}
	v := &tg.MessagesPreparedInlineMessage{QueryID: p.set.id, Result: c.viewResult(p.set.results[0]), PeerTypes: []tg.InlineQueryPeerTypeClass{}}
	for _, kind := range p.kinds {
		v.PeerTypes = append(v.PeerTypes, kind())
	}
	v.Users = c.people.userList()
	return v, nil
}
