// The chat list of an account, and pinned messages.

package world

import (
	"cmp"
	"slices"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (w *World) routeDialogs(d *tg.ServerDispatcher) {
	d.OnMessagesGetDialogs(on(w, (*call).getDialogs))
	d.OnMessagesGetPeerDialogs(on(w, (*call).getPeerDialogs))
	d.OnMessagesGetPinnedDialogs(on(w, (*call).getPinnedDialogs))
}

// The folders of the chat list.
const (
	mainFolder    = 0
	archiveFolder = 1
)

// entry is a chat of the chat list with its last message.
type entry struct {
	peer Peer
	top  *message
	id   int
	date int
}

func (c *call) entries() []entry {
	var list []entry
	for p, d := range c.me.Dialogs {
		if n := len(d.IDs); n > 0 {
			m := c.Messages[c.me.Box[d.IDs[n-1]]]
			list = append(list, entry{peer: p, top: m, id: d.IDs[n-1], date: m.Date})
		}
	}
	for id := range c.me.Joined {
		list = append(list, c.channelEntry(c.Channels[id]))
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.date, a.date), cmp.Compare(b.id, a.id), cmp.Compare(a.peer.ID, b.peer.ID))
	})
	return list
}

func (c *call) channelEntry(ch *channel) entry {
	e := entry{peer: ChannelPeer(ch.ID), date: ch.Date}
	if n := len(ch.IDs); n > 0 {
		e.id = ch.IDs[n-1]
		e.top = ch.Messages[e.id]
		e.date = e.top.Date
	}
	return e
}

func (c *call) getDialogs(r *tg.MessagesGetDialogsRequest) (tg.MessagesDialogsClass, error) {
	all := c.entries()
	switch folder, _ := r.GetFolderID(); folder {
	case mainFolder:
	case archiveFolder: // no chat can be moved there
		all = nil
	default:
		return nil, tgerr.New(400, "FOLDER_ID_INVALID")
	}
	from := 0
	if r.OffsetDate > 0 {
		from = slices.IndexFunc(all, func(e entry) bool {
			return e.date < r.OffsetDate || e.date == r.OffsetDate && e.id < r.OffsetID
		})
		if from < 0 {
			from = len(all)
		}
	}
	some := all[from:min(len(all), from+pageSize(r.Limit))]
	dialogs, messages := c.viewEntries(some)
	if len(some) == len(all) {
		return &tg.MessagesDialogs{Dialogs: dialogs, Messages: messages, Users: c.people.userList(), Chats: c.people.chatList()}, nil
	}
	return &tg.MessagesDialogsSlice{
		Count: len(all), Dialogs: dialogs, Messages: messages, Users: c.people.userList(), Chats: c.people.chatList(),
	}, nil
}

func (c *call) viewEntries(list []entry) ([]tg.DialogClass, []tg.MessageClass) {
	dialogs, messages := []tg.DialogClass{}, []tg.MessageClass{}
	for _, e := range list {
		c.people.add(e.peer)
		dialogs = append(dialogs, c.viewDialog(e))
		if e.top != nil {
			messages = append(messages, c.view(e.top, e.id, c.people))
		}
	}
	return dialogs, messages
}

func (c *call) viewDialog(e entry) *tg.Dialog {
	d := &tg.Dialog{Peer: e.peer.tg(), TopMessage: e.id}
	if e.peer.Kind == PeerChannel {
		ch := c.Channels[e.peer.ID]
		d.SetPts(ch.Pts)
		d.ReadInboxMaxID = ch.ReadMax[c.me.ID]
		d.UnreadCount = len(ch.IDs) - 1 - last(ch.IDs, d.ReadInboxMaxID)
		d.ReadOutboxMaxID = ch.LastID
		return d
	}
	if own := c.me.Dialogs[e.peer]; own != nil {
		d.ReadInboxMaxID, d.ReadOutboxMaxID = own.ReadInbox, own.ReadMine
		d.UnreadCount = len(own.IDs) - 1 - last(own.IDs, own.ReadInbox)
	}
	return d
}

func (c *call) getPeerDialogs(peers []tg.InputDialogPeerClass) (*tg.MessagesPeerDialogs, error) {
	all := c.entries()
	var some []entry
	for _, in := range peers {
		named, ok := in.(*tg.InputDialogPeer)
		if !ok {
			continue
		}
		p, err := c.peer(named.Peer)
		if err != nil {
			return nil, err
		}
		if at := slices.IndexFunc(all, func(e entry) bool { return e.peer == p }); at >= 0 {
			some = append(some, all[at])
		}
	}
	return c.peerDialogs(some), nil
}

func (c *call) getPinnedDialogs(int) (*tg.MessagesPeerDialogs, error) { return c.peerDialogs(nil), nil }

func (c *call) peerDialogs(some []entry) *tg.MessagesPeerDialogs {
	dialogs, messages := c.viewEntries(some)
	return &tg.MessagesPeerDialogs{
		Dialogs: dialogs, Messages: messages, Users: c.people.userList(), Chats: c.people.chatList(), State: c.stateOf(c.me),
	}
}

func (c *call) pinMessage(r *tg.MessagesUpdatePinnedMessageRequest) (tg.UpdatesClass, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	m := c.find(p, r.ID)
	switch {
	case m == nil:
		return nil, tgerr.New(400, "MESSAGE_ID_INVALID")
	case m.Pinned != r.Unpin:
		return nil, tgerr.New(400, "CHAT_NOT_MODIFIED")
	case !c.mayPin(p):
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	m.Pinned = !r.Unpin
	kind := eventPin
	if r.Unpin {
		kind = eventUnpin
	}
	if p.Kind == PeerChannel {
		ch := c.Channels[p.ID]
		ch.Pinned = 0
		if m.Pinned {
			ch.Pinned = m.ID
		}
		pts := ch.log(event{Count: 1, Kind: kind, IDs: []int{m.ID}}, c.o.LogCap)
		c.emitChannel(ch, m, func(g *gathered) tg.UpdateClass {
			g.add(p)
			return &tg.UpdatePinnedChannelMessages{Pinned: m.Pinned, ChannelID: ch.ID, Messages: []int{m.ID}, Pts: pts, PtsCount: 1}
		})
		return c.answer(), nil
	}
	for account, id := range m.Copies {
		a, chat := c.Accounts[account], m.chat(account)
		pts := a.log(event{Count: 1, Kind: kind, IDs: []int{id}, Peer: chat}, c.o.LogCap)
		c.emit(a, func(g *gathered) tg.UpdateClass {
			g.add(chat)
			return &tg.UpdatePinnedMessages{Pinned: m.Pinned, Peer: chat.tg(), Messages: []int{id}, Pts: pts, PtsCount: 1}
		})
	}
	return c.answer(), nil
}

func (c *call) mayPin(p Peer) bool {
	need := tg.ChatAdminRights{PinMessages: true}
	switch p.Kind {
	case PeerGroup:
		return c.Groups[p.ID].Members[c.me.ID].may(need)
	case PeerChannel:
		ch := c.Channels[p.ID]
		if ch.Broadcast {
			need = tg.ChatAdminRights{EditMessages: true}
		}
		return ch.Members[c.me.ID].may(need)
	case PeerUser:
	}
	return true
}
