// Reading: history by pages, messages by id, search, and read marks.

package world

import (
	"slices"
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// maxPage is the longest page of a history.
const maxPage = 100

// pageSize returns the length of a page for a requested limit.
func pageSize(asked int) int {
	if asked <= 0 || asked > maxPage {
		return maxPage
	}
	return asked
}

func (w *World) routeReading(d *tg.ServerDispatcher) {
	d.OnMessagesGetMessages(on(w, (*call).getMessages))
	d.OnChannelsGetMessages(on(w, (*call).getChannelMessages))
	d.OnMessagesGetHistory(on(w, (*call).getHistory))
	d.OnMessagesSearch(on(w, (*call).search))
	d.OnMessagesReadHistory(on(w, (*call).readHistory))
	d.OnChannelsReadHistory(on(w, (*call).readChannelHistory))
	d.OnMessagesReadMessageContents(on(w, (*call).readContents))
	d.OnChannelsReadMessageContents(on(w, (*call).readChannelContents))
	d.OnMessagesReceivedMessages(on(w, (*call).received))
}

// maxIDs is the number of messages that one call may name.
const maxIDs = 100

func checkIDs(n int) error {
	if n > maxIDs {
		return tgerr.New(400, "LIMIT_INVALID")
	}
	return nil
}

func (c *call) getMessages(ids []tg.InputMessageClass) (tg.MessagesMessagesClass, error) {
	if err := checkIDs(len(ids)); err != nil {
		return nil, err
	}
	list := make([]tg.MessageClass, 0, len(ids))
	for _, in := range ids {
		list = append(list, c.lookup(in, func(id int) *message { return c.Messages[c.me.Box[id]] }))
	}
	return &tg.MessagesMessages{Messages: list, Users: c.people.userList(), Chats: c.people.chatList()}, nil
}

func (c *call) getChannelMessages(r *tg.ChannelsGetMessagesRequest) (tg.MessagesMessagesClass, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return nil, err
	}
	if err := checkIDs(len(r.ID)); err != nil {
		return nil, err
	}
	p := ChannelPeer(ch.ID)
	c.people.add(p)
	list := make([]tg.MessageClass, 0, len(r.ID))
	for _, in := range r.ID {
		list = append(list, c.lookup(in, func(id int) *message { return c.find(p, id) }))
	}
	return c.channelPage(ch, list, len(list)), nil
}

// lookup renders the message that an InputMessage names, or an empty message.
func (c *call) lookup(in tg.InputMessageClass, find func(int) *message) tg.MessageClass {
	switch in := in.(type) {
	case *tg.InputMessageID:
		if m := find(in.ID); m != nil {
			return c.view(m, in.ID, c.people)
		}
		return &tg.MessageEmpty{ID: in.ID}
	case *tg.InputMessageReplyTo:
		m := find(in.ID)
		if m != nil && m.ReplyID != 0 {
			if answered := find(m.ReplyID); answered != nil {
				return c.view(answered, m.ReplyID, c.people)
			}
		}
		if m != nil && m.Reply != 0 {
			if answered := c.Messages[m.Reply]; answered != nil && answered.Copies[c.me.ID] != 0 {
				return c.view(answered, answered.Copies[c.me.ID], c.people)
			}
		}
	case *tg.InputMessagePinned:
	}
	return &tg.MessageEmpty{}
}

func (c *call) channelPage(ch *channel, list []tg.MessageClass, total int) *tg.MessagesChannelMessages {
	return &tg.MessagesChannelMessages{
		Pts: ch.Pts, Count: total, Messages: list, Users: c.people.userList(), Chats: c.people.chatList(),
	}
}

// page is the requested part of a history, by messages.getHistory or messages.search.
type page struct{ OffsetID, OffsetDate, AddOffset, Limit, MaxID, MinID int }

func (c *call) getHistory(r *tg.MessagesGetHistoryRequest) (tg.MessagesMessagesClass, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	at := page{OffsetID: r.OffsetID, OffsetDate: r.OffsetDate, AddOffset: r.AddOffset, Limit: r.Limit, MaxID: r.MaxID, MinID: r.MinID}
	return c.pageOf(p, c.idsOf(p), at), nil
}

func (c *call) search(r *tg.MessagesSearchRequest) (tg.MessagesMessagesClass, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	q := strings.ToLower(r.Q)
	ids := slices.DeleteFunc(slices.Clone(c.idsOf(p)), func(id int) bool {
		m := c.find(p, id)
		return m == nil || m.Action != nil || !strings.Contains(strings.ToLower(m.Text), q) || !c.passes(m, r.Filter)
	})
	at := page{OffsetID: r.OffsetID, AddOffset: r.AddOffset, Limit: r.Limit, MaxID: r.MaxID, MinID: r.MinID}
	return c.pageOf(p, ids, at), nil
}

// passes applies a filter of messages.search. Filters that do not concern files pass every message.
func (c *call) passes(m *message, filter tg.MessagesFilterClass) bool {
	f := c.Files[m.File]
	switch filter.(type) {
	case *tg.InputMessagesFilterDocument:
		return f != nil && !f.Photo
	case *tg.InputMessagesFilterPhotos:
		return f != nil && f.Photo
	case *tg.InputMessagesFilterVideo:
		return f != nil && strings.HasPrefix(f.Mime, "video/")
	case *tg.InputMessagesFilterPhotoVideo:
		return f != nil && (f.Photo || strings.HasPrefix(f.Mime, "video/"))
	case *tg.InputMessagesFilterMusic:
		return f != nil && strings.HasPrefix(f.Mime, "audio/")
	case *tg.InputMessagesFilterPinned:
		return m.Pinned
	}
	return true
}

