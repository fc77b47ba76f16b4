package world_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

func TestPrivate_EachSideHasItsOwnIDsAndPts(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, cat := s.user("ann"), s.user("ben"), s.user("cat")
	s.text(ben, s.to(ben, cat.id), "shifts ben's ids")
	sent := s.text(ann, s.to(ann, ben.id), "hello")
	got := messagesIn(ben.updates())
	if len(got) != 1 || got[0].Message != "hello" || got[0].Out || sent == got[0].ID {
		t.Fatalf("ben got %+v, ann's id %d", got, sent)
	}
	if got[0].PeerID.(*tg.PeerUser).UserID != ann.id {
		t.Errorf("ben sees it in chat %v", got[0].PeerID)
	}
	if len(ann.updates()) != 0 {
		t.Error("the sender's own session was pushed to")
	}
	second := s.signIn(ann.id)
	s.text(ann, s.to(ann, ben.id), "again")
	if m := messagesIn(second.updates()); len(m) != 1 || !m[0].Out {
		t.Errorf("the sender's other session got %+v", m)
	}
	h := must[tg.MessagesMessagesClass](t)(ann.api.MessagesGetHistory(s.ctx, &tg.MessagesGetHistoryRequest{Peer: s.to(ann, ben.id), Limit: 10}))
	list := h.(*tg.MessagesMessages).Messages
	if len(list) != 2 || list[0].(*tg.Message).Message != "again" || !list[1].(*tg.Message).Out {
		t.Errorf("history %+v", list)
	}
}

func TestSend_SameRandomIDAgainAnswersWithTheFirstMessage(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben := s.user("ann"), s.user("ben")
	r := &tg.MessagesSendMessageRequest{Peer: s.to(ann, ben.id), Message: "once", RandomID: 42}
	first := must[tg.UpdatesClass](t)(ann.api.MessagesSendMessage(s.ctx, r)).(*tg.Updates).Updates
	s.text(ann, s.to(ann, ben.id), "another")
	r.Message = "twice"
	again := must[tg.UpdatesClass](t)(ann.api.MessagesSendMessage(s.ctx, r)).(*tg.Updates).Updates
	id, now := first[0].(*tg.UpdateMessageID), again[0].(*tg.UpdateMessageID)
	if *id != *now {
		t.Errorf("the repeat was answered with %+v, the first send with %+v", now, id)
	}
	if u := again[1].(*tg.UpdateNewMessage); u.PtsCount != 0 || u.Message.(*tg.Message).Message != "once" {
		t.Errorf("the repeat was answered with %+v", u)
	}
	h := must[[]*tg.Message](t)(s.History(ben.id, world.UserPeer(ann.id)))
	if len(h) != 2 {
		t.Errorf("%d messages, want 2", len(h))
	}
	if err := s.DeleteMessages(ann.id, world.UserPeer(ben.id), id.ID); err != nil {
		t.Fatal(err)
	}
	_, err := ann.api.MessagesSendMessage(s.ctx, r)
	wantError(t, err, "RANDOM_ID_DUPLICATE")
}

func TestSend_BotsMayNotSchedule(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	s.text(ann, s.to(ann, bot.id), "/start")
	r := &tg.MessagesSendMessageRequest{Peer: s.to(bot, ann.id), Message: "later", RandomID: 1}
	r.SetScheduleDate(int(time.Now().Add(time.Hour).Unix()))
	_, err := bot.api.MessagesSendMessage(s.ctx, r)
	wantError(t, err, "SCHEDULE_BOT_NOT_ALLOWED")
}

