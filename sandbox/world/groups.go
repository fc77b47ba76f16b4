// Basic groups.

package world

import (
	"fmt"
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (w *World) routeGroups(d *tg.ServerDispatcher) {
	d.OnMessagesCreateChat(on(w, (*call).createChat))
	d.OnMessagesAddChatUser(on(w, (*call).addChatUser))
	d.OnMessagesDeleteChatUser(on(w, (*call).deleteChatUser))
	d.OnMessagesEditChatAdmin(on(w, (*call).editChatAdmin))
	d.OnMessagesEditChatTitle(on(w, (*call).editChatTitle))
	d.OnMessagesGetFullChat(on(w, (*call).getFullChat))
	d.OnMessagesGetChats(on(w, (*call).getChats))
	d.OnMessagesMigrateChat(on(w, (*call).migrateChat))
}

func (c *call) createChat(r *tg.MessagesCreateChatRequest) (*tg.MessagesInvitedUsers, error) {
	if strings.TrimSpace(r.Title) == "" {
		return nil, tgerr.New(400, "CHAT_TITLE_EMPTY")
	}
	var invited []*account
	for _, in := range r.Users {
		a, err := c.user(in)
		if err != nil {
			return nil, err
		}
		invited = append(invited, a)
	}
	if len(invited) == 0 {
		return nil, tgerr.New(400, "USERS_TOO_FEW")
	}
	c.newGroup(r.Title, invited)
	return &tg.MessagesInvitedUsers{Updates: c.answer()}, nil
}

func (c *call) newGroup(title string, invited []*account) *group {
	c.Last.Group++
	g := &group{ID: c.Last.Group, Title: title, Date: c.now(), Version: 1, Members: map[int64]*member{}}
	c.Groups[g.ID] = g
	g.Members[c.me.ID] = &member{Date: c.now(), Creator: true, Inviter: c.me.ID}
	ids := []int64{c.me.ID}
	var entered []*account
	for _, a := range invited {
		if a != c.me && !a.Deleted && g.Members[a.ID] == nil {
			g.Members[a.ID] = &member{Date: c.now(), Inviter: c.me.ID}
			ids, entered = append(ids, a.ID), append(entered, a)
		}
	}
	c.announce(GroupPeer(g.ID), false, &tg.MessageActionChatCreate{Title: title, Users: ids})
	for _, a := range entered {
		c.movedInGroup(g, a, nil)
	}
	return g
}

func (c *call) addChatUser(r *tg.MessagesAddChatUserRequest) (*tg.MessagesInvitedUsers, error) {
	g, err := c.group(r.ChatID)
	if err != nil {
		return nil, err
	}
	a, err := c.user(r.UserID)
	switch {
	case err != nil:
		return nil, err
	case !g.Members[c.me.ID].in():
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	case a.Deleted:
		return nil, tgerr.New(400, "INPUT_USER_DEACTIVATED")
	case g.Members[a.ID].in():
		return nil, tgerr.New(400, "USER_ALREADY_PARTICIPANT")
	case count(g.Members) >= maxGroup:
		return nil, tgerr.New(400, "USERS_TOO_MUCH")
	}
	c.addToGroup(g, a, c.me)
	return &tg.MessagesInvitedUsers{Updates: c.answer()}, nil
}

func (c *call) addToGroup(g *group, a, by *account) {
	before := copyOf(g.Members[a.ID])
	g.Members[a.ID] = &member{Date: c.now(), Inviter: by.ID}
	g.Version++
	c.announce(GroupPeer(g.ID), false, &tg.MessageActionChatAddUser{Users: []int64{a.ID}})
	c.movedInGroup(g, a, before)
}

func (c *call) removeFromGroup(g *group, a *account) {
	m := g.Members[a.ID]
	if !m.in() {
		return
	}
	before := copyOf(m)
	c.announce(GroupPeer(g.ID), false, &tg.MessageActionChatDeleteUser{UserID: a.ID})
	m.Out, m.Admin = true, false
	g.Version++
	c.movedInGroup(g, a, before)
}

// movedInGroup sends the change of a membership to the bots that are admins, and to the bot whose membership changed.
func (c *call) movedInGroup(g *group, a *account, before *member) {
	for id, m := range g.Members {
		bot := c.Accounts[id]
		if bot.Bot == nil || bot != a && !m.admin() {
			continue
		}
		u := &tg.UpdateChatParticipant{ChatID: g.ID, Date: c.now(), ActorID: c.me.ID, UserID: a.ID}
		if before.in() {
			u.SetPrevParticipant(viewGroupMember(a.ID, before))
		}
		if m := g.Members[a.ID]; m.in() {
			u.SetNewParticipant(viewGroupMember(a.ID, m))
		}
		c.tellBot(bot, u, UserPeer(a.ID), UserPeer(c.me.ID), GroupPeer(g.ID))
	}
}

// viewGroupMember renders a member of a basic group.
func viewGroupMember(id int64, m *member) tg.ChatParticipantClass {
	switch {
	case m.Creator:
		return &tg.ChatParticipantCreator{UserID: id}
	case m.Admin:
		return &tg.ChatParticipantAdmin{UserID: id, InviterID: m.Inviter, Date: m.Date}
	}
	return &tg.ChatParticipant{UserID: id, InviterID: m.Inviter, Date: m.Date}
}

func (c *call) deleteChatUser(r *tg.MessagesDeleteChatUserRequest) (tg.UpdatesClass, error) {
	g, err := c.group(r.ChatID)
	if err != nil {
		return nil, err
	}
	a, err := c.user(r.UserID)
	switch {
	case err != nil:
		return nil, err
	case !g.Members[a.ID].in():
		return nil, tgerr.New(400, "USER_NOT_PARTICIPANT")
	case a != c.me && g.Members[a.ID].Inviter != c.me.ID && !g.Members[c.me.ID].admin():
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	c.removeFromGroup(g, a)
	return c.answer(), nil
}

// groupAdmin has the rights of every admin of a basic group.
func groupAdmin() tg.ChatAdminRights {
	r := allRights()
	r.AddAdmins = false
	return r
}

func (c *call) editChatAdmin(r *tg.MessagesEditChatAdminRequest) (bool, error) {
	g, err := c.group(r.ChatID)
	if err != nil {
		return false, err
	}
	a, err := c.user(r.UserID)
	if err != nil {
		return false, err
	}
	m := g.Members[a.ID]
	switch {
	case !g.Members[c.me.ID].in() || !g.Members[c.me.ID].Creator:
		return false, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	case !m.in():
		return false, tgerr.New(400, "USER_NOT_PARTICIPANT")
	}
	c.setGroupAdmin(g, a, r.IsAdmin)
	return true, nil
}

func (c *call) setGroupAdmin(g *group, a *account, admin bool) {
	m := g.Members[a.ID]
	before := copyOf(m)
	defer func() { c.movedInGroup(g, a, before) }()
	m.Admin, m.Rights, m.Promoter = admin, tg.ChatAdminRights{}, c.me.ID
	if admin {
		m.Rights = groupAdmin()
	}
	g.Version++
	for id, member := range g.Members {
		if member.in() {
			c.emit(c.Accounts[id], func(to *gathered) tg.UpdateClass {
				to.add(GroupPeer(g.ID))
				return &tg.UpdateChatParticipants{Participants: c.participants(g, to)}
			})
		}
	}
}

func (c *call) editChatTitle(r *tg.MessagesEditChatTitleRequest) (tg.UpdatesClass, error) {
	g, err := c.group(r.ChatID)
	if err != nil {
		return nil, err
	}
	if !g.Members[c.me.ID].in() {
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	g.Title = r.Title
	g.Version++
	c.announce(GroupPeer(g.ID), false, &tg.MessageActionChatEditTitle{Title: r.Title})
	return c.answer(), nil
}

func (c *call) participants(g *group, to *gathered) tg.ChatParticipantsClass {
	list := &tg.ChatParticipants{ChatID: g.ID, Version: g.Version}
	for id, m := range g.Members {
		if !m.in() {
			continue
		}
		to.add(UserPeer(id))
		list.Participants = append(list.Participants, viewGroupMember(id, m))
	}
	return list
}

func (c *call) getFullChat(id int64) (*tg.MessagesChatFull, error) {
	g, err := c.group(id)
	if err != nil {
		return nil, err
	}
	p := GroupPeer(g.ID)
	c.people.add(p)
	full := &tg.ChatFull{ID: g.ID, Participants: c.participants(g, c.people)}
	for id, m := range g.Members {
		if a := c.Accounts[id]; m.in() && a.Bot != nil {
			full.BotInfo = append(full.BotInfo, c.botInfo(a, p, c.me))
		}
	}
	return &tg.MessagesChatFull{FullChat: full, Users: c.people.userList(), Chats: c.people.chatList()}, nil
}

func (c *call) getChats(ids []int64) (tg.MessagesChatsClass, error) {
	list := []tg.ChatClass{}
	for _, id := range ids {
		g, err := c.group(id)
		if err != nil {
			return nil, err
		}
		list = append(list, c.viewGroup(c.me, g))
	}
	return &tg.MessagesChats{Chats: list}, nil
}

// CreateGroup makes a basic group and returns its id.
func (w *World) CreateGroup(creator int64, title string, members ...int64) (int64, error) {
	w.mu.Lock()
	defer w.unlock()
	c, err := w.as(creator)
	if err != nil {
		return 0, err
	}
	var invited []*account
	for _, id := range members {
		a := w.Accounts[id]
		if a == nil {
			return 0, fmt.Errorf("group member %d: %w", id, errNoAccount)
		}
		invited = append(invited, a)
	}
	return c.newGroup(title, invited).ID, nil
}

// PromoteInGroup makes a member an admin of a basic group, or removes the admin rights.
func (w *World) PromoteInGroup(groupID, accountID int64, admin bool) error {
	w.mu.Lock()
	var creator int64
	if g := w.Groups[groupID]; g != nil {
		for id, m := range g.Members {
			if m.Creator {
				creator = id
			}
		}
	}
	w.mu.Unlock()
	return w.inChat(GroupPeer(groupID), creator, func(c *call) error {
		g := w.Groups[groupID]
		if !g.Members[accountID].in() {
			return errNoAccount
		}
		c.setGroupAdmin(g, w.Accounts[accountID], admin)
		return nil
	})
}
