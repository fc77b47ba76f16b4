// Peers: receivers of messages, and their form in requests.

package world

import (
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// PeerKind is the kind of a Peer.
type PeerKind uint8

// The kinds of peers.
const (
	PeerUser PeerKind = iota + 1
	PeerGroup
	PeerChannel // channels and supergroups
)

// Peer names a user, a basic group, or a channel.
type Peer struct {
	Kind PeerKind
	ID   int64
}

// UserPeer names a user or bot.
func UserPeer(id int64) Peer { return Peer{PeerUser, id} }

// GroupPeer names a basic group.
func GroupPeer(id int64) Peer { return Peer{PeerGroup, id} }

// ChannelPeer names a channel or supergroup.
func ChannelPeer(id int64) Peer { return Peer{PeerChannel, id} }

func (p Peer) tg() tg.PeerClass {
	switch p.Kind {
	case PeerUser:
		return &tg.PeerUser{UserID: p.ID}
	case PeerGroup:
		return &tg.PeerChat{ChatID: p.ID}
	case PeerChannel:
		return &tg.PeerChannel{ChannelID: p.ID}
	}
	return nil
}

// user returns the account that a request names. It checks the caller's access hash.
func (c *call) user(in tg.InputUserClass) (*account, error) {
	switch in := in.(type) {
	case *tg.InputUserSelf:
		return c.me, nil
	case *tg.InputUser:
		return c.userBy(in.UserID, in.AccessHash, "USER_ID_INVALID")
	case *tg.InputUserFromMessage:
		return c.userSeen(in.Peer, in.MsgID, in.UserID, "USER_ID_INVALID")
	}
	return nil, tgerr.New(400, "USER_ID_INVALID")
}

func (c *call) userBy(id, hash int64, refusal string) (*account, error) {
	a := c.Accounts[id]
	switch {
	case a == nil:
		return nil, tgerr.New(400, refusal)
	case a == c.me:
		return a, nil
	case hash == c.hash(c.me.ID, hashUser, id):
		return a, nil
	case hash == 0 && c.me.Bot != nil && c.met(c.me, a):
		return a, nil // a bot may omit the hash of a user that it knows
	}
	return nil, tgerr.New(400, refusal)
}

// seen checks that a peer occurs in a message. Bots may not name peers in this way.
func (c *call) seen(who Peer, chat tg.InputPeerClass, message int, refusal string) error {
	if c.me.Bot != nil {
		return tgerr.New(400, "FROM_MESSAGE_BOT_DISABLED")
	}
	p, err := c.peer(chat)
	if err != nil {
		return err
	}
	m := c.find(p, message)
	if m == nil {
		return tgerr.New(400, "MSG_ID_INVALID")
	}
	occurring := c.gather(c.me)
	c.view(m, message, occurring)
	if _, ok := occurring.peers[who]; !ok {
		return tgerr.New(400, refusal)
	}
	return nil
}

func (c *call) userSeen(chat tg.InputPeerClass, message int, id int64, refusal string) (*account, error) {
	return c.Accounts[id], c.seen(UserPeer(id), chat, message, refusal)
}

// met reports whether two accounts share a private chat or a group.
func (w *World) met(a, b *account) bool {
	if a.Dialogs[UserPeer(b.ID)] != nil {
		return true
	}
	for id := range a.Joined {
		if w.Channels[id].Members[b.ID].in() {
			return true
		}
	}
	for p := range a.Dialogs {
		if p.Kind == PeerGroup && w.Groups[p.ID].Members[b.ID].in() {
			return true
		}
	}
	return false
}

// channel finds the channel that a request names and checks that the caller may see it.
func (c *call) channel(in tg.InputChannelClass) (*channel, error) {
	switch in := in.(type) {
	case *tg.InputChannel:
		return c.channelBy(in.ChannelID, in.AccessHash)
	case *tg.InputChannelFromMessage:
		return c.channelSeen(in.Peer, in.MsgID, in.ChannelID)
	}
	return nil, tgerr.New(400, "CHANNEL_INVALID")
}

func (c *call) channelSeen(chat tg.InputPeerClass, message int, id int64) (*channel, error) {
	if err := c.seen(ChannelPeer(id), chat, message, "CHANNEL_INVALID"); err != nil {
		return nil, err
	}
	return c.channelBy(id, c.hash(c.me.ID, hashChannel, id))
}

func (c *call) channelBy(id, hash int64) (*channel, error) {
	ch := c.Channels[id]
	if ch == nil {
		return nil, tgerr.New(400, "CHANNEL_INVALID")
	}
	m := ch.Members[c.me.ID]
	if hash != c.hash(c.me.ID, hashChannel, id) && (hash != 0 || c.me.Bot == nil || m == nil) {
		return nil, tgerr.New(400, "CHANNEL_INVALID")
	}
	if !m.in() && (ch.Username == "" || m != nil && m.Banned) {
		return nil, tgerr.New(400, "CHANNEL_PRIVATE")
	}
	return ch, nil
}

// group finds a basic group that the caller knows.
func (c *call) group(id int64) (*group, error) {
	g := c.Groups[id]
	if g == nil || g.Members[c.me.ID] == nil {
		return nil, tgerr.New(400, "CHAT_ID_INVALID")
	}
	return g, nil
}

// peer returns the Peer of an InputPeer.
func (c *call) peer(in tg.InputPeerClass) (Peer, error) {
	const refusal = "PEER_ID_INVALID"
	switch in := in.(type) {
	case *tg.InputPeerSelf:
		return UserPeer(c.me.ID), nil
	case *tg.InputPeerUser:
		a, err := c.userBy(in.UserID, in.AccessHash, refusal)
		if err != nil {
			return Peer{}, err
		}
		return UserPeer(a.ID), nil
	case *tg.InputPeerUserFromMessage:
		a, err := c.userSeen(in.Peer, in.MsgID, in.UserID, refusal)
		if err != nil {
			return Peer{}, err
		}
		return UserPeer(a.ID), nil
	case *tg.InputPeerChat:
		if g := c.Groups[in.ChatID]; g == nil || g.Members[c.me.ID] == nil {
			return Peer{}, tgerr.New(400, refusal)
		}
		return GroupPeer(in.ChatID), nil
	case *tg.InputPeerChannel:
		ch, err := c.channelBy(in.ChannelID, in.AccessHash)
		if err != nil {
			return Peer{}, err
		}
		return ChannelPeer(ch.ID), nil
	case *tg.InputPeerChannelFromMessage:
		ch, err := c.channelSeen(in.Peer, in.MsgID, in.ChannelID)
		if err != nil {
			return Peer{}, err
		}
		return ChannelPeer(ch.ID), nil
	}
	return Peer{}, tgerr.New(400, refusal)
}
