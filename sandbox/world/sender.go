// Messages in groups that show a chat as their sender: those of anonymous admins, and of people who write as a channel.

package world

import (
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// speakAs makes a draft's sender a channel of the caller.
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

// SendTextAs sends a text as an account that shows a channel of its own as the sender, and returns its id.
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
