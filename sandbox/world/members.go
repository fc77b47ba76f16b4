// Members of channels and their rights.

package world

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (w *World) routeMembers(d *tg.ServerDispatcher) {
	d.OnChannelsGetParticipant(on(w, (*call).getParticipant))
	d.OnChannelsGetParticipants(on(w, (*call).getParticipants))
	d.OnChannelsInviteToChannel(on(w, (*call).inviteToChannel))
	d.OnChannelsJoinChannel(on(w, (*call).joinChannel))
	d.OnChannelsLeaveChannel(on(w, (*call).leaveChannel))
	d.OnChannelsEditAdmin(on(w, (*call).editAdmin))
	d.OnChannelsEditBanned(on(w, (*call).editBanned))
	d.OnMessagesExportChatInvite(on(w, (*call).exportInvite))
	d.OnMessagesCheckChatInvite(on(w, (*call).checkInvite))
	d.OnMessagesImportChatInvite(on(w, (*call).importInvite))
	d.OnMessagesHideChatJoinRequest(on(w, (*call).hideJoinRequest))
}

// may reports whether a member has all the rights. m may be nil.
func (m *member) may(need tg.ChatAdminRights) bool {
	if !m.admin() {
		return false
	}
	if m.Creator {
		return true
	}
	have := cleanRights(m.Rights)
	have.SetFlags()
	need.SetFlags()
	return have.Flags&need.Flags == need.Flags
}

// viewParticipant renders a member for channels.getParticipant.
func viewParticipant(id int64, m *member, viewer int64) tg.ChannelParticipantClass {
	switch {
	case m == nil:
		return nil
	case m.Banned:
		return &tg.ChannelParticipantBanned{
			Left: true, Peer: UserPeer(id).tg(), KickedBy: m.Promoter, Date: m.Date,
			BannedRights: tg.ChatBannedRights{ViewMessages: true, UntilDate: forever},
		}
	case m.Out:
		return &tg.ChannelParticipantLeft{Peer: UserPeer(id).tg()}
	case m.Creator:
		return &tg.ChannelParticipantCreator{UserID: id, AdminRights: allRights(), Rank: m.Rank}
	case m.Admin:
		p := &tg.ChannelParticipantAdmin{
			UserID: id, PromotedBy: m.Promoter, Date: m.Date, AdminRights: cleanRights(m.Rights), Rank: m.Rank,
			Self: id == viewer, CanEdit: m.Promoter == viewer,
		}
		if id == viewer {
			p.SetInviterID(m.Inviter)
		}
		return p
	case id == viewer:
		return &tg.ChannelParticipantSelf{UserID: id, InviterID: m.Inviter, Date: m.Date}
	}
	return &tg.ChannelParticipant{UserID: id, Date: m.Date}
}

func (c *call) getParticipant(r *tg.ChannelsGetParticipantRequest) (*tg.ChannelsChannelParticipant, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return nil, err
	}
	p, err := c.peer(r.Participant)
	if err != nil || p.Kind != PeerUser {
		return nil, tgerr.New(400, "USER_ID_INVALID")
	}
	m := ch.Members[p.ID]
	switch {
	case ch.Broadcast && p.ID != c.me.ID && !ch.Members[c.me.ID].admin():
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED") // whether the person is a member or not
	case m == nil || m.Out && !m.Banned:
		return nil, tgerr.New(400, "USER_NOT_PARTICIPANT")
	}
	c.people.add(p, ChannelPeer(ch.ID))
	return &tg.ChannelsChannelParticipant{
		Participant: viewParticipant(p.ID, m, c.me.ID), Users: c.people.userList(), Chats: c.people.chatList(),
	}, nil
}

