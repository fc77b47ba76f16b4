// Users and chats in a viewer's view, and the list of those in an answer.

package world

import (
	"maps"
	"slices"

	"github.com/gotd/td/tg"
)

// gathered collects the users and chats of an answer, because clients need them with their hashes beside every message.
type gathered struct {
	w      *World
	viewer *account      // nil before sign-in
	peers  map[Peer]bool // true for those that are shown whole
}

func (w *World) gather(viewer *account) *gathered {
	return &gathered{w: w, viewer: viewer, peers: map[Peer]bool{}}
}

func (g *gathered) add(peers ...Peer) {
	for _, p := range peers {
		if p.ID != 0 {
			g.peers[p] = true
		}
	}
}

// addSeen adds peers that occur in a message of a group. The viewer gets a min user of a person without a private chat with the viewer.
func (g *gathered) addSeen(peers ...Peer) {
	for _, p := range peers {
		if p.ID != 0 && !g.peers[p] {
			g.peers[p] = p.Kind != PeerUser || p.ID == g.viewer.ID || g.viewer.Dialogs[p] != nil
		}
	}
}

func (g *gathered) sorted() []Peer {
	return slices.SortedFunc(maps.Keys(g.peers), func(a, b Peer) int {
		switch {
		case a == b:
			return 0
		case a.Kind < b.Kind, a.Kind == b.Kind && a.ID < b.ID:
			return -1
		}
		return 1
	})
}

func (g *gathered) userList() []tg.UserClass {
	list := []tg.UserClass{}
	for _, p := range g.sorted() {
		if a := g.w.Accounts[p.ID]; p.Kind == PeerUser && a != nil {
			if u := g.w.viewUser(g.viewer, a); g.peers[p] {
				list = append(list, u)
			} else {
				list = append(list, g.w.minUser(g.viewer, u))
			}
		}
	}
	return list
}

func (g *gathered) chatList() []tg.ChatClass {
	list := []tg.ChatClass{}
	for _, p := range g.sorted() {
		if p.Kind != PeerUser {
			if chat := g.w.viewChat(g.viewer, p); chat != nil {
				list = append(list, chat)
			}
		}
	}
	return list
}

func (w *World) viewUser(viewer, a *account) *tg.User {
	u := &tg.User{
		ID: a.ID, FirstName: a.First, LastName: a.Last, Username: a.Username, Deleted: a.Deleted, Premium: a.Premium,
		Self: a == viewer, AccessHash: w.hash(viewer.ID, hashUser, a.ID),
	}
	if viewer.Bot != nil {
		u.LangCode = a.Lang
	}
	if a == viewer {
		u.Phone = a.Phone
	}
	if a.Bot != nil {
		u.Bot, u.BotInfoVersion, u.BotChatHistory = true, 1, a.Bot.SeesAll
		u.SetBotInfoVersion(1)
		if a.Bot.Inline {
			u.SetBotInlinePlaceholder(a.Bot.Placeholder)
		}
	} else {
		u.Status = &tg.UserStatusRecently{}
	}
	return u
}

// minUser removes the fields of u that Telegram omits in min users. The access hash is another one than that of the whole user.
func (w *World) minUser(viewer *account, u *tg.User) *tg.User {
	u.Min, u.LangCode, u.Status = true, "", nil
	u.AccessHash = w.hash(viewer.ID, hashMinUser, u.ID)
	return u
}

func (w *World) viewChat(viewer *account, p Peer) tg.ChatClass {
	switch p.Kind {
	case PeerGroup:
		if g := w.Groups[p.ID]; g != nil {
			return w.viewGroup(viewer, g)
		}
	case PeerChannel:
		if ch := w.Channels[p.ID]; ch != nil {
			return w.viewChannel(viewer, ch)
		}
	case PeerUser: // not a chat
	}
	return nil
}

func (w *World) viewGroup(viewer *account, g *group) tg.ChatClass {
	m := g.Members[viewer.ID]
	if m == nil || m.Banned {
		return &tg.ChatForbidden{ID: g.ID, Title: g.Title}
	}
	c := &tg.Chat{
		ID: g.ID, Title: g.Title, Photo: &tg.ChatPhotoEmpty{}, ParticipantsCount: count(g.Members), Date: g.Date,
		Version: g.Version, Creator: m.Creator, Left: m.Out,
	}
	if m.Admin && m.in() {
		c.SetAdminRights(cleanRights(m.Rights))
	}
	c.SetDefaultBannedRights(shownLimits(g.Limits))
	if g.MigratedTo != 0 {
		c.Deactivated = true
		c.SetMigratedTo(&tg.InputChannel{ChannelID: g.MigratedTo, AccessHash: w.hash(viewer.ID, hashChannel, g.MigratedTo)})
	}
	return c
}

func (w *World) viewChannel(viewer *account, ch *channel) tg.ChatClass {
	m := ch.Members[viewer.ID]
	hash := w.hash(viewer.ID, hashChannel, ch.ID)
	if !m.in() && (ch.Username == "" || m != nil && m.Banned) {
		f := &tg.ChannelForbidden{ID: ch.ID, AccessHash: hash, Title: ch.Title, Broadcast: ch.Broadcast, Megagroup: !ch.Broadcast}
		return f
	}
	c := &tg.Channel{
		ID: ch.ID, Title: ch.Title, Username: ch.Username, Broadcast: ch.Broadcast, Megagroup: !ch.Broadcast, Date: ch.Date,
		Photo: &tg.ChatPhotoEmpty{}, Left: !m.in(), Creator: m.in() && m.Creator, Forum: ch.Topics != nil, Noforwards: ch.Protected,
	}
	c.SetAccessHash(hash)
	c.SetParticipantsCount(count(ch.Members))
	switch {
	case m.in() && m.Creator:
		c.SetAdminRights(allRights())
	case m.admin():
		c.SetAdminRights(cleanRights(m.Rights))
	}
	if !ch.Broadcast {
		c.SetDefaultBannedRights(shownLimits(ch.Limits))
	}
	return c
}

// forever is Telegram's until date for permanent rights.
const forever = 0x7FFFFFFF

func count(members map[int64]*member) int {
	n := 0
	for _, m := range members {
		if m.in() {
			n++
		}
	}
	return n
}

// cleanRights returns a copy without the flag bits of an earlier encoding.
func cleanRights(r tg.ChatAdminRights) tg.ChatAdminRights {
	r.Flags = 0
	return r
}

func allRights() tg.ChatAdminRights {
	return tg.ChatAdminRights{
		ChangeInfo: true, PostMessages: true, EditMessages: true, DeleteMessages: true, BanUsers: true, InviteUsers: true,
		PinMessages: true, AddAdmins: true, ManageCall: true, Other: true,
	}
}
