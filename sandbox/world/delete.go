// Deletion of messages, for one account or for all.

package world

import (
	"fmt"
	"slices"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (c *call) deleteMessages(r *tg.MessagesDeleteMessagesRequest) (*tg.MessagesAffectedMessages, error) {
	if err := checkIDs(len(r.ID)); err != nil {
		return nil, err
	}
	everywhere := r.Revoke || c.me.Bot != nil
	for _, id := range r.ID {
		if m := c.Messages[c.me.Box[id]]; m != nil && everywhere && !c.mayDelete(m) {
			if c.me.Bot != nil {
				return nil, tgerr.New(403, "MESSAGE_DELETE_FORBIDDEN")
			}
			everywhere = false
		}
	}
	return c.eraseBox(r.ID, everywhere), nil
}

// mayDelete reports whether the caller may delete a message for all accounts. A bot may delete messages of the last 48 hours, and as an admin older
// ones as well.
func (c *call) mayDelete(m *message) bool {
	late := c.me.Bot != nil && c.now()-m.Date > editWindow
	switch m.Peer.Kind {
	case PeerUser:
		return !late
	case PeerGroup:
		return m.Sender == c.me.ID && !late || c.Groups[m.Peer.ID].Members[c.me.ID].may(tg.ChatAdminRights{DeleteMessages: true})
	case PeerChannel:
		standing := c.Channels[m.Peer.ID].Members[c.me.ID]
		if standing.may(tg.ChatAdminRights{DeleteMessages: true}) {
			return true
		}
		return m.Sender == c.me.ID && !late && (!m.Post || standing.may(tg.ChatAdminRights{PostMessages: true}))
	}
	return false
}

// eraseBox removes messages from the caller's box, or with everywhere from all boxes.
func (c *call) eraseBox(ids []int, everywhere bool) *tg.MessagesAffectedMessages {
	gone := map[*account][]int{}
	for _, id := range ids {
		m := c.Messages[c.me.Box[id]]
		if m == nil {
			continue
		}
		if everywhere {
			for account, copied := range m.Copies {
				gone[c.Accounts[account]] = append(gone[c.Accounts[account]], copied)
			}
		} else if copied, ok := m.Copies[c.me.ID]; ok {
			gone[c.me] = append(gone[c.me], copied)
		}
	}
	for a, list := range gone {
		slices.Sort(list)
		list = slices.Compact(list)
		gone[a] = list
		for _, id := range list {
			d := a.Dialogs[c.Messages[a.Box[id]].chat(a.ID)]
			if at, ok := slices.BinarySearch(d.IDs, id); ok {
				d.IDs = slices.Delete(d.IDs, at, at+1)
			}
			c.unbox(a, id)
		}
		pts := a.log(event{Count: len(list), Kind: eventDelete, IDs: list}, c.o.LogCap)
		c.emit(a, func(*gathered) tg.UpdateClass {
			return &tg.UpdateDeleteMessages{Messages: slices.Clone(list), Pts: pts, PtsCount: len(list)}
		})
	}
	return &tg.MessagesAffectedMessages{Pts: c.me.Pts, PtsCount: len(gone[c.me])}
}

func (c *call) deleteChannelMessages(r *tg.ChannelsDeleteMessagesRequest) (*tg.MessagesAffectedMessages, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return nil, err
	}
	if err := checkIDs(len(r.ID)); err != nil {
		return nil, err
	}
	for _, id := range r.ID {
		if m := ch.Messages[id]; m != nil && !c.mayDelete(m) {
			return nil, tgerr.New(403, "MESSAGE_DELETE_FORBIDDEN")
		}
	}
	return c.eraseChannel(ch, r.ID), nil
}

func (c *call) eraseChannel(ch *channel, ids []int) *tg.MessagesAffectedMessages {
	gone := make([]int, 0, len(ids))
	for _, id := range ids {
		if ch.Messages[id] == nil {
			continue
		}
		delete(ch.Messages, id)
		if at, ok := slices.BinarySearch(ch.IDs, id); ok {
			ch.IDs = slices.Delete(ch.IDs, at, at+1)
		}
		gone = append(gone, id)
	}
	if len(gone) == 0 {
		return &tg.MessagesAffectedMessages{Pts: ch.Pts}
	}
	pts := ch.log(event{Count: len(gone), Kind: eventDelete, IDs: gone}, c.o.LogCap)
	for id, member := range ch.Members {
		if member.in() {
			c.emit(c.Accounts[id], func(g *gathered) tg.UpdateClass {
				g.add(ChannelPeer(ch.ID))
				return &tg.UpdateDeleteChannelMessages{ChannelID: ch.ID, Messages: slices.Clone(gone), Pts: pts, PtsCount: len(gone)}
			})
		}
	}
	return &tg.MessagesAffectedMessages{Pts: pts, PtsCount: len(gone)}
}

func (c *call) deleteHistory(r *tg.MessagesDeleteHistoryRequest) (*tg.MessagesAffectedHistory, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	d := c.me.Dialogs[p]
	if d == nil {
		return &tg.MessagesAffectedHistory{Pts: c.me.Pts}, nil
	}
	ids := slices.Clone(d.IDs)
	if r.MaxID != 0 {
		ids = slices.DeleteFunc(ids, func(id int) bool { return id > r.MaxID })
	}
	done := c.eraseBox(ids, r.Revoke && p.Kind == PeerUser)
	return &tg.MessagesAffectedHistory{Pts: done.Pts, PtsCount: done.PtsCount}, nil
}

// DeleteMessages deletes messages for all accounts. The ids are those of the deleting account.
func (w *World) DeleteMessages(as int64, in Peer, ids ...int) error {
	w.mu.Lock()
	defer w.unlock()
	c, err := w.as(as)
	if err != nil {
		return err
	}
	if !w.exists(in) {
		return fmt.Errorf("delete in %v: %w", in, errNoChat)
	}
	if in.Kind == PeerChannel {
		c.eraseChannel(w.Channels[in.ID], ids)
	} else {
		c.eraseBox(ids, true)
	}
	return nil
}