func (c *call) getParticipants(r *tg.ChannelsGetParticipantsRequest) (tg.ChannelsChannelParticipantsClass, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return nil, err
	}
	if ch.Broadcast && !ch.Members[c.me.ID].admin() {
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	var ids []int64
	for _, id := range slices.SortedFunc(maps.Keys(ch.Members), cmp.Compare[int64]) {
		if c.filtered(r.Filter, c.Accounts[id], ch.Members[id]) {
			ids = append(ids, id)
		}
	}
	answer := &tg.ChannelsChannelParticipants{Count: len(ids), Participants: []tg.ChannelParticipantClass{}}
	ids = ids[min(max(r.Offset, 0), len(ids)):]
	for _, id := range ids[:min(len(ids), cmp.Or(max(r.Limit, 0), 200), 200)] {
		answer.Participants = append(answer.Participants, viewParticipant(id, ch.Members[id], c.me.ID))
		c.people.add(UserPeer(id))
	}
	c.people.add(ChannelPeer(ch.ID))
	answer.Users, answer.Chats = c.people.userList(), c.people.chatList()
	return answer, nil
}

func (c *call) filtered(filter tg.ChannelParticipantsFilterClass, a *account, m *member) bool {
	switch f := filter.(type) {
	case *tg.ChannelParticipantsAdmins:
		return m.admin()
	case *tg.ChannelParticipantsBots:
		return m.in() && a.Bot != nil
	case *tg.ChannelParticipantsKicked, *tg.ChannelParticipantsBanned:
		return m.Banned
	case *tg.ChannelParticipantsSearch:
		return m.in() && strings.Contains(strings.ToLower(a.First+" "+a.Last+" "+a.Username), strings.ToLower(f.Q))
	}
	return m.in()
}

// enter makes an account a member. by is the account that added it, or the account itself.
func (c *call) enter(ch *channel, a *account, by *account) {
	before := c.standing(ch, a)
	m := &member{Date: c.now(), Inviter: by.ID}
	if old := ch.Members[a.ID]; old != nil && old.Creator {
		m.Creator = true
	}
	ch.Members[a.ID] = m
	a.Joined[ch.ID] = true
	delete(ch.Requests, a.ID)
	c.tellChannel(a, ch)
	if !ch.Broadcast {
		c.announce(ChannelPeer(ch.ID), false, &tg.MessageActionChatAddUser{Users: []int64{a.ID}})
	}
	c.moved(ch, a, before)
}

// exit ends a membership. A banned member cannot join again.
func (c *call) exit(ch *channel, a *account, banned bool) {
	before := c.standing(ch, a)
	m := ch.Members[a.ID]
	if m == nil {
		m = &member{Date: c.now()}
		ch.Members[a.ID] = m
	}
	if m.in() && !ch.Broadcast {
		c.announce(ChannelPeer(ch.ID), false, &tg.MessageActionChatDeleteUser{UserID: a.ID})
	}
	m.Out, m.Banned, m.Admin, m.Rights, m.Promoter = true, banned, false, tg.ChatAdminRights{}, c.me.ID
	delete(a.Joined, ch.ID)
	c.tellChannel(a, ch)
	c.moved(ch, a, before)
}

// standing returns a copy of a membership, to detect changes, or nil for an account that is no member.
func (c *call) standing(ch *channel, a *account) *member {
	return copyOf(ch.Members[a.ID])
}

// copyOf returns a copy of a membership; nil for nil.
func copyOf(m *member) *member {
	if m == nil {
		return nil
	}
	before := *m
	return &before
}

// moved sends the change of a membership to the bots that are admins, and to the bot whose membership changed.
func (c *call) moved(ch *channel, a *account, before *member) {
	for id, m := range ch.Members {
		if bot := c.Accounts[id]; bot.Bot != nil && (bot == a || m.admin()) {
			c.tellMoved(bot, ch, a, before)
		}
	}
}

// tellMoved sends a bot the change of a membership.
func (c *call) tellMoved(bot *account, ch *channel, a *account, before *member) {
	u := &tg.UpdateChannelParticipant{ChannelID: ch.ID, Date: c.now(), ActorID: c.me.ID, UserID: a.ID}
	if p := viewParticipant(a.ID, before, bot.ID); p != nil {
		u.SetPrevParticipant(p)
	}
	if p := viewParticipant(a.ID, ch.Members[a.ID], bot.ID); p != nil {
		u.SetNewParticipant(p)
	}
	c.tellBot(bot, u, UserPeer(a.ID), UserPeer(c.me.ID), ChannelPeer(ch.ID))
}

