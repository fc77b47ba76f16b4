// Sending of messages and the right to write in a chat.

package world

import (
	"fmt"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (w *World) routeSending(d *tg.ServerDispatcher) {
	d.OnMessagesSendMessage(on(w, (*call).sendMessage))
	d.OnMessagesSendMedia(on(w, (*call).sendMedia))
	d.OnMessagesSendMultiMedia(on(w, (*call).sendMultiMedia))
	d.OnMessagesForwardMessages(on(w, (*call).forwardMessages))
	d.OnMessagesEditMessage(on(w, (*call).editMessage))
	d.OnMessagesDeleteMessages(on(w, (*call).deleteMessages))
	d.OnChannelsDeleteMessages(on(w, (*call).deleteChannelMessages))
	d.OnMessagesDeleteHistory(on(w, (*call).deleteHistory))
	d.OnMessagesUpdatePinnedMessage(on(w, (*call).pinMessage))
	d.OnMessagesSetTyping(on(w, (*call).setTyping))
}

func (c *call) sendMessage(r *tg.MessagesSendMessageRequest) (tg.UpdatesClass, error) {
	m, err := c.draft(r.Peer, r.ReplyTo, r.RandomID)
	if err != nil {
		return nil, err
	}
	if m.Text, m.Entities, err = c.text(r.Message, r.Entities, maxText, "MESSAGE_TOO_LONG"); err != nil {
		return nil, err
	}
	if m.Text == "" {
		return nil, tgerr.New(400, "MESSAGE_EMPTY")
	}
	if m.Markup, err = c.markup(r.ReplyMarkup, m.Peer.Kind == PeerUser); err != nil {
		return nil, err
	}
	if err := c.maySendText(m.Peer); err != nil {
		return nil, err
	}
	if err := c.maySchedule(r.ScheduleDate); err != nil {
		return nil, err
	}
	if err := c.speakAs(m, r.SendAs); err != nil {
		return nil, err
	}
	m.Silent, m.Protected = r.Silent, r.Noforwards
	c.post(m, r.RandomID)
	return c.answer(), nil
}

// draft is a message that the caller may send, before it is sent.
func (c *call) draft(to tg.InputPeerClass, reply tg.InputReplyToClass, random int64) (*message, error) {
	p, err := c.peer(to)
	if err != nil {
		return nil, err
	}
	if err := c.fresh(random); err != nil {
		return nil, err
	}
	m, err := c.draftTo(p)
	if err != nil {
		return nil, err
	}
	if err := c.maySendNow(p, random); err != nil {
		return nil, err
	}
	if r, ok := reply.(*tg.InputReplyToMessage); ok && r.ReplyToMsgID != 0 {
		answered := c.find(p, r.ReplyToMsgID)
		if answered == nil && r.TopMsgID == 0 {
			return nil, tgerr.New(400, "REPLY_MESSAGE_ID_INVALID")
		}
		if err := c.putInTopic(m, answered, r.TopMsgID); err != nil {
			return nil, err
		}
		if answered != nil {
			m.answer(answered)
		}
	}
	return m, nil
}

// fresh refuses a random id that another message of the same request has, and one whose message was deleted. post answers another repeated random
// id with its first message.
func (c *call) fresh(random int64) error {
	if random == 0 {
		return nil
	}
	first, used := c.me.Sent[random]
	if c.drafts[random] || used && c.sentMessage(first) == nil {
		return tgerr.New(500, "RANDOM_ID_DUPLICATE")
	}
	if c.drafts == nil {
		c.drafts = map[int64]bool{}
	}
	c.drafts[random] = true
	return nil
}

func (m *message) answer(answered *message) {
	if answered.Peer.Kind == PeerChannel {
		m.ReplyID = answered.ID
	} else {
		m.Reply = answered.UID
	}
}

func (c *call) draftTo(p Peer) (*message, error) {
	if err := c.mayWrite(p); err != nil {
		return nil, err
	}
	m := &message{Sender: c.me.ID, Peer: p}
	if p.Kind == PeerChannel {
		ch := c.Channels[p.ID]
		m.Post = ch.Broadcast
		if who := ch.Members[c.me.ID]; !ch.Broadcast && who.admin() && who.Rights.Anonymous {
			m.As = p // an anonymous admin writes as the group
		}
	}
	return m, nil
}

// maySchedule refuses a bot's message for a later time.
func (c *call) maySchedule(date int) error {
	if date != 0 && c.me.Bot != nil {
		return tgerr.New(400, "SCHEDULE_BOT_NOT_ALLOWED")
	}
	return nil
}

// mayWrite returns Telegram's error for a chat to which the caller cannot write.
func (c *call) mayWrite(p Peer) error {
	switch p.Kind {
	case PeerUser:
		return c.mayWriteTo(c.Accounts[p.ID])
	case PeerGroup:
		g := c.Groups[p.ID]
		switch {
		case g.MigratedTo != 0:
			return tgerr.New(400, "PEER_ID_INVALID")
		case !g.Members[c.me.ID].in():
			return tgerr.New(403, "CHAT_WRITE_FORBIDDEN")
		}
	case PeerChannel:
		ch := c.Channels[p.ID]
		m := ch.Members[c.me.ID]
		switch {
		case m != nil && m.Banned:
			return tgerr.New(400, "USER_BANNED_IN_CHANNEL")
		case !m.in(), ch.Broadcast && !m.may(tg.ChatAdminRights{PostMessages: true}):
			return tgerr.New(403, "CHAT_WRITE_FORBIDDEN")
		}
	}
	if c.limitsOf(p).SendMessages {
		return tgerr.New(403, "CHAT_WRITE_FORBIDDEN")
	}
	return nil
}

func (c *call) mayWriteTo(to *account) error {
	switch {
	case to == nil:
		return tgerr.New(400, "PEER_ID_INVALID")
	case to == c.me:
		return nil
	case to.Deleted:
		return tgerr.New(400, "INPUT_USER_DEACTIVATED")
	case c.me.Bot != nil && to.Bot != nil:
		return tgerr.New(400, "USER_IS_BOT")
	case to.Blocked[c.me.ID]:
		return tgerr.New(400, "USER_IS_BLOCKED")
	case c.me.Blocked[to.ID]:
		return tgerr.New(400, "YOU_BLOCKED_USER")
	case c.me.Bot != nil && c.me.Dialogs[UserPeer(to.ID)] == nil && !c.mayWriteToRequester(to.ID):
		return tgerr.New(400, "PEER_ID_INVALID") // a bot cannot write first
	}
	return nil
}

func (c *call) setTyping(r *tg.MessagesSetTypingRequest) (bool, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return false, err
	}
	if err := c.mayWrite(p); err != nil {
		return false, err
	}
	if to := c.Accounts[p.ID]; p.Kind == PeerUser && to != c.me && to.Bot == nil {
		action := encode(r.Action)
		c.emit(to, func(g *gathered) tg.UpdateClass {
			g.add(UserPeer(c.me.ID))
			return &tg.UpdateUserTyping{UserID: c.me.ID, Action: decodeTyping(action)}
		})
	}
	return true, nil
}

