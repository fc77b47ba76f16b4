// Inline mode: a query goes from any chat to the bot, and its results come back.

package world

import (
	"context"
	"maps"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// maxInlineQuery is the longest query in characters; Telegram cuts off the rest.
const maxInlineQuery = 256

// inlineDesk holds the waiting queries and the results. A restart loses both.
type inlineDesk struct {
	waiting map[int64]*inlineQuery
	sets    map[int64]*resultSet
	cached  map[inlineKey]int64 // -> set

	prepared map[string]*prepared
}

type inlineKey struct {
	bot, user     int64 // user 0: for all
	query, offset string
}

type inlineQuery struct {
	bot, user     int64
	query, offset string
	until         time.Time
	done          chan struct{}
	set           *resultSet
}

func newInlineDesk() inlineDesk {
	return inlineDesk{waiting: map[int64]*inlineQuery{}, sets: map[int64]*resultSet{}, cached: map[inlineKey]int64{}, prepared: map[string]*prepared{}}
}

// tidy drops expired queries and results.
func (d *inlineDesk) tidy(now time.Time) {
	if len(d.waiting)+len(d.sets) < 1000 {
		return
	}
	maps.DeleteFunc(d.waiting, func(_ int64, q *inlineQuery) bool { return now.After(q.until) })
	maps.DeleteFunc(d.sets, func(_ int64, s *resultSet) bool { return now.After(s.end()) })
	maps.DeleteFunc(d.cached, func(_ inlineKey, id int64) bool { return d.sets[id] == nil })
	maps.DeleteFunc(d.prepared, func(_ string, p *prepared) bool { return d.sets[p.set.id] == nil })
}

func (w *World) routeInline(d *tg.ServerDispatcher) {
	d.OnMessagesGetInlineBotResults(onWait(w, askInline))
	d.OnMessagesSetInlineBotResults(on(w, (*call).setInlineResults))
	d.OnMessagesSendInlineBotResult(on(w, (*call).sendInlineResult))
	d.OnMessagesEditInlineBotMessage(on(w, (*call).editInline))
}

func askInline(ctx context.Context, c *call, r *tg.MessagesGetInlineBotResultsRequest) (*tg.MessagesBotResults, error) {
	bot, err := c.user(r.Bot)
	switch {
	case err != nil || bot.Bot == nil:
		return nil, tgerr.New(400, "BOT_INVALID")
	case !bot.Bot.Inline:
		return nil, tgerr.New(400, "BOT_INLINE_DISABLED")
	}
	query := r.Query
	if chars := []rune(query); len(chars) > maxInlineQuery {
		query = string(chars[:maxInlineQuery])
	}
	for _, user := range []int64{0, c.me.ID} {
		set := c.inline.sets[c.inline.cached[inlineKey{bot.ID, user, query, r.Offset}]]
		if set != nil && c.o.Now().Before(set.until) {
			return c.viewSet(set), nil
		}
	}
	q := &inlineQuery{
		bot: bot.ID, user: c.me.ID, query: query, offset: r.Offset,
		until: c.o.Now().Add(c.o.AnswerTimeout), done: make(chan struct{}),
	}
	id := c.newQuery()
	c.inline.tidy(c.o.Now())
	c.inline.waiting[id] = q
	user, kind := c.me.ID, c.chatKind(r.Peer, bot)
	c.emit(bot, func(g *gathered) tg.UpdateClass {
		g.add(UserPeer(user))
		u := &tg.UpdateBotInlineQuery{QueryID: id, UserID: user, Query: query, Offset: q.offset}
		if kind != nil {
			u.SetPeerType(kind())
		}
		return u
	})
	if !c.wait(ctx, q.done, c.o.AnswerTimeout) {
		if ctx.Err() == nil {
			delete(c.inline.waiting, id)
		}
		return nil, tgerr.New(502, "BOT_RESPONSE_TIMEOUT")
	}
	return c.viewSet(q.set), nil
}

// chatKind returns the kind of a chat. The bot gets it with the query, without the chat itself.
func (c *call) chatKind(in tg.InputPeerClass, bot *account) func() tg.InlineQueryPeerTypeClass {
	p, err := c.peer(in)
	switch {
	case err != nil:
		return nil
	case p.Kind == PeerUser && p.ID == bot.ID:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeSameBotPM{} }
	case p.Kind == PeerUser && c.Accounts[p.ID].Bot != nil:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeBotPM{} }
	case p.Kind == PeerUser:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypePM{} }
	case p.Kind == PeerGroup:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeChat{} }
	case c.Channels[p.ID].Broadcast:
		return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeBroadcast{} }
	}
	return func() tg.InlineQueryPeerTypeClass { return &tg.InlineQueryPeerTypeMegagroup{} }
}