func (c *call) inviteToChannel(r *tg.ChannelsInviteToChannelRequest) (*tg.MessagesInvitedUsers, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return nil, err
	}
	mine := ch.Members[c.me.ID]
	if ch.Broadcast && !mine.may(tg.ChatAdminRights{InviteUsers: true}) || !mine.in() {
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	}
	for _, in := range r.Users {
		a, err := c.user(in)
		switch {
		case err != nil:
			return nil, err
		case a.Deleted:
			return nil, tgerr.New(400, "INPUT_USER_DEACTIVATED")
		case a.Bot != nil && ch.Broadcast:
			return nil, tgerr.New(400, "USER_BOT") // bots enter channels only as admins
		}
		if !ch.Members[a.ID].in() {
			c.enter(ch, a, c.me)
		}
	}
	return &tg.MessagesInvitedUsers{Updates: c.answer()}, nil
}

func (c *call) joinChannel(in tg.InputChannelClass) (tg.MessagesChatInviteJoinResultClass, error) {
	ch, err := c.channel(in)
	if err != nil {
		return nil, err
	}
	if ch.Members[c.me.ID].in() {
		return nil, tgerr.New(400, "USER_ALREADY_PARTICIPANT")
	}
	c.enter(ch, c.me, c.me)
	return &tg.MessagesChatInviteJoinResultOk{Updates: c.answer()}, nil
}

func (c *call) leaveChannel(in tg.InputChannelClass) (tg.UpdatesClass, error) {
	ch, err := c.channel(in)
	if err != nil {
		return nil, err
	}
	m := ch.Members[c.me.ID]
	switch {
	case !m.in():
		return nil, tgerr.New(400, "USER_NOT_PARTICIPANT")
	case m.Creator:
		return nil, tgerr.New(400, "USER_CREATOR")
	}
	c.exit(ch, c.me, false)
	return c.answer(), nil
}

func (c *call) editAdmin(r *tg.ChannelsEditAdminRequest) (tg.UpdatesClass, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return nil, err
	}
	a, err := c.user(r.UserID)
	if err != nil {
		return nil, err
	}
	switch m := ch.Members[a.ID]; {
	case !ch.Members[c.me.ID].may(tg.ChatAdminRights{AddAdmins: true}):
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	case m.in() && m.Creator:
		return nil, tgerr.New(400, "USER_CREATOR")
	case !m.in() && a.Bot == nil:
		return nil, tgerr.New(400, "USER_NOT_PARTICIPANT")
	}
	c.promote(ch, a, r.AdminRights, r.Rank)
	return c.answer(), nil
}

// promote gives an account admin rights, or removes them if there are none. It can add a bot to the channel.
func (c *call) promote(ch *channel, a *account, rights tg.ChatAdminRights, rank string) {
	if !ch.Members[a.ID].in() {
		c.enter(ch, a, c.me)
	}
	before := c.standing(ch, a)
	rights = cleanRights(rights)
	m := ch.Members[a.ID]
	m.Admin, m.Rights, m.Rank, m.Promoter = !rights.Zero(), rights, rank, c.me.ID
	c.tellChannel(a, ch)
	c.moved(ch, a, before)
}

func (c *call) editBanned(r *tg.ChannelsEditBannedRequest) (tg.UpdatesClass, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return nil, err
	}
	p, err := c.peer(r.Participant)
	if err != nil || p.Kind != PeerUser {
		return nil, tgerr.New(400, "USER_ID_INVALID")
	}
	m := ch.Members[p.ID]
	switch {
	case !ch.Members[c.me.ID].may(tg.ChatAdminRights{BanUsers: true}):
		return nil, tgerr.New(400, "CHAT_ADMIN_REQUIRED")
	case m.in() && m.Creator:
		return nil, tgerr.New(400, "USER_ADMIN_INVALID")
	}
	if r.BannedRights.ViewMessages {
		c.exit(ch, c.Accounts[p.ID], true)
	} else if m != nil && m.Banned {
		m.Banned = false
		c.tellChannel(c.Accounts[p.ID], ch)
	}
	return c.answer(), nil
}