func TestForward_HasARestrictionAndALimitOfItsOwn(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, bot := s.user("ann"), s.user("ben"), s.bot("clubbot")
	basic := must[int64](t)(s.CreateGroup(ann.id, "Club", ben.id, bot.id))
	must[int](t)(s.SendText(ann.id, world.UserPeer(bot.id), "news"))
	id := must[[]*tg.Message](t)(s.History(bot.id, world.UserPeer(ann.id)))[0].ID
	r := &tg.MessagesForwardMessagesRequest{FromPeer: s.to(bot, ann.id), ID: []int{id}, RandomID: []int64{1}, ToPeer: s.to(bot, ann.id), Noforwards: true}
	must[tg.UpdatesClass](t)(bot.api.MessagesForwardMessages(s.ctx, r))
	copied := must[[]*tg.Message](t)(s.History(ann.id, world.UserPeer(bot.id)))
	if m := copied[len(copied)-1]; !m.Noforwards {
		t.Error("the copy is not protected")
	}
	r.ID, r.RandomID = make([]int, 101), make([]int64, 101)
	_, err := bot.api.MessagesForwardMessages(s.ctx, r)
	wantError(t, err, "LIMIT_INVALID")
	if err := s.Restrict(world.GroupPeer(basic), tg.ChatBannedRights{SendPlain: true}); err != nil {
		t.Fatal(err)
	}
	r = &tg.MessagesForwardMessagesRequest{FromPeer: s.to(bot, ann.id), ID: []int{id}, RandomID: []int64{2}, ToPeer: &tg.InputPeerChat{ChatID: basic}}
	_, err = bot.api.MessagesForwardMessages(s.ctx, r)
	wantError(t, err, "CHAT_SEND_PLAIN_FORBIDDEN")
}

func TestDelete_BotsHave48Hours(t *testing.T) {
	now := time.Now()
	s := newScene(t, world.Options{Now: func() time.Time { return now }})
	ann, bot := s.user("ann"), s.bot("clubbot")
	s.text(ann, s.to(ann, bot.id), "/start")
	id := must[int](t)(s.SendText(bot.id, world.UserPeer(ann.id), "old"))
	now = now.Add(48*time.Hour + time.Second)
	fresh := must[int](t)(s.SendText(bot.id, world.UserPeer(ann.id), "new"))
	_, err := bot.api.MessagesDeleteMessages(s.ctx, &tg.MessagesDeleteMessagesRequest{ID: []int{id, fresh}})
	wantError(t, err, "MESSAGE_DELETE_FORBIDDEN")
	must[*tg.MessagesAffectedMessages](t)(bot.api.MessagesDeleteMessages(s.ctx, &tg.MessagesDeleteMessagesRequest{ID: []int{fresh}}))
	if h := must[[]*tg.Message](t)(s.History(ann.id, world.UserPeer(bot.id))); len(h) != 2 || h[1].Message != "old" {
		t.Errorf("the chat has %d messages", len(h))
	}
}

func TestAddPeople_ABotMayWriteToThem(t *testing.T) {
	s := newScene(t, world.Options{})
	bot := s.bot("clubbot")
	people := must[[]world.User](t)(s.AddPeople(10_000, bot.id, "hi"))
	if len(bot.updates()) != 0 {
		t.Error("the bot got updates")
	}
	for _, p := range []world.User{people[0], people[9_999]} {
		s.text(bot, s.to(bot, p.ID), "hello")
		if h := must[[]*tg.Message](t)(s.History(p.ID, world.UserPeer(bot.id))); len(h) != 1 || p.Lang != "hi" {
			t.Errorf("%+v has %d messages", p, len(h))
		}
	}
}

func TestSend_SameRandomIDTwiceInOneRequestPostsNothing(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben := s.user("ann"), s.user("ben")
	id := s.text(ann, s.to(ann, ben.id), "hello")
	r := &tg.MessagesForwardMessagesRequest{FromPeer: s.to(ann, ben.id), ID: []int{id, id}, RandomID: []int64{43, 43}, ToPeer: &tg.InputPeerSelf{}}
	_, err := ann.api.MessagesForwardMessages(s.ctx, r)
	wantError(t, err, "RANDOM_ID_DUPLICATE")
	if h := must[[]*tg.Message](t)(s.History(ann.id, world.UserPeer(ann.id))); len(h) != 0 {
		t.Errorf("%d messages, want none", len(h))
	}
	r.RandomID = []int64{43, 44}
	must[tg.UpdatesClass](t)(ann.api.MessagesForwardMessages(s.ctx, r))
}

