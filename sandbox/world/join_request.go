// Requests to join a channel or supergroup by an invite link that needs an approval.

package world

import (
	"fmt"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// joinRequest is a request that no admin has decided.
type joinRequest struct {
	Date   int
	Invite string // the code of the link
}

// requestToJoin stores the caller's request, sends it to the bots that may decide, and returns the error that tells the client of it.
func (c *call) requestToJoin(ch *channel, code string, v *invite) error {
	m := ch.Members[c.me.ID]
	switch _, pending := ch.Requests[c.me.ID]; {
	case m.in():
		return tgerr.New(400, "USER_ALREADY_PARTICIPANT")
	case m != nil && m.Banned:
		return tgerr.New(400, "INVITE_HASH_EXPIRED")
	case pending:
		return tgerr.New(400, "INVITE_REQUEST_SENT")
	}
	ch.Requests[c.me.ID] = joinRequest{Date: c.now(), Invite: code}
	for id, admin := range ch.Members {
		bot := c.Accounts[id]
		if bot.Bot == nil || !admin.may(tg.ChatAdminRights{InviteUsers: true}) {
			continue
		}
		c.tellBot(bot, &tg.UpdateBotChatInviteRequester{
			Peer: ChannelPeer(ch.ID).tg(), Date: c.now(), UserID: c.me.ID, About: c.me.About, Invite: v.view(code),
		}, UserPeer(c.me.ID), UserPeer(v.Admin), ChannelPeer(ch.ID))
	}
	return tgerr.New(400, "INVITE_REQUEST_SENT")
}

// hideJoinRequest approves or declines a request.
func (c *call) hideJoinRequest(r *tg.MessagesHideChatJoinRequestRequest) (tg.UpdatesClass, error) {
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	if p.Kind != PeerChannel {
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED") // only channels and supergroups have requests here
	}
	ch := c.Channels[p.ID]
	if !ch.Members[c.me.ID].may(tg.ChatAdminRights{InviteUsers: true}) {
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	who, err := c.user(r.UserID)
	if err != nil {
		return nil, err
	}
	_, pending := ch.Requests[who.ID]
	switch {
	case ch.Members[who.ID].in():
		return nil, tgerr.New(400, "USER_ALREADY_PARTICIPANT")
	case !pending:
		return nil, tgerr.New(400, "HIDE_REQUESTER_MISSING")
	case r.Approved && len(who.Joined) >= c.o.MaxChannels:
		return nil, tgerr.New(400, "USER_CHANNELS_TOO_MUCH")
	}
	if r.Approved {
		c.enter(ch, who, c.me)
	} else {
		delete(ch.Requests, who.ID)
	}
	return c.answer(), nil
}

// requesterTime is how long a bot may write to a person who asked to join one of its chats, in seconds.
const requesterTime = 300

// mayWriteToRequester tells whether a person's undecided request lets the calling bot write first.
func (c *call) mayWriteToRequester(person int64) bool {
	for id := range c.me.Joined {
		ch := c.Channels[id]
		asked, pending := ch.Requests[person]
		if pending && c.now()-asked.Date < requesterTime && ch.Members[c.me.ID].may(tg.ChatAdminRights{InviteUsers: true}) {
			return true
		}
	}
	return false
}

// InviteLink makes an invite link to a channel on behalf of its creator. With byRequest an admin must approve each person.
func (w *World) InviteLink(channelID int64, byRequest bool) (string, error) {
	var link string
	w.mu.Lock()
	creator := w.creatorOf(channelID)
	w.mu.Unlock()
	err := w.inChat(ChannelPeer(channelID), creator, func(c *call) error {
		v := &invite{Peer: ChannelPeer(channelID), Admin: creator, Date: c.now(), RequestNeeded: byRequest}
		code := c.name("r")
		c.Invites[code] = v
		link = inviteLink + code
		return nil
	})
	return link, err
}

// RequestToJoin sends an account's request to join a channel through a link of its creator.
func (w *World) RequestToJoin(channelID, accountID int64) error {
	link, err := w.InviteLink(channelID, true)
	if err != nil {
		return err
	}
	return w.inChat(ChannelPeer(channelID), accountID, func(c *call) error {
		code := link[len(inviteLink):]
		if err := c.requestToJoin(c.Channels[channelID], code, c.Invites[code]); !tgerr.Is(err, "INVITE_REQUEST_SENT") {
			return err
		}
		return nil
	})
}

// PendingRequests returns the accounts whose requests to join a channel no admin has decided.
func (w *World) PendingRequests(channelID int64) ([]int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.Channels[channelID]
	if ch == nil {
		return nil, fmt.Errorf("channel %d: %w", channelID, errNoChat)
	}
	var list []int64
	for id := range ch.Requests {
		list = append(list, id)
	}
	return list, nil
}
