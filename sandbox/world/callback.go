// Buttons: a tap becomes a query to the bot and waits for the answer.

package world

import (
	"context"
	"maps"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// maxAlert is the longest text of an answer to a tap.
const maxAlert = 200

// callbackDesk holds the waiting taps and the cached answers. A restart loses both.
type callbackDesk struct {
	waiting map[int64]*tap
	cached  map[tapKey]cachedAnswer
}

type tap struct {
	bot    int64
	until  time.Time
	done   chan struct{}
	answer *callbackAnswer
}

type tapKey struct {
	user, message int64
	data          string
}

type callbackAnswer struct {
	alert     bool
	text, url string
	cacheTime int
}

type cachedAnswer struct {
	callbackAnswer
	until time.Time
}

func newCallbackDesk() callbackDesk {
	return callbackDesk{waiting: map[int64]*tap{}, cached: map[tapKey]cachedAnswer{}}
}

// tidy drops expired taps and cached answers when there are many.
func (d *callbackDesk) tidy(now time.Time) {
	if len(d.waiting)+len(d.cached) < 1000 {
		return
	}
	maps.DeleteFunc(d.waiting, func(_ int64, t *tap) bool { return now.After(t.until) })
	maps.DeleteFunc(d.cached, func(_ tapKey, a cachedAnswer) bool { return now.After(a.until) })
}

func (w *World) routeButtons(d *tg.ServerDispatcher) {
	d.OnMessagesGetBotCallbackAnswer(onWait(w, tapButton))
	d.OnMessagesSetBotCallbackAnswer(on(w, (*call).answerTap))
}

func tapButton(ctx context.Context, c *call, r *tg.MessagesGetBotCallbackAnswerRequest) (*tg.MessagesBotCallbackAnswer, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	m := c.find(p, r.MsgID)
	if m == nil {
		return nil, tgerr.New(400, "MESSAGE_ID_INVALID")
	}
	// Telegram does not check whether the message has such a button: it may have had one earlier.
	data, given := r.GetData()
	if !given || len(data) == 0 || len(data) > maxData {
		return nil, tgerr.New(400, "DATA_INVALID")
	}
	bot := c.Accounts[m.Via]
	if bot == nil {
		bot = c.Accounts[m.Sender]
	}
	if bot == nil || bot.Bot == nil || m.Via == 0 && m.idFor(bot.ID) == 0 {
		return nil, tgerr.New(400, "MESSAGE_ID_INVALID")
	}
	key := tapKey{c.me.ID, m.UID, string(data)}
	if known, ok := c.callbacks.cached[key]; ok && c.o.Now().Before(known.until) {
		return known.view(), nil
	}
	t := &tap{bot: bot.ID, until: c.o.Now().Add(c.o.AnswerTimeout), done: make(chan struct{})}
	id := c.newQuery()
	c.callbacks.tidy(c.o.Now())
	c.callbacks.waiting[id] = t
	c.askTap(bot, m, id, data)
	if !c.wait(ctx, t.done, c.o.AnswerTimeout) {
		if ctx.Err() == nil {
			delete(c.callbacks.waiting, id)
		}
		return nil, tgerr.New(502, "BOT_RESPONSE_TIMEOUT")
	}
	if t.answer.cacheTime > 0 {
		until := c.o.Now().Add(time.Duration(t.answer.cacheTime) * time.Second)
		c.callbacks.cached[key] = cachedAnswer{*t.answer, until}
	}
	return t.answer.view(), nil
}

// newQuery returns the id of a query to a bot, a hash from which the number of queries cannot be seen.
func (w *World) newQuery() int64 {
	w.Last.Query++
	return w.hash(0, hashQuery, w.Last.Query)
}

// askTap sends a tap to the bot. A message that was sent through the bot gets an inline id, because the bot may not be in the chat.
func (c *call) askTap(bot *account, m *message, id int64, data []byte) {
	user, chat := c.me.ID, m.chat(bot.ID)
	instance := c.hash(bot.ID, hashChatInstance, chat.ID)
	c.emit(bot, func(g *gathered) tg.UpdateClass {
		g.add(UserPeer(user))
		if m.Via != 0 {
			u := &tg.UpdateInlineBotCallbackQuery{QueryID: id, UserID: user, MsgID: c.inlineID(bot.ID, m), ChatInstance: instance}
			u.SetData(append([]byte{}, data...))
			return u
		}
		g.add(chat)
		u := &tg.UpdateBotCallbackQuery{QueryID: id, UserID: user, Peer: chat.tg(), MsgID: m.idFor(bot.ID), ChatInstance: instance}
		u.SetData(append([]byte{}, data...))
		return u
	})
}

func (c *call) answerTap(r *tg.MessagesSetBotCallbackAnswerRequest) (bool, error) {
	if c.me.Bot == nil {
		return false, tgerr.New(400, "USER_BOT_REQUIRED")
	}
	t := c.callbacks.waiting[r.QueryID]
	switch {
	case t == nil || t.bot != c.me.ID || c.o.Now().After(t.until):
		delete(c.callbacks.waiting, r.QueryID)
		return false, tgerr.New(400, "QUERY_ID_INVALID")
	case utf8.RuneCountInString(r.Message) > maxAlert:
		return false, tgerr.New(400, "MESSAGE_TOO_LONG")
	case r.URL != "" && !c.opensOwnChat(r.URL):
		return false, tgerr.New(400, "URL_INVALID")
	}
	t.answer = &callbackAnswer{alert: r.Alert, text: r.Message, url: r.URL, cacheTime: r.CacheTime}
	delete(c.callbacks.waiting, r.QueryID)
	close(t.done)
	return true, nil
}

func (a callbackAnswer) view() *tg.MessagesBotCallbackAnswer {
	v := &tg.MessagesBotCallbackAnswer{Alert: a.alert, CacheTime: a.cacheTime, NativeUI: true}
	if a.text != "" {
		v.SetMessage(a.text)
	}
	if a.url != "" {
		v.SetURL(a.url)
	}
	return v
}

// opensOwnChat reports whether a link opens the calling bot's chat with a payload of /start. Other links are for games, which this Telegram does not have.
func (c *call) opensOwnChat(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.Host != "t.me" || !strings.EqualFold(strings.TrimPrefix(u.Path, "/"), c.me.Username) {
		return false
	}
	return startParamRun.MatchString(u.Query().Get("start"))
}