func TestEdit_BothSidesSeeItAndAKeyboardCanGo(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	s.text(ann, s.to(ann, bot.id), "/start")
	u := must[tg.UpdatesClass](t)(bot.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{
		Peer: s.to(bot, ann.id), Message: "pick", RandomID: 7, ReplyMarkup: keyboard("a", "one"),
	}))
	id := sentID(u)
	ann.updates()
	edit := &tg.MessagesEditMessageRequest{Peer: s.to(bot, ann.id), ID: id}
	edit.SetMessage("picked")
	must[tg.UpdatesClass](t)(bot.api.MessagesEditMessage(s.ctx, edit))
	_, err := bot.api.MessagesEditMessage(s.ctx, edit)
	wantError(t, err, "MESSAGE_NOT_MODIFIED")
	got := ann.updates()
	m := got[0].(*tg.UpdateEditMessage).Message.(*tg.Message)
	if len(got) != 1 || m.Message != "picked" || m.ReplyMarkup != nil || m.EditDate == 0 {
		t.Errorf("ann saw %+v", m)
	}
	_, err = ann.api.MessagesEditMessage(s.ctx, &tg.MessagesEditMessageRequest{Peer: s.to(ann, bot.id), ID: m.ID, Message: "mine"})
	wantError(t, err, "MESSAGE_AUTHOR_REQUIRED")
}

func TestDelete_RevokeTakesItFromBoth(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben := s.user("ann"), s.user("ben")
	id := s.text(ann, s.to(ann, ben.id), "oops")
	ben.updates()
	a := must[*tg.MessagesAffectedMessages](t)(ann.api.MessagesDeleteMessages(s.ctx, &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: []int{id}}))
	if a.PtsCount != 1 {
		t.Errorf("affected %+v", a)
	}
	if got := ben.updates(); len(got) != 1 || len(got[0].(*tg.UpdateDeleteMessages).Messages) != 1 {
		t.Errorf("ben got %v", got)
	}
	m := must[tg.MessagesMessagesClass](t)(ann.api.MessagesGetMessages(s.ctx, []tg.InputMessageClass{&tg.InputMessageID{ID: id}}))
	if _, ok := m.(*tg.MessagesMessages).Messages[0].(*tg.MessageEmpty); !ok {
		t.Error("a deleted message is still read")
	}
}

