// Permissions of a group's members, and chats with protected content.

package world

import (
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// limitsOf returns the caller's restrictions in a chat. Admins have none.
func (c *call) limitsOf(p Peer) tg.ChatBannedRights {
	switch p.Kind {
	case PeerGroup:
		if g := c.Groups[p.ID]; !g.Members[c.me.ID].admin() {
			return g.Limits
		}
	case PeerChannel:
		if ch := c.Channels[p.ID]; !ch.Members[c.me.ID].admin() {
			return ch.Limits
		}
	case PeerUser:
	}
	return tg.ChatBannedRights{}
}

func (c *call) maySendText(p Peer) error {
	if c.limitsOf(p).SendPlain {
		return tgerr.New(403, "CHAT_SEND_PLAIN_FORBIDDEN")
	}
	return nil
}

func (c *call) maySendFile(p Peer, f *file) error {
	l := c.limitsOf(p)
	if l.SendMedia {
		return tgerr.New(403, "CHAT_SEND_MEDIA_FORBIDDEN")
	}
	forbidden, what := l.SendDocs, "DOCS"
	if f.Photo {
		forbidden, what = l.SendPhotos, "PHOTOS"
	}
	for _, a := range decodeAttributes(f.Attributes) {
		switch a.(type) {
		case *tg.DocumentAttributeVideo:
			forbidden, what = l.SendVideos, "VIDEOS"
		case *tg.DocumentAttributeAudio:
			forbidden, what = l.SendAudios, "AUDIOS"
		}
	}
	if forbidden {
		return tgerr.New(403, "CHAT_SEND_"+what+"_FORBIDDEN")
	}
	return nil
}

func shownLimits(l tg.ChatBannedRights) tg.ChatBannedRights {
	l.Flags, l.UntilDate = 0, forever
	return l
}

// Restrict sets the restrictions of the members of a group or supergroup. They do not apply to admins.
func (w *World) Restrict(chat Peer, limits tg.ChatBannedRights) error {
	w.mu.Lock()
	defer w.unlock()
	switch {
	case !w.exists(chat) || chat.Kind == PeerUser:
		return errNoChat
	case chat.Kind == PeerGroup:
		w.Groups[chat.ID].Limits = limits
	default:
		w.Channels[chat.ID].Limits = limits
	}
	return nil
}

// Protect forbids forwarding and saving the content of a channel, or allows it again.
func (w *World) Protect(channelID int64, protected bool) error {
	return w.inChat(ChannelPeer(channelID), w.lockedCreator(channelID), func(c *call) error {
		ch := w.Channels[channelID]
		ch.Protected = protected
		c.tellMembers(ch)
		return nil
	})
}

func (w *World) lockedCreator(channelID int64) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.creatorOf(channelID)
}

func (w *World) protected(m *message) bool {
	return m.Protected || m.Peer.Kind == PeerChannel && w.Channels[m.Peer.ID].Protected
}