// SendText sends a text as an account and returns the account's id of it.
func (w *World) SendText(from int64, to Peer, text string) (int, error) {
	return w.send(from, to, func(c *call, m *message) error {
		var err error
		m.Text, m.Entities, err = c.text(text, nil, maxText, "MESSAGE_TOO_LONG")
		return err
	})
}

// Reply sends a text as an account, in reply to a message, which it names by the account's id.
func (w *World) Reply(from int64, to Peer, answered int, text string) (int, error) {
	return w.send(from, to, func(c *call, m *message) error {
		a := c.find(to, answered)
		if a == nil {
			return tgerr.New(400, "REPLY_MESSAGE_ID_INVALID")
		}
		if err := c.putInTopic(m, a, 0); err != nil {
			return err
		}
		m.answer(a)
		var err error
		m.Text, m.Entities, err = c.text(text, nil, maxText, "MESSAGE_TOO_LONG")
		return err
	})
}

// send sends a message as an account; fill makes its content.
func (w *World) send(from int64, to Peer, fill func(*call, *message) error) (int, error) {
	w.mu.Lock()
	defer w.unlock()
	c, err := w.as(from)
	if err != nil {
		return 0, err
	}
	if !w.exists(to) {
		return 0, fmt.Errorf("send to %v: %w", to, errNoChat)
	}
	m, err := c.draftTo(to)
	if err != nil {
		return 0, fmt.Errorf("send to %v: %w", to, err)
	}
	if err := fill(c, m); err != nil {
		return 0, fmt.Errorf("send to %v: %w", to, err)
	}
	c.post(m, 0)
	return m.idFor(from), nil
}

// idFor returns an account's id of m.
func (m *message) idFor(account int64) int {
	if m.Peer.Kind == PeerChannel {
		return m.ID
	}
	return m.Copies[account]
}