// idsOf lists the messages that the caller has in a chat, oldest first.
func (c *call) idsOf(p Peer) []int {
	if p.Kind == PeerChannel {
		return c.Channels[p.ID].IDs
	}
	if d := c.me.Dialogs[p]; d != nil {
		return d.IDs
	}
	return nil
}

// pageOf returns a page of the ascending ids, the newest first.
func (c *call) pageOf(p Peer, ids []int, at page) tg.MessagesMessagesClass {
	end := len(ids) // number of messages before the offset
	if at.OffsetID > 0 {
		end, _ = slices.BinarySearch(ids, at.OffsetID)
	} else if at.OffsetDate > 0 {
		end, _ = slices.BinarySearchFunc(ids, at.OffsetDate, func(id, date int) int { return c.find(p, id).Date - date })
	}
	limit := pageSize(at.Limit)
	end = min(max(end-at.AddOffset, 0), len(ids))
	list := []tg.MessageClass{}
	for i := end - 1; i >= max(end-limit, 0); i-- {
		id := ids[i]
		if at.MaxID > 0 && id >= at.MaxID || id <= at.MinID {
			continue
		}
		if m := c.find(p, id); m != nil {
			list = append(list, c.view(m, id, c.people))
		}
	}
	c.people.add(p)
	if p.Kind == PeerChannel {
		return c.channelPage(c.Channels[p.ID], list, len(ids))
	}
	if len(list) == len(ids) {
		return &tg.MessagesMessages{Messages: list, Users: c.people.userList(), Chats: c.people.chatList()}
	}
	return &tg.MessagesMessagesSlice{Count: len(ids), Messages: list, Users: c.people.userList(), Chats: c.people.chatList()}
}

func (c *call) readHistory(r *tg.MessagesReadHistoryRequest) (*tg.MessagesAffectedMessages, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	if p.Kind == PeerChannel {
		return nil, tgerr.New(400, "PEER_ID_INVALID")
	}
	d := c.me.Dialogs[p]
	if d == nil || len(d.IDs) == 0 {
		return &tg.MessagesAffectedMessages{Pts: c.me.Pts}, nil
	}
	upTo := d.IDs[len(d.IDs)-1]
	if r.MaxID > 0 {
		upTo = min(upTo, r.MaxID)
	}
	if upTo <= d.ReadInbox {
		return &tg.MessagesAffectedMessages{Pts: c.me.Pts}, nil
	}
	d.ReadInbox = upTo
	left := len(d.IDs) - 1 - last(d.IDs, upTo)
	pts := c.me.log(event{Count: 1, Kind: eventReadIn, IDs: []int{upTo, left}, Peer: p}, c.o.LogCap)
	c.emit(c.me, func(g *gathered) tg.UpdateClass {
		g.add(p)
		return &tg.UpdateReadHistoryInbox{Peer: p.tg(), MaxID: upTo, StillUnreadCount: left, Pts: pts, PtsCount: 1}
	})
	c.tellRead(p, d, upTo)
	return &tg.MessagesAffectedMessages{Pts: pts, PtsCount: 1}, nil
}

// last returns the index of the last id that is not above limit.
func last(ids []int, limit int) int {
	at, found := slices.BinarySearch(ids, limit)
	if found {
		return at
	}
	return at - 1
}

// tellRead sends a read receipt to the writer of the last message that was read, unless it is a bot.
func (c *call) tellRead(p Peer, d *dialog, upTo int) {
	if p.Kind != PeerUser || p.ID == c.me.ID || c.Accounts[p.ID].Bot != nil {
		return
	}
	other := c.Accounts[p.ID]
	for i := last(d.IDs, upTo); i >= 0; i-- {
		m := c.Messages[c.me.Box[d.IDs[i]]]
		if m.Sender != other.ID {
			continue
		}
		id, mine := m.Copies[other.ID], UserPeer(c.me.ID)
		od := other.dialog(mine)
		if id <= od.ReadMine {
			return
		}
		od.ReadMine = id
		pts := other.log(event{Count: 1, Kind: eventReadOut, IDs: []int{id}, Peer: mine}, c.o.LogCap)
		c.emit(other, func(g *gathered) tg.UpdateClass {
			g.add(mine)
			return &tg.UpdateReadHistoryOutbox{Peer: mine.tg(), MaxID: id, Pts: pts, PtsCount: 1}
		})
		return
	}
}

func (c *call) readChannelHistory(r *tg.ChannelsReadHistoryRequest) (bool, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return false, err
	}
	upTo := r.MaxID
	if upTo <= 0 || upTo > ch.LastID {
		upTo = ch.LastID
	}
	ch.ReadMax[c.me.ID] = max(ch.ReadMax[c.me.ID], upTo)
	return true, nil
}

func (c *call) readContents([]int) (*tg.MessagesAffectedMessages, error) {
	return &tg.MessagesAffectedMessages{Pts: c.me.Pts}, nil
}

func (c *call) readChannelContents(*tg.ChannelsReadMessageContentsRequest) (bool, error) {
	return true, nil
}

func (c *call) received(int) ([]tg.ReceivedNotifyMessage, error) { return nil, nil }
