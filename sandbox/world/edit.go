// Edits of messages.

package world

import (
	"bytes"
	"fmt"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// editWindow is the number of seconds in which people may edit their messages, and bots delete theirs. Bots and channel admins may always edit.
const editWindow = 172_800

func (c *call) editMessage(r *tg.MessagesEditMessageRequest) (tg.UpdatesClass, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	m := c.find(p, r.ID)
	if m == nil || m.Action != nil {
		return nil, tgerr.New(400, "MESSAGE_ID_INVALID")
	}
	if err := c.mayEdit(m); err != nil {
		return nil, err
	}
	text, given := r.GetMessage()
	e := edit{Text: text, Given: given, Entities: r.Entities, Markup: r.ReplyMarkup, Media: r.Media}
	if err := c.apply(m, e); err != nil {
		return nil, err
	}
	return c.answer(), nil
}

func (c *call) mayEdit(m *message) error {
	if m.Peer.Kind == PeerGroup && c.Groups[m.Peer.ID].MigratedTo != 0 {
		return tgerr.New(400, "PEER_ID_INVALID")
	}
	if m.Peer.Kind == PeerChannel {
		ch := c.Channels[m.Peer.ID]
		standing := ch.Members[c.me.ID]
		if !standing.in() {
			return tgerr.New(400, "CHANNEL_PRIVATE")
		}
		if m.Post {
			if m.Sender == c.me.ID && standing.may(tg.ChatAdminRights{PostMessages: true}) ||
				standing.may(tg.ChatAdminRights{EditMessages: true}) {
				return nil
			}
			return tgerr.New(400, "CHAT_ADMIN_REQUIRED")
		}
	}
	switch {
	case m.Sender != c.me.ID || m.Via != 0 && c.me.Bot != nil:
		return tgerr.New(403, "MESSAGE_AUTHOR_REQUIRED")
	case m.Forward != nil:
		return tgerr.New(400, "MESSAGE_ID_INVALID")
	case c.me.Bot == nil && c.now()-m.Date > editWindow:
		return tgerr.New(400, "MESSAGE_EDIT_TIME_EXPIRED")
	}
	return nil
}

// edit is the new content of a message. Given means that it has a text, which may be empty.
type edit struct {
	Text     string
	Given    bool
	Entities []tg.MessageEntityClass
	Markup   tg.ReplyMarkupClass
	Media    tg.InputMediaClass
}

// apply changes m. It fails if nothing would change. A bot's edit without a keyboard removes the keyboard.
func (c *call) apply(m *message, e edit) error {
	after := *m
	var err error
	if e.Media != nil {
		f, err := c.media(e.Media)
		if err != nil {
			return err
		}
		after.File = f.ID
		e.Given = true
	}
	if e.Given {
		limit, tooLong := maxText, "MESSAGE_TOO_LONG"
		if after.File != 0 {
			limit, tooLong = c.captionLimit(), "MEDIA_CAPTION_TOO_LONG"
		}
		if after.Text, after.Entities, err = c.text(e.Text, e.Entities, limit, tooLong); err != nil {
			return err
		}
		if after.Text == "" && after.File == 0 {
			return tgerr.New(400, "MESSAGE_EMPTY")
		}
	}
	if c.me.Bot != nil {
		if after.Markup, err = c.markup(e.Markup, m.Peer.Kind == PeerUser); err != nil {
			return err
		}
	}
	same := after.Text == m.Text && bytes.Equal(after.Entities, m.Entities) && after.File == m.File
	if same && bytes.Equal(after.Markup, m.Markup) {
		return tgerr.New(400, "MESSAGE_NOT_MODIFIED")
	}
	// An edit of only the keyboard does not mark the message as edited.
	after.EditHidden = same && (m.Edited == 0 || m.EditHidden)
	after.Edited = c.now()
	*m = after
	c.spread(m)
	return nil
}

// spread sends the edit to every account that sees m.
func (c *call) spread(m *message) {
	if m.Peer.Kind == PeerChannel {
		ch := c.Channels[m.Peer.ID]
		pts := ch.log(event{Count: 1, Kind: eventEdit, IDs: []int{m.ID}}, c.o.LogCap)
		c.emitChannel(ch, m, func(g *gathered) tg.UpdateClass {
			return &tg.UpdateEditChannelMessage{Message: c.view(m, m.ID, g), Pts: pts, PtsCount: 1}
		})
		return
	}
	for account, id := range m.Copies {
		a := c.Accounts[account]
		pts := a.log(event{Count: 1, Kind: eventEdit, IDs: []int{id}}, c.o.LogCap)
		c.emit(a, func(g *gathered) tg.UpdateClass {
			return &tg.UpdateEditMessage{Message: c.view(m, id, g), Pts: pts, PtsCount: 1}
		})
		c.notice(a, m, id)
	}
}

// EditText changes a message's text or caption on behalf of an account.
func (w *World) EditText(as int64, in Peer, id int, text string) error {
	w.mu.Lock()
	defer w.unlock()
	c, err := w.as(as)
	if err != nil {
		return err
	}
	if !w.exists(in) {
		return fmt.Errorf("edit in %v: %w", in, errNoChat)
	}
	m := c.find(in, id)
	if m == nil {
		return fmt.Errorf("edit %d in %v: %w", id, in, errNoMessage)
	}
	if err := c.mayEdit(m); err != nil {
		return fmt.Errorf("edit %d in %v: %w", id, in, err)
	}
	if err := c.apply(m, edit{Text: text, Given: true}); err != nil {
		return fmt.Errorf("edit %d in %v: %w", id, in, err)
	}
	return nil
}

// EditCaption changes the caption of a channel's post as the channel's creator.
func (w *World) EditCaption(channelID int64, id int, caption string) error {
	w.mu.Lock()
	creator := w.creatorOf(channelID)
	w.mu.Unlock()
	return w.EditText(creator, ChannelPeer(channelID), id, caption)
}
