// Storage of messages: each account has a box for its private chats and basic groups, and each channel has one list. Each has its own pts.

package world

import (
	"slices"

	"github.com/gotd/td/tg"
)

// post adds a message of the caller to its chat and sends it to every account that sees it. random is the caller's random_id or 0. A random_id that
// was used before posts nothing: the caller gets its first message again.
func (c *call) post(m *message, random int64) {
	if first, used := c.me.Sent[random]; used {
		c.repeat(first, random)
		return
	}
	c.Last.UID++
	m.UID = c.Last.UID
	if m.Date == 0 {
		m.Date = c.now()
	}
	if m.Sender == 0 {
		m.Sender = c.me.ID
	}
	if m.Peer.Kind == PeerChannel {
		c.postChannel(c.Channels[m.Peer.ID], m, random)
		c.noteSlow(m)
		c.remember(random, sent{Channel: m.Peer.ID, ID: m.ID})
		return
	}
	m.Copies = map[int64]int{}
	c.Messages[m.UID] = m
	c.put(c.me, m, random)
	c.remember(random, sent{ID: m.Copies[c.me.ID]})
	switch m.Peer.Kind {
	case PeerUser:
		if to := c.Accounts[m.Peer.ID]; to != c.me {
			c.put(to, m, 0)
		}
	case PeerGroup:
		for id, member := range c.Groups[m.Peer.ID].Members {
			if a := c.Accounts[id]; member.in() && a != c.me && c.sees(a, m, member) {
				c.put(a, m, 0)
			}
		}
	case PeerChannel: // one copy for all
	}
}

// put adds m to a box.
func (c *call) put(a *account, m *message, random int64) {
	a.LastID++
	id := a.LastID
	a.Box[id] = m.UID
	m.Copies[a.ID] = id
	d := a.dialog(m.chat(a.ID))
	d.IDs = append(d.IDs, id)
	if m.Sender == a.ID {
		d.ReadInbox = id
	}
	pts := a.log(event{Count: 1, Kind: eventNew, IDs: []int{id}}, c.o.LogCap)
	c.confirm(a, id, random)
	c.emit(a, func(g *gathered) tg.UpdateClass {
		return &tg.UpdateNewMessage{Message: c.view(m, id, g), Pts: pts, PtsCount: 1}
	})
	c.notice(a, m, id)
	if over := len(d.IDs) - c.o.HistoryCap; over > c.o.HistoryCap/10 {
		for _, old := range d.IDs[:over] {
			c.unbox(a, old)
		}
		d.IDs = slices.Clone(d.IDs[over:])
	}
}

func (c *call) postChannel(ch *channel, m *message, random int64) {
	ch.LastID++
	m.ID = ch.LastID
	ch.Messages[m.ID] = m
	ch.IDs = append(ch.IDs, m.ID)
	ch.ReadMax[m.Sender] = m.ID
	pts := ch.log(event{Count: 1, Kind: eventNew, IDs: []int{m.ID}}, c.o.LogCap)
	if a := c.Accounts[m.Sender]; a != nil {
		c.confirm(a, m.ID, random)
	}
	c.emitChannel(ch, m, func(g *gathered) tg.UpdateClass {
		return &tg.UpdateNewChannelMessage{Message: c.view(m, m.ID, g), Pts: pts, PtsCount: 1}
	})
	if over := len(ch.IDs) - c.o.HistoryCap; over > c.o.HistoryCap/10 {
		for _, old := range ch.IDs[:over] {
			delete(ch.Messages, old)
		}
		ch.IDs = slices.Clone(ch.IDs[over:])
	}
}

// emitChannel sends an update of m to the members who see m.
func (c *call) emitChannel(ch *channel, m *message, build func(*gathered) tg.UpdateClass) {
	for id, member := range ch.Members {
		if a := c.Accounts[id]; member.in() && c.sees(a, m, member) {
			c.emit(a, build)
			c.notice(a, m, m.ID)
		}
	}
}

// confirm sends the sender the id of its message.
func (c *call) confirm(a *account, id int, random int64) {
	if a == c.me && random != 0 {
		c.updates = append(c.updates, &tg.UpdateMessageID{ID: id, RandomID: random})
	}
}

// sentMessage returns the message of an earlier send, or nil if it was deleted.
func (c *call) sentMessage(s sent) *message {
	if s.Channel != 0 {
		return c.Channels[s.Channel].Messages[s.ID]
	}
	return c.Messages[c.me.Box[s.ID]]
}

// repeat answers a repeated random_id as Telegram does: with the first message, which counts nothing in the pts.
func (c *call) repeat(first sent, random int64) {
	m := c.sentMessage(first)
	c.updates = append(c.updates, &tg.UpdateMessageID{ID: first.ID, RandomID: random})
	view := c.view(m, first.ID, c.people)
	if first.Channel != 0 {
		c.updates = append(c.updates, &tg.UpdateNewChannelMessage{Message: view, Pts: c.Channels[first.Channel].Pts})
		return
	}
	c.updates = append(c.updates, &tg.UpdateNewMessage{Message: view, Pts: c.me.Pts})
}

// maxRandom is the number of random ids that are kept for an account.
const maxRandom = 100_000

func (c *call) remember(random int64, s sent) {
	if random == 0 {
		return
	}
	c.me.Sent[random] = s
	c.me.RandomAt = append(c.me.RandomAt, random)
	if len(c.me.RandomAt) > maxRandom {
		delete(c.me.Sent, c.me.RandomAt[0])
		c.me.RandomAt = c.me.RandomAt[1:]
	}
}

// unbox deletes an account's copy of a message, and the message with its last copy.
func (w *World) unbox(a *account, id int) {
	uid := a.Box[id]
	delete(a.Box, id)
	if m := w.Messages[uid]; m != nil {
		delete(m.Copies, a.ID)
		if len(m.Copies) == 0 {
			delete(w.Messages, uid)
		}
	}
}

func (a *account) dialog(p Peer) *dialog {
	d := a.Dialogs[p]
	if d == nil {
		d = &dialog{}
		a.Dialogs[p] = d
	}
	return d
}

// log adds an event to an account's log and returns the pts after it.
func (a *account) log(e event, limit int) int {
	a.Pts += e.Count
	e.Pts = a.Pts
	a.Log, a.LogFrom = appendEvent(a.Log, a.LogFrom, e, limit)
	return a.Pts
}

func (ch *channel) log(e event, limit int) int {
	ch.Pts += e.Count
	e.Pts = ch.Pts
	ch.Log, ch.LogFrom = appendEvent(ch.Log, ch.LogFrom, e, limit)
	return ch.Pts
}

// appendEvent appends an event and drops the oldest ones, many at a time. from is the pts before the first event that is kept.
func appendEvent(log []event, from int, e event, limit int) ([]event, int) {
	log = append(log, e)
	if over := len(log) - limit; over > limit/10 {
		from = log[over-1].Pts
		log = slices.Clone(log[over:])
	}
	return log, from
}

// find returns the message of a chat by the caller's id, or nil.
func (c *call) find(p Peer, id int) *message {
	if p.Kind == PeerChannel {
		ch := c.Channels[p.ID]
		m := ch.Messages[id]
		if m == nil || !c.sees(c.me, m, ch.Members[c.me.ID]) {
			return nil
		}
		return m
	}
	m := c.Messages[c.me.Box[id]]
	if m == nil || m.chat(c.me.ID) != p {
		return nil
	}
	return m
}
