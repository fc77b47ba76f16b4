// Messages and their rendering for a viewer.

package world

import (
	"cmp"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
)

// message is one message for all viewers. In private chats and basic groups each account has its own id of it.
type message struct {
	UID                      int64
	ID                       int   // in a channel; boxes have their own
	Sender                   int64 // the account that wrote it
	As                       Peer  // the chat that is shown as the sender; zero: the account itself
	Topic                    int   // of a forum; 0: General
	Protected                bool  // cannot be forwarded or saved
	Peer                     Peer  // the chat; for private chats, the receiver
	Post                     bool  // signed by the channel
	Date, Edited             int
	EditHidden               bool
	Text                     string
	Entities, Markup, Action []byte // TL; Action makes it a service message
	File                     int64
	Venue                    []byte // TL of a venue or of a contact
	Invoice                  *invoice
	Slug                     string // of the link that a service message of a payment is about
	Album                    int64
	Reply                    int64 // uid of the answered message
	ReplyID                  int   // its id, in channels
	Forward                  *forward
	Via                      int64 // the inline bot
	Silent, Pinned           bool
	Copies                   map[int64]int // account -> id in its box
}

// forward is the source of a forwarded message.
type forward struct {
	From    Peer
	Name    string // if the author is hidden
	Date    int
	Post    int // id in the channel
	Saved   Peer
	SavedID int
}

// chat returns the viewer's dialog with the message.
func (m *message) chat(viewer int64) Peer {
	if m.Peer.Kind == PeerUser && m.Sender != viewer {
		return UserPeer(m.Sender)
	}
	return m.Peer
}

// view renders m for the viewer of g under the given id.
func (w *World) view(m *message, id int, g *gathered) tg.MessageClass {
	viewer := g.viewer.ID
	chat := m.chat(viewer)
	g.add(chat)
	g.addSeen(UserPeer(m.Via))
	if !m.Post {
		g.addSeen(m.sender())
	}
	out := m.Sender == viewer
	if m.Action != nil {
		return w.viewService(m, id, g)
	}
	v := &tg.Message{
		ID: id, Out: out, PeerID: chat.tg(), Date: m.Date, Message: m.Text, Silent: m.Silent, Post: m.Post, Pinned: m.Pinned,
		EditHide: m.EditHidden, Noforwards: m.Protected, Mentioned: !out && !m.Post && chat.Kind != PeerUser && w.answersTo(m, viewer),
	}
	// As on Telegram, a received message in a private chat has no from_id, because the chat is the sender.
	if !m.Post && (out || chat.Kind != PeerUser) {
		v.SetFromID(m.sender().tg())
	}
	if m.Post {
		v.SetViews(1)
		v.SetForwards(0)
	}
	if m.Via != 0 {
		v.SetViaBotID(m.Via)
	}
	if list := decodeEntities(m.Entities); len(list) > 0 {
		for _, e := range list {
			if named, ok := e.(*tg.MessageEntityMentionName); ok {
				g.addSeen(UserPeer(named.UserID))
			}
		}
		v.SetEntities(list)
	}
	if k := decodeMarkup(m.Markup); k != nil {
		v.SetReplyMarkup(k)
	}
	if m.Edited != 0 {
		v.SetEditDate(m.Edited)
	}
	if f := w.Files[m.File]; f != nil {
		v.SetMedia(w.viewMedia(g.viewer, f))
	}
	if m.Venue != nil {
		if place, err := tg.DecodeMessageMedia(&bin.Buffer{Buf: m.Venue}); err == nil {
			v.SetMedia(place)
		}
	}
	if m.Invoice != nil {
		v.SetMedia(w.viewInvoice(viewer, m.Invoice))
	}
	if m.Album != 0 {
		v.SetGroupedID(m.Album)
	}
	if r := w.viewReply(m, viewer); r != nil {
		v.SetReplyTo(r)
	}
	if m.Forward != nil {
		v.SetFwdFrom(m.Forward.tg(g))
	}
	return v
}

func (w *World) viewService(m *message, id int, g *gathered) tg.MessageClass {
	action, err := tg.DecodeMessageAction(&bin.Buffer{Buf: m.Action})
	if err != nil {
		return &tg.MessageEmpty{ID: id}
	}
	switch a := action.(type) {
	case *tg.MessageActionChatAddUser:
		for _, u := range a.Users {
			g.addSeen(UserPeer(u))
		}
	case *tg.MessageActionChatCreate:
		for _, u := range a.Users {
			g.addSeen(UserPeer(u))
		}
	case *tg.MessageActionChatDeleteUser:
		g.addSeen(UserPeer(a.UserID))
	case *tg.MessageActionChatMigrateTo:
		g.add(ChannelPeer(a.ChannelID))
	case *tg.MessageActionChannelMigrateFrom:
		g.add(GroupPeer(a.ChatID))
	}
	v := &tg.MessageService{
		ID: id, Out: m.Sender == g.viewer.ID, PeerID: m.chat(g.viewer.ID).tg(), Date: m.Date, Action: forPayer(action, m.Slug, g.viewer), Post: m.Post,
	}
	if !m.Post {
		v.SetFromID(m.sender().tg())
	}
	if r := w.viewReply(m, g.viewer.ID); r != nil {
		v.SetReplyTo(r)
	}
	return v
}

// viewReply renders the reference to the answered message with the viewer's id.
func (w *World) viewReply(m *message, viewer int64) tg.MessageReplyHeaderClass {
	id := m.ReplyID
	if m.Reply != 0 {
		if answered := w.Messages[m.Reply]; answered != nil {
			id = answered.Copies[viewer]
		}
	}
	if m.Topic != 0 && m.Topic != m.ID {
		h := &tg.MessageReplyHeader{ForumTopic: true}
		if h.SetReplyToMsgID(cmp.Or(id, m.Topic)); id != 0 && id != m.Topic {
			h.SetReplyToTopID(m.Topic)
		}
		return h
	}
	if id == 0 {
		return nil
	}
	h := &tg.MessageReplyHeader{}
	h.SetReplyToMsgID(id)
	return h
}

// sender returns the peer that is shown as the author.
func (m *message) sender() Peer {
	if m.As.ID != 0 {
		return m.As
	}
	return UserPeer(m.Sender)
}

func (f *forward) tg(g *gathered) tg.MessageFwdHeader {
	h := tg.MessageFwdHeader{Date: f.Date}
	if f.From.ID != 0 {
		g.addSeen(f.From)
		h.SetFromID(f.From.tg())
	}
	if f.Name != "" {
		h.SetFromName(f.Name)
	}
	if f.Post != 0 {
		h.SetChannelPost(f.Post)
	}
	if f.Saved.ID != 0 {
		g.addSeen(f.Saved)
		h.SetSavedFromPeer(f.Saved.tg())
		h.SetSavedFromMsgID(f.SavedID)
	}
	return h
}
