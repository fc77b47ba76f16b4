// Forwards, with the header that names the source.

package world

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (c *call) forwardMessages(r *tg.MessagesForwardMessagesRequest) (tg.UpdatesClass, error) {
	from, err := c.peer(r.FromPeer)
	if err != nil {
		return nil, err
	}
	switch {
	case len(r.ID) == 0:
		return nil, tgerr.New(400, "MESSAGE_IDS_EMPTY")
	case len(r.RandomID) != len(r.ID):
		return nil, tgerr.New(400, "RANDOM_ID_INVALID")
	}
	to, err := c.peer(r.ToPeer)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(checkIDs(len(r.ID)), c.maySchedule(r.ScheduleDate), c.mayForward(to, len(r.ID))); err != nil {
		return nil, err
	}
	list := make([]*message, len(r.ID))
	for i, id := range r.ID {
		source := c.find(from, id)
		if source == nil || source.Action != nil {
			return nil, tgerr.New(400, "MESSAGE_ID_INVALID")
		}
		if c.protected(source) {
			return nil, tgerr.New(400, "CHAT_FORWARDS_RESTRICTED")
		}
		if list[i], err = c.draft(r.ToPeer, r.ReplyTo, r.RandomID[i]); err != nil {
			return nil, err
		}
		c.copyInto(list[i], source, !r.DropAuthor)
		if r.DropMediaCaptions && source.File != 0 {
			list[i].Text, list[i].Entities = "", nil
		}
		if err := c.maySend(list[i]); err != nil {
			return nil, err
		}
		list[i].Silent, list[i].Protected = r.Silent, r.Noforwards
	}
	c.regroup(list)
	for i, m := range list {
		c.post(m, r.RandomID[i])
	}
	return c.answer(), nil
}

// maySend applies the chat's restrictions to a message's content.
func (c *call) maySend(m *message) error {
	if f := c.Files[m.File]; f != nil {
		return c.maySendFile(m.Peer, f)
	}
	return c.maySendText(m.Peer)
}

// copyInto makes m a copy of source, with its first author if named is true.
func (c *call) copyInto(m, source *message, named bool) {
	m.Text, m.Entities, m.File, m.Album = source.Text, source.Entities, source.File, source.Album
	c.forwarded(m, source)
	if !named {
		return
	}
	m.Via = source.Via
	f := forward{From: source.sender(), Date: source.Date}
	switch {
	case source.Forward != nil:
		f = *source.Forward
		f.Saved, f.SavedID = Peer{}, 0
	case source.Post:
		f.From, f.Post = source.Peer, source.ID
	case c.Accounts[source.Sender].HidesForwards:
		author := c.Accounts[source.Sender]
		f.From, f.Name = Peer{}, strings.TrimSpace(author.First+" "+author.Last)
	}
	if m.Peer == UserPeer(c.me.ID) {
		f.Saved, f.SavedID = source.chat(c.me.ID), source.idFor(c.me.ID)
	}
	m.Forward = &f
}

// regroup gives forwarded albums new numbers.
func (c *call) regroup(list []*message) {
	renamed := map[int64]int64{}
	for _, m := range list {
		if m.Album == 0 {
			continue
		}
		if renamed[m.Album] == 0 {
			c.Last.Album++
			renamed[m.Album] = c.Last.Album
		}
		m.Album = renamed[m.Album]
	}
}

// HideForwards sets a person's privacy: forwards of their messages have only the name, or a link to the account again.
func (w *World) HideForwards(userID int64, hide bool) error {
	w.mu.Lock()
	defer w.unlock()
	a := w.Accounts[userID]
	if a == nil {
		return errNoAccount
	}
	a.HidesForwards = hide
	return nil
}

// Forward forwards a message that an account sees to another chat and returns its id there.
func (w *World) Forward(as int64, from Peer, id int, to Peer) (int, error) {
	return w.send(as, to, func(c *call, m *message) error {
		if !w.exists(from) {
			return errNoChat
		}
		source := c.find(from, id)
		if source == nil {
			return fmt.Errorf("forward %d: %w", id, errNoMessage)
		}
		if c.protected(source) {
			return tgerr.New(400, "CHAT_FORWARDS_RESTRICTED")
		}
		c.copyInto(m, source, true)
		m.Album = 0
		return nil
	})
}
