// Invite links, and the Go API for joining, leaving and promoting.

package world

import (
	"fmt"
	"strconv"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// invite is an invite link.
type invite struct {
	Peer          Peer
	Admin         int64
	Date          int
	Title         string
	RequestNeeded bool
	Permanent     bool
}

const inviteLink = "https://t.me/+"

func (v *invite) view(code string) *tg.ChatInviteExported {
	one := &tg.ChatInviteExported{Link: inviteLink + code, AdminID: v.Admin, Date: v.Date, Permanent: v.Permanent, RequestNeeded: v.RequestNeeded}
	if v.Title != "" {
		one.SetTitle(v.Title)
	}
	return one
}

func (c *call) exportInvite(r *tg.MessagesExportChatInviteRequest) (tg.ExportedChatInviteClass, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	need := tg.ChatAdminRights{InviteUsers: true}
	switch {
	case p.Kind == PeerGroup && c.Groups[p.ID].Members[c.me.ID].may(need):
	case p.Kind == PeerChannel && c.Channels[p.ID].Members[c.me.ID].may(need):
	default:
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	v := &invite{Peer: p, Admin: c.me.ID, Date: c.now(), Title: r.Title, RequestNeeded: r.RequestNeeded, Permanent: !r.RequestNeeded && r.Title == ""}
	code := "p" + strconv.FormatUint(uint64(c.hash(int64(p.Kind), hashInvite, p.ID)), 36)
	if !v.Permanent {
		code = c.name("r")
	}
	c.Invites[code] = v
	return v.view(code), nil
}

func (c *call) checkInvite(code string) (tg.ChatInviteClass, error) {
	v := c.Invites[code]
	if v == nil {
		return nil, tgerr.New(400, "INVITE_HASH_EXPIRED")
	}
	p := v.Peer
	if p.Kind == PeerGroup {
		g := c.Groups[p.ID]
		if g.Members[c.me.ID].in() {
			return &tg.ChatInviteAlready{Chat: c.viewGroup(c.me, g)}, nil
		}
		return &tg.ChatInvite{Title: g.Title, Photo: &tg.PhotoEmpty{}, ParticipantsCount: count(g.Members), RequestNeeded: v.RequestNeeded}, nil
	}
	ch := c.Channels[p.ID]
	if ch.Members[c.me.ID].in() {
		return &tg.ChatInviteAlready{Chat: c.viewChannel(c.me, ch)}, nil
	}
	return &tg.ChatInvite{
		Title: ch.Title, Photo: &tg.PhotoEmpty{}, ParticipantsCount: count(ch.Members), Channel: true, RequestNeeded: v.RequestNeeded,
		Broadcast: ch.Broadcast, Megagroup: !ch.Broadcast, Public: ch.Username != "",
	}, nil
}

func (c *call) importInvite(code string) (tg.MessagesChatInviteJoinResultClass, error) {
	v := c.Invites[code]
	if v == nil {
		return nil, tgerr.New(400, "INVITE_HASH_EXPIRED")
	}
	if v.RequestNeeded && v.Peer.Kind == PeerChannel {
		return nil, c.requestToJoin(c.Channels[v.Peer.ID], code, v)
	}
	if err := c.join(v.Peer); err != nil {
		return nil, err
	}
	return &tg.MessagesChatInviteJoinResultOk{Updates: c.answer()}, nil
}

// join adds the caller to a group or channel.
func (c *call) join(p Peer) error {
	if p.Kind == PeerGroup {
		g := c.Groups[p.ID]
		if g.Members[c.me.ID].in() {
			return tgerr.New(400, "USER_ALREADY_PARTICIPANT")
		}
		c.addToGroup(g, c.me, c.me)
		return nil
	}
	ch := c.Channels[p.ID]
	switch m := ch.Members[c.me.ID]; {
	case m.in():
		return tgerr.New(400, "USER_ALREADY_PARTICIPANT")
	case m != nil && m.Banned:
		return tgerr.New(400, "INVITE_HASH_EXPIRED")
	}
	c.enter(ch, c.me, c.me)
	return nil
}

// Join makes an account a member of a group or channel.
func (w *World) Join(chat Peer, accountID int64) error {
	return w.inChat(chat, accountID, func(c *call) error { return c.join(chat) })
}

// Leave ends an account's membership.
func (w *World) Leave(chat Peer, accountID int64) error {
	return w.inChat(chat, accountID, func(c *call) error {
		if chat.Kind == PeerGroup {
			c.removeFromGroup(w.Groups[chat.ID], c.me)
		} else {
			c.exit(w.Channels[chat.ID], c.me, false)
		}
		return nil
	})
}

// Promote gives an account admin rights in a channel or supergroup on behalf of its creator, and makes it a member. Without
// rights it removes the admin rights.
func (w *World) Promote(channelID, accountID int64, rights tg.ChatAdminRights) error {
	w.mu.Lock()
	creator := w.creatorOf(channelID)
	w.mu.Unlock()
	return w.inChat(ChannelPeer(channelID), creator, func(c *call) error {
		a := w.Accounts[accountID]
		if a == nil {
			return errNoAccount
		}
		c.promote(w.Channels[channelID], a, rights, "")
		return nil
	})
}

// Remove bans an account from a channel on behalf of its creator.
func (w *World) Remove(channelID, accountID int64) error {
	w.mu.Lock()
	creator := w.creatorOf(channelID)
	w.mu.Unlock()
	return w.inChat(ChannelPeer(channelID), creator, func(c *call) error {
		a := w.Accounts[accountID]
		if a == nil {
			return errNoAccount
		}
		c.exit(w.Channels[channelID], a, true)
		return nil
	})
}

// AdminRights returns all rights of an admin.
func AdminRights() tg.ChatAdminRights { return allRights() }

func (w *World) inChat(chat Peer, accountID int64, do func(*call) error) error {
	w.mu.Lock()
	defer w.unlock()
	c, err := w.as(accountID)
	if err != nil {
		return err
	}
	if chat.Kind == PeerUser || !w.exists(chat) {
		return fmt.Errorf("chat %v: %w", chat, errNoChat)
	}
	if err := do(c); err != nil {
		return fmt.Errorf("account %d in chat %v: %w", accountID, chat, err)
	}
	return nil
}
