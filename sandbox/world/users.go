// Lookup and blocking of users.

package world

import (
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (w *World) routeUsers(d *tg.ServerDispatcher) {
	d.OnUsersGetUsers(on(w, (*call).getUsers))
	d.OnUsersGetFullUser(on(w, (*call).getFullUser))
	d.OnContactsResolveUsername(on(w, (*call).resolveUsername))
	d.OnContactsResolvePhone(on(w, (*call).resolvePhone))
	d.OnContactsSearch(on(w, (*call).searchContacts))
	d.OnContactsGetContacts(on(w, (*call).getContacts))
	d.OnContactsGetBlocked(on(w, (*call).getBlocked))
	d.OnContactsBlock(on(w, (*call).block))
	d.OnContactsUnblock(on(w, (*call).unblock))
}

// getUsers leaves out the users it cannot find, as Telegram does.
func (c *call) getUsers(ids []tg.InputUserClass) ([]tg.UserClass, error) {
	found := []tg.UserClass{}
	for _, id := range ids {
		if a, err := c.user(id); err == nil {
			found = append(found, c.viewUser(c.me, a))
		}
	}
	return found, nil
}

func (c *call) getFullUser(id tg.InputUserClass) (*tg.UsersUserFull, error) {
	a, err := c.user(id)
	if err != nil {
		return nil, err
	}
	full := tg.UserFull{ID: a.ID, Blocked: c.me.Blocked[a.ID]}
	about := a.About
	if a.Bot != nil {
		about = a.Bot.profile(c.me.Lang).About
	}
	if about != "" {
		full.SetAbout(about)
	}
	if a.Bot != nil {
		full.SetBotInfo(c.botInfo(a, UserPeer(c.me.ID), c.me))
	}
	c.people.add(UserPeer(a.ID))
	return &tg.UsersUserFull{FullUser: full, Users: c.people.userList(), Chats: c.people.chatList()}, nil
}

func (c *call) resolveUsername(r *tg.ContactsResolveUsernameRequest) (*tg.ContactsResolvedPeer, error) {
	name := strings.ToLower(strings.TrimPrefix(r.Username, "@"))
	if name == "" {
		return nil, tgerr.New(400, "USERNAME_INVALID")
	}
	p, ok := c.Names[name]
	if !ok {
		return nil, tgerr.New(400, "USERNAME_NOT_OCCUPIED")
	}
	return c.resolved(p), nil
}

func (c *call) resolvePhone(phone string) (*tg.ContactsResolvedPeer, error) {
	a := c.byPhone(phone)
	if a == nil {
		return nil, tgerr.New(400, "PHONE_NOT_OCCUPIED")
	}
	return c.resolved(UserPeer(a.ID)), nil
}

func (c *call) resolved(p Peer) *tg.ContactsResolvedPeer {
	c.people.add(p)
	return &tg.ContactsResolvedPeer{Peer: p.tg(), Users: c.people.userList(), Chats: c.people.chatList()}
}

func (c *call) searchContacts(r *tg.ContactsSearchRequest) (*tg.ContactsFound, error) {
	found := &tg.ContactsFound{}
	q := strings.ToLower(strings.TrimPrefix(r.Q, "@"))
	for name, p := range c.Names {
		if q != "" && strings.HasPrefix(name, q) {
			c.people.add(p)
		}
	}
	for _, p := range c.people.sorted() {
		found.Results = append(found.Results, p.tg())
	}
	found.Users, found.Chats = c.people.userList(), c.people.chatList()
	return found, nil
}

func (c *call) getContacts(int64) (tg.ContactsContactsClass, error) {
	return &tg.ContactsContacts{}, nil
}

func (c *call) getBlocked(*tg.ContactsGetBlockedRequest) (tg.ContactsBlockedClass, error) {
	list := &tg.ContactsBlocked{}
	for id := range c.me.Blocked {
		c.people.add(UserPeer(id))
		list.Blocked = append(list.Blocked, tg.PeerBlocked{PeerID: UserPeer(id).tg(), Date: c.now()})
	}
	list.Users, list.Chats = c.people.userList(), c.people.chatList()
	return list, nil
}

func (c *call) block(r *tg.ContactsBlockRequest) (bool, error) { return c.setBlocked(r.ID, true) }

func (c *call) unblock(r *tg.ContactsUnblockRequest) (bool, error) { return c.setBlocked(r.ID, false) }

func (c *call) setBlocked(in tg.InputPeerClass, blocked bool) (bool, error) {
	p, err := c.peer(in)
	if err != nil {
		return false, err
	}
	other := c.Accounts[p.ID]
	if p.Kind != PeerUser || other == c.me {
		return false, tgerr.New(400, "CONTACT_ID_INVALID")
	}
	c.shut(other, blocked)
	return true, nil
}

// shut blocks or unblocks a user. A bot gets an update about it.
func (c *call) shut(other *account, blocked bool) {
	if c.me.Blocked[other.ID] == blocked {
		return
	}
	if blocked {
		c.me.Blocked[other.ID] = true
	} else {
		delete(c.me.Blocked, other.ID)
	}
	if other.Bot != nil {
		c.tellBot(other, &tg.UpdateBotStopped{UserID: c.me.ID, Date: c.now(), Stopped: blocked}, UserPeer(c.me.ID))
	}
}

// Block makes a person block (or unblock) somebody.
func (w *World) Block(userID, otherID int64, blocked bool) error {
	w.mu.Lock()
	defer w.unlock()
	c, err := w.as(userID)
	if err != nil {
		return err
	}
	other := w.Accounts[otherID]
	if other == nil {
		return errNoAccount
	}
	c.shut(other, blocked)
	return nil
}
