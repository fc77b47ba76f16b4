// Slow mode of supergroups.

package world

import (
	"fmt"

	"github.com/gotd/td/tgerr"
)

// maySendNow returns SLOWMODE_WAIT if the caller's last message in a supergroup is too recent. The repetition of a sent message passes, because it sends nothing.
func (c *call) maySendNow(p Peer, random int64) error {
	if p.Kind != PeerChannel {
		return nil
	}
	ch := c.Channels[p.ID]
	if _, repeated := c.me.Sent[random]; ch.SlowMode == 0 || ch.Members[c.me.ID].admin() || random != 0 && repeated {
		return nil
	}
	if wait := ch.LastBy[c.me.ID] + ch.SlowMode - c.now(); wait > 0 {
		return tgerr.New(420, fmt.Sprintf("SLOWMODE_WAIT_%d", wait))
	}
	return nil
}

// mayForward refuses several forwards at once into a supergroup in slow mode.
func (c *call) mayForward(p Peer, n int) error {
	if p.Kind == PeerChannel && n > 1 && c.Channels[p.ID].SlowMode > 0 && !c.Channels[p.ID].Members[c.me.ID].admin() {
		return tgerr.New(400, "SLOWMODE_MULTI_MSGS_DISABLED")
	}
	return nil
}

// noteSlow remembers when an account wrote in slow mode.
func (c *call) noteSlow(m *message) {
	if m.Peer.Kind != PeerChannel || m.Action != nil {
		return
	}
	if ch := c.Channels[m.Peer.ID]; ch.SlowMode > 0 {
		makeMap(&ch.LastBy)
		ch.LastBy[m.Sender] = c.now()
	}
}

// SetSlowMode makes the members of a supergroup wait for a number of seconds between two messages; 0 ends it.
func (w *World) SetSlowMode(channelID int64, seconds int) error {
	w.mu.Lock()
	defer w.unlock()
	ch := w.Channels[channelID]
	if ch == nil || ch.Broadcast {
		return errNoChat
	}
	ch.SlowMode = seconds
	return nil
}
