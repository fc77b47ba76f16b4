// Channels and supergroups: creation and information.

package world

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

var (
	errNoChat    = errors.New("no such chat")
	errNoMessage = errors.New("no such message")
)

func (w *World) routeChannels(d *tg.ServerDispatcher) {
	d.OnChannelsCreateChannel(on(w, (*call).createChannel))
	d.OnChannelsGetChannels(on(w, (*call).getChannels))
	d.OnChannelsGetFullChannel(on(w, (*call).getFullChannel))
	d.OnChannelsUpdateUsername(on(w, (*call).updateChannelUsername))
	d.OnChannelsEditTitle(on(w, (*call).editTitle))
	d.OnChannelsDeleteChannel(on(w, (*call).deleteChannel))
}

func (w *World) exists(p Peer) bool {
	switch p.Kind {
	case PeerUser:
		return w.Accounts[p.ID] != nil
	case PeerGroup:
		return w.Groups[p.ID] != nil
	case PeerChannel:
		return w.Channels[p.ID] != nil
	}
	return false
}

// newChannel makes a channel whose creator is the caller.
func (c *call) newChannel(title string, broadcast bool) *channel {
	c.Last.Channel++
	ch := &channel{
		ID: c.Last.Channel, Title: title, Broadcast: broadcast, Date: c.now(), Pts: 1, LogFrom: 1,
		Members: map[int64]*member{}, Messages: map[int]*message{}, ReadMax: map[int64]int{}, Requests: map[int64]joinRequest{},
	}
	c.Channels[ch.ID] = ch
	ch.Members[c.me.ID] = &member{Date: c.now(), Creator: true, Inviter: c.me.ID}
	c.me.Joined[ch.ID] = true
	c.announce(ChannelPeer(ch.ID), ch.Broadcast, &tg.MessageActionChannelCreate{Title: title})
	return ch
}

// announce posts a service message by the caller.
func (c *call) announce(p Peer, post bool, action tg.MessageActionClass) {
	c.post(&message{Sender: c.me.ID, Peer: p, Post: post, Action: encode(action)}, 0)
}

func (c *call) createChannel(r *tg.ChannelsCreateChannelRequest) (tg.UpdatesClass, error) {
	if strings.TrimSpace(r.Title) == "" {
		return nil, tgerr.New(400, "CHAT_TITLE_EMPTY")
	}
	ch := c.newChannel(r.Title, !r.Megagroup)
	ch.About = r.About
	c.tellChannel(c.me, ch)
	return c.answer(), nil
}

func (c *call) getChannels(ids []tg.InputChannelClass) (tg.MessagesChatsClass, error) {
	list := []tg.ChatClass{}
	for _, in := range ids {
		ch, err := c.channel(in)
		if err != nil {
			return nil, err
		}
		list = append(list, c.viewChannel(c.me, ch))
	}
	return &tg.MessagesChats{Chats: list}, nil
}

func (c *call) getFullChannel(in tg.InputChannelClass) (*tg.MessagesChatFull, error) {
	ch, err := c.channel(in)
	if err != nil {
		return nil, err
	}
	p := ChannelPeer(ch.ID)
	c.people.add(p)
	full := &tg.ChannelFull{
		ID: ch.ID, About: ch.About, ReadInboxMaxID: ch.ReadMax[c.me.ID], ReadOutboxMaxID: ch.LastID,
		UnreadCount: len(ch.IDs) - 1 - last(ch.IDs, ch.ReadMax[c.me.ID]), ChatPhoto: &tg.PhotoEmpty{}, Pts: ch.Pts,
		CanViewParticipants: !ch.Broadcast || ch.Members[c.me.ID].admin(),
	}
	full.SetParticipantsCount(count(ch.Members))
	admins := 0
	for id, m := range ch.Members {
		if m.admin() {
			admins++
		}
		if a := c.Accounts[id]; m.in() && a.Bot != nil && !ch.Broadcast {
			c.people.add(UserPeer(id))
			full.BotInfo = append(full.BotInfo, c.botInfo(a, p, c.me))
		}
	}
	if ch.Members[c.me.ID].admin() {
		full.SetAdminsCount(admins)
	}
	if ch.Pinned != 0 {
		full.SetPinnedMsgID(ch.Pinned)
	}
	return &tg.MessagesChatFull{FullChat: full, Users: c.people.userList(), Chats: c.people.chatList()}, nil
}

func (c *call) updateChannelUsername(r *tg.ChannelsUpdateUsernameRequest) (bool, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return false, err
	}
	if !ch.Members[c.me.ID].may(tg.ChatAdminRights{ChangeInfo: true}) {
		return false, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	if err := c.claim(r.Username, ChannelPeer(ch.ID)); err != nil {
		return false, tgerr.New(400, "USERNAME_OCCUPIED")
	}
	if old := strings.ToLower(ch.Username); old != strings.ToLower(r.Username) {
		delete(c.Names, old)
	}
	ch.Username = r.Username
	c.tellMembers(ch)
	return true, nil
}

func (c *call) editTitle(r *tg.ChannelsEditTitleRequest) (tg.UpdatesClass, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return nil, err
	}
	if !ch.Members[c.me.ID].may(tg.ChatAdminRights{ChangeInfo: true}) {
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	ch.Title = r.Title
	c.announce(ChannelPeer(ch.ID), ch.Broadcast, &tg.MessageActionChatEditTitle{Title: r.Title})
	return c.answer(), nil
}

func (c *call) deleteChannel(in tg.InputChannelClass) (tg.UpdatesClass, error) {
	ch, err := c.channel(in)
	if err != nil {
		return nil, err
	}
	if m := ch.Members[c.me.ID]; !m.in() || !m.Creator {
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	delete(c.Names, strings.ToLower(ch.Username))
	ch.Username = ""
	for id, m := range ch.Members {
		delete(c.Accounts[id].Joined, ch.ID)
		m.Banned = true
	}
	c.tellMembers(ch)
	return c.answer(), nil
}

// tellChannel sends an account the update that its membership in a channel, or the channel itself, changed.
func (c *call) tellChannel(a *account, ch *channel) {
	c.emit(a, func(g *gathered) tg.UpdateClass {
		g.add(ChannelPeer(ch.ID))
		return &tg.UpdateChannel{ChannelID: ch.ID}
	})
}

func (c *call) tellMembers(ch *channel) {
	for id := range ch.Members {
		c.tellChannel(c.Accounts[id], ch)
	}
}

func (w *World) creatorOf(channelID int64) int64 {
	if ch := w.Channels[channelID]; ch != nil {
		for id, m := range ch.Members {
			if m.Creator {
				return id
			}
		}
	}
	return 0
}

// CreateChannel makes a channel (broadcast) or a supergroup and returns its id. Without a username it is private.
func (w *World) CreateChannel(creator int64, title, username string, broadcast bool) (int64, error) {
	w.mu.Lock()
	defer w.unlock()
	c, err := w.as(creator)
	if err != nil {
		return 0, err
	}
	if key := strings.ToLower(username); key != "" && w.exists(w.Names[key]) {
		return 0, fmt.Errorf("username %q %w", username, errTaken)
	}
	ch := c.newChannel(title, broadcast)
	ch.Username = username
	if err := w.claim(username, ChannelPeer(ch.ID)); err != nil {
		return 0, err
	}
	c.tellChannel(c.me, ch)
	return ch.ID, nil
}