func TestChannel_PostsReachMembersWithChannelPts(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, bot := s.user("ann"), s.user("ben"), s.bot("clubbot")
	ch := must[int64](t)(s.CreateChannel(ann.id, "Archive", "", true))
	if err := s.Promote(ch, bot.id, world.AdminRights()); err != nil {
		t.Fatal(err)
	}
	if err := s.Join(world.ChannelPeer(ch), ben.id); err != nil {
		t.Fatal(err)
	}
	ben.updates()
	bot.updates()
	var pts []int
	for i := range 3 {
		s.text(ann, s.toChannel(ann, ch), fmt.Sprint("post ", i))
	}
	for _, u := range bot.updates() {
		if n, ok := u.(*tg.UpdateNewChannelMessage); ok {
			pts = append(pts, n.Pts)
			if m := n.Message.(*tg.Message); !m.Post || m.FromID != nil || m.Out {
				t.Errorf("post %+v", m)
			}
		}
	}
	if len(pts) != 3 || pts[1] != pts[0]+1 || pts[2] != pts[1]+1 {
		t.Errorf("pts %v", pts)
	}
	if len(messagesIn(ben.updates())) != 3 {
		t.Error("a member missed posts")
	}
	_, err := ben.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{Peer: s.toChannel(ben, ch), Message: "x", RandomID: 1})
	wantError(t, err, "CHAT_WRITE_FORBIDDEN")
	cat := s.user("cat")
	_, err = cat.api.ChannelsGetMessages(s.ctx, &tg.ChannelsGetMessagesRequest{Channel: s.inChannel(cat, ch)})
	wantError(t, err, "CHANNEL_PRIVATE")
	_, err = cat.api.ChannelsGetFullChannel(s.ctx, &tg.InputChannel{ChannelID: ch, AccessHash: 1})
	wantError(t, err, "CHANNEL_INVALID")
	got := must[tg.MessagesMessagesClass](t)(bot.api.ChannelsGetMessages(s.ctx, &tg.ChannelsGetMessagesRequest{
		Channel: s.inChannel(bot, ch), ID: []tg.InputMessageClass{&tg.InputMessageID{ID: 3}, &tg.InputMessageID{ID: 99}},
	})).(*tg.MessagesChannelMessages)
	if got.Messages[0].(*tg.Message).Message != "post 1" || got.Messages[1].(*tg.MessageEmpty).ID != 99 || len(got.Chats) != 1 {
		t.Errorf("read %+v", got)
	}
	full := must[*tg.MessagesChatFull](t)(bot.api.ChannelsGetFullChannel(s.ctx, s.inChannel(bot, ch)))
	if full.FullChat.(*tg.ChannelFull).ParticipantsCount != 3 {
		t.Errorf("full %+v", full.FullChat)
	}
	p := must[*tg.ChannelsChannelParticipant](t)(bot.api.ChannelsGetParticipant(s.ctx, &tg.ChannelsGetParticipantRequest{
		Channel: s.inChannel(bot, ch), Participant: &tg.InputPeerSelf{},
	}))
	if _, ok := p.Participant.(*tg.ChannelParticipantAdmin); !ok {
		t.Errorf("participant %T", p.Participant)
	}
}

func TestGroup_PrivacyModeShowsABotOnlyWhatIsForIt(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, bot := s.user("ann"), s.user("ben"), s.bot("clubbot")
	basic := world.GroupPeer(must[int64](t)(s.CreateGroup(ann.id, "Club", ben.id, bot.id)))
	super := world.ChannelPeer(must[int64](t)(s.CreateChannel(ann.id, "Hall", "hall", false)))
	for _, id := range []int64{ben.id, bot.id} {
		if err := s.Join(super, id); err != nil {
			t.Fatal(err)
		}
	}
	for _, group := range []world.Peer{basic, super} {
		bot.updates()
		for _, text := range []string{"chat", "/search x", "/search@otherbot x", "/search@clubbot x", "hi @clubbot!", "hi @clubbot2"} {
			if _, err := s.SendText(ben.id, group, text); err != nil {
				t.Fatal(err)
			}
		}
		mine := must[int](t)(s.SendText(bot.id, group, "an answer"))
		for _, m := range must[[]*tg.Message](t)(s.History(ben.id, group)) {
			if m.Message == "an answer" {
				must[int](t)(s.Reply(ben.id, group, m.ID, "thanks"))
			}
		}
		var texts []string
		for _, m := range messagesIn(bot.updates()) {
			if m.ID != mine {
				texts = append(texts, m.Message)
			}
		}
		want := "/search x|/search@clubbot x|hi @clubbot!|thanks"
		if strings.Join(texts, "|") != want {
			t.Errorf("in %v the bot saw %q, want %q", group, strings.Join(texts, "|"), want)
		}
	}
	if err := s.PromoteInGroup(basic.ID, bot.id, true); err != nil {
		t.Fatal(err)
	}
	bot.updates()
	must[int](t)(s.SendText(ben.id, basic, "chat"))
	if len(messagesIn(bot.updates())) != 1 {
		t.Error("an admin bot does not see everything")
	}
}

func keyboard(pairs ...string) *tg.ReplyInlineMarkup {
	row := tg.KeyboardButtonRow{}
	for i := 0; i < len(pairs); i += 2 {
		row.Buttons = append(row.Buttons, &tg.KeyboardButtonCallback{Text: pairs[i], Data: []byte(pairs[i+1])})
	}
	return &tg.ReplyInlineMarkup{Rows: []tg.KeyboardButtonRow{row}}
}
