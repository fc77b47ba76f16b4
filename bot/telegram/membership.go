package telegram

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// ErrChannelHidden reports a channel whose members the bot cannot see: it is not in the channel, or not an admin of it.
var ErrChannelHidden = errors.New("the bot does not see the members of this channel")

// ErrTooManyChannels reports a person who is in as many channels as Telegram allows.
var ErrTooManyChannels = fault.New(fault.Conflict, "too_many_channels")

// MemberChange is a change of a person's membership in a channel or supergroup.
type MemberChange struct {
	Channel filter.ChannelID
	Person  int64
	In      bool
}

// JoinRequest is a person's request to join a channel or supergroup.
type JoinRequest struct {
	Channel filter.ChannelID
	Person  int64
	Invite  string // the link
	At      time.Time
}

// isMember tells whether a participant is in the channel; nil is not.
func isMember(p tg.ChannelParticipantClass) bool {
	switch p := p.(type) {
	case nil, *tg.ChannelParticipantLeft:
		return false
	case *tg.ChannelParticipantBanned:
		return !p.Left
	}
	return true
}

// noteParticipant queues a change of a membership.
func noteParticipant(c *Client, entities tg.Entities, u *tg.UpdateChannelParticipant) {
	in := isMember(u.NewParticipant)
	if u.UserID == c.botID {
		noteOwnMembership(c, entities, u, in)
		return
	}
	changed := MemberChange{Channel: filter.ChannelID(u.ChannelID), Person: u.UserID, In: in}
	c.joins.add(func(ctx context.Context) error { return c.handlers.Joined(ctx, changed) })
}

// noteJoinRequest queues a request to join a channel or supergroup. The update state waits until it is stored, because a bot cannot list requests.
func noteJoinRequest(c *Client, u *tg.UpdateBotChatInviteRequester) {
	p, ok := u.Peer.(*tg.PeerChannel)
	if !ok {
		return
	}
	r := JoinRequest{Channel: filter.ChannelID(p.ChannelID), Person: u.UserID, At: time.Unix(int64(u.Date), 0).UTC()}
	if link, ok := u.Invite.(*tg.ChatInviteExported); ok {
		r.Invite = link.Link
	}
	c.joins.add(func(ctx context.Context) error { return c.handlers.JoinRequest(ctx, r) })
}

// Memberships asks Telegram for memberships and lets people into channels.
type Memberships struct{ messenger *Messenger }

// NewMemberships makes a Memberships that speaks through a messenger.
func NewMemberships(m *Messenger) Memberships { return Memberships{m} }

// IsMember tells whether a person is in a channel or supergroup. It returns ErrChannelHidden if the bot cannot see that.
func (m Memberships) IsMember(ctx context.Context, id filter.ChannelID, user int64) (bool, error) {
	in, err := m.messenger.inputChannel(id)
	if err != nil {
		return false, errors.Join(ErrChannelHidden, err)
	}
	h, _ := m.messenger.hash(hashKey{"user", user})
	member := false
	err = m.messenger.queue.do(ctx, call{method: "channels.getParticipant", invoke: func(ctx context.Context) error {
		r, err := m.messenger.api.ChannelsGetParticipant(ctx, &tg.ChannelsGetParticipantRequest{Channel: in, Participant: &tg.InputPeerUser{UserID: user, AccessHash: h}})
		switch {
		case tgerr.Is(err, "USER_NOT_PARTICIPANT"):
			return nil
		case tgerr.Is(err, "CHAT_ADMIN_REQUIRED", "CHANNEL_PRIVATE", "CHANNEL_INVALID"):
			return errors.Join(ErrChannelHidden, err)
		case err != nil:
			return err
		}
		member = isMember(r.Participant)
		return nil
	}})
	return member, err
}

// NewInvite makes an invite link of a channel or supergroup. With byRequest an admin approves each person.
func (m Memberships) NewInvite(ctx context.Context, id filter.ChannelID, byRequest bool) (string, error) {
	in, err := m.messenger.inputChannel(id)
	if err != nil {
		return "", err
	}
	link := ""
	err = m.messenger.queue.do(ctx, call{method: "messages.exportChatInvite", invoke: func(ctx context.Context) error {
		r, err := m.messenger.api.MessagesExportChatInvite(ctx, &tg.MessagesExportChatInviteRequest{
			Peer: &tg.InputPeerChannel{ChannelID: in.ChannelID, AccessHash: in.AccessHash}, RequestNeeded: byRequest,
		})
		if tgerr.Is(err, "CHAT_ADMIN_REQUIRED", "CHANNEL_PRIVATE") {
			return errors.Join(ErrNoRights, err)
		}
		if exported, ok := r.(*tg.ChatInviteExported); ok {
			link = exported.Link
		}
		return err
	}})
	if err == nil && link == "" {
		err = ErrNoRights
	}
	return link, err
}

// JoinLink returns a link by which people join a channel: its name if it is public, else a new invite link. With byRequest it is always an invite link, with
// which an admin approves each person.
func (m Memberships) JoinLink(ctx context.Context, c ChannelInfo, byRequest bool) (string, error) {
	if c.Username != "" && !byRequest {
		return "https://t.me/" + c.Username, nil
	}
	return m.NewInvite(ctx, c.ID, byRequest)
}

// ApproveJoin approves a person's request to join a channel. A request that is gone or approved already is no error. It returns ErrTooManyChannels if
// Telegram refuses for the person's number of channels.
func (m Memberships) ApproveJoin(ctx context.Context, id filter.ChannelID, user int64) error {
	in, err := m.messenger.inputChannel(id)
	if err != nil {
		return err
	}
	h, _ := m.messenger.hash(hashKey{"user", user})
	err = m.messenger.queue.do(ctx, call{lane: LaneBulk, method: "messages.hideChatJoinRequest", invoke: func(ctx context.Context) error {
		_, err := m.messenger.api.MessagesHideChatJoinRequest(ctx, &tg.MessagesHideChatJoinRequestRequest{
			Peer: &tg.InputPeerChannel{ChannelID: in.ChannelID, AccessHash: in.AccessHash}, UserID: &tg.InputUser{UserID: user, AccessHash: h}, Approved: true,
		})
		return err
	}})
	switch {
	case tgerr.Is(err, "HIDE_REQUESTER_MISSING", "USER_ALREADY_PARTICIPANT"):
		return nil
	case tgerr.Is(err, "USER_CHANNELS_TOO_MUCH"):
		return ErrTooManyChannels
	case tgerr.Is(err, "CHAT_ADMIN_REQUIRED", "CHANNEL_PRIVATE"):
		return errors.Join(ErrNoRights, err)
	case err != nil:
		return fmt.Errorf("approve %d in channel %d: %w", user, id, err)
	}
	return nil
}