func (c *call) setInlineResults(r *tg.MessagesSetInlineBotResultsRequest) (bool, error) {
	q := c.inline.waiting[r.QueryID]
	if q == nil || q.bot != c.me.ID || c.o.Now().After(q.until) {
		delete(c.inline.waiting, r.QueryID)
		return false, tgerr.New(400, "QUERY_ID_INVALID")
	}
	set, err := c.resultSet(r)
	if err != nil {
		return false, err
	}
	set.query = q.query
	set.id = c.newQuery()
	set.until = c.o.Now().Add(time.Duration(r.CacheTime) * time.Second)
	c.inline.sets[set.id] = set
	if r.CacheTime > 0 {
		key := inlineKey{bot: q.bot, query: q.query, offset: q.offset}
		if r.Private {
			key.user = q.user
		}
		c.inline.cached[key] = set.id
	}
	q.set = set
	delete(c.inline.waiting, r.QueryID)
	close(q.done)
	return true, nil
}

// sendInlineResult posts a result that the caller chose, through the bot.
func (c *call) sendInlineResult(r *tg.MessagesSendInlineBotResultRequest) (tg.UpdatesClass, error) {
	set := c.inline.sets[r.QueryID]
	if set == nil || set.user != 0 && set.user != c.me.ID || c.o.Now().After(set.end()) {
		return nil, tgerr.New(400, "INLINE_RESULT_EXPIRED")
	}
	chosen := set.result(r.ID)
	if chosen == nil {
		return nil, tgerr.New(400, "RESULT_ID_INVALID")
	}
	m, err := c.draft(r.Peer, r.ReplyTo, r.RandomID)
	if err != nil {
		return nil, err
	}
	m.Text, m.Entities, m.Markup, m.File = chosen.text, chosen.entities, chosen.markup, chosen.file
	m.Via, m.Silent = set.bot, r.Silent
	c.post(m, r.RandomID)
	if bot := c.Accounts[set.bot]; bot.Bot.Feedback {
		user := c.me.ID
		c.emit(bot, func(g *gathered) tg.UpdateClass {
			g.add(UserPeer(user))
			u := &tg.UpdateBotInlineSend{UserID: user, Query: set.query, ID: chosen.id}
			if m.Markup != nil {
				u.SetMsgID(c.inlineID(bot.ID, m))
			}
			return u
		})
	}
	return c.answer(), nil
}

// inlineID returns the id under which a bot knows a message that was sent through it. It encodes the chat and the message id there.
func (w *World) inlineID(bot int64, m *message) tg.InputBotInlineMessageIDClass {
	owner, id := m.Sender, m.idFor(m.Sender)
	if m.Peer.Kind == PeerChannel {
		owner = -m.Peer.ID
	}
	return &tg.InputBotInlineMessageID64{DCID: w.o.DC, OwnerID: owner, ID: id, AccessHash: w.inlineHash(bot, owner, id)}
}

func (w *World) inlineHash(bot, owner int64, id int) int64 {
	return w.hash(w.hash(bot, hashInline, owner), hashInline, int64(id))
}

func (c *call) editInline(r *tg.MessagesEditInlineBotMessageRequest) (bool, error) {
	in, ok := r.ID.(*tg.InputBotInlineMessageID64)
	if c.me.Bot == nil {
		return false, tgerr.New(400, "USER_BOT_REQUIRED")
	}
	if !ok || in.AccessHash != c.inlineHash(c.me.ID, in.OwnerID, in.ID) {
		return false, tgerr.New(400, "MESSAGE_ID_INVALID")
	}
	var m *message
	if ch := c.Channels[-in.OwnerID]; ch != nil {
		m = ch.Messages[in.ID]
	} else if owner := c.Accounts[in.OwnerID]; owner != nil {
		m = c.Messages[owner.Box[in.ID]]
	}
	if m == nil || m.Via != c.me.ID {
		return false, tgerr.New(400, "MESSAGE_ID_INVALID")
	}
	text, given := r.GetMessage()
	if err := c.apply(m, edit{Text: text, Given: given, Entities: r.Entities, Markup: r.ReplyMarkup, Media: r.Media}); err != nil {
		return false, err
	}
	return true, nil
}
