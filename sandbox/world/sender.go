// Messages with a chat as sender: those of anonymous admins, and of people who write as a channel.

package world

import (
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// speakAs sets a channel of the caller as the sender of a draft.
func (c *call) speakAs(m *message, in tg.InputPeerClass) error {
	if in == nil {
		return nil
	}
	p, err := c.peer(in)
	if err != nil {
		return tgerr.New(400, "SEND_AS_PEER_INVALID")
	}
	return c.speakAsPeer(m, p)
}

func (c *call) speakAsPeer(m *message, as Peer) error {
	if as == UserPeer(c.me.ID) {
		m.As = Peer{}
		return nil
	}
	if m.Peer.Kind != PeerChannel || m.Post || as.Kind != PeerChannel || !c.Channels[as.ID].Members[c.me.ID].may(tg.ChatAdminRights{PostMessages: true}) {
		return tgerr.New(400, "SEND_AS_PEER_INVALID")
	}
	m.As = as
	return nil
}

// SendTextAs sends a text of an account with one of its channels as sender, and returns the message's id.
func (w *World) SendTextAs(from int64, as, to Peer, text string) (int, error) {
	return w.send(from, to, func(c *call, m *message) error {
		if err := c.speakAsPeer(m, as); err != nil {
			return err
		}
		var err error
		m.Text, m.Entities, err = c.text(text, nil, maxText, "MESSAGE_TOO_LONG")
		return err
	})
}
