package world_test

import (
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// userIn returns a user of an answer.
func userIn(t *testing.T, answer tg.MessagesMessagesClass, id int64) *tg.User {
	t.Helper()
	m, ok := answer.AsModified()
	if !ok {
		t.Fatalf("answer %T", answer)
	}
	for _, u := range m.GetUsers() {
		if u := u.(*tg.User); u.ID == id {
			return u
		}
	}
	t.Fatalf("no user %d in %v", id, m.GetUsers())
	return nil
}

func TestGroups_MembersWithoutAPrivateChatAreMinUsers(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, cat, bot := s.user("ann"), s.user("ben"), s.user("cat"), s.bot("clubbot")
	group := must[int64](t)(s.CreateChannel(ann.id, "Members", "members", false))
	for _, member := range []*session{ben, cat, bot} {
		if err := s.Join(world.ChannelPeer(group), member.id); err != nil {
			t.Fatal(err)
		}
	}
	said := must[int](t)(s.SendText(ben.id, world.ChannelPeer(group), "/help@clubbot"))
	read := func(by *session) *tg.User {
		t.Helper()
		return userIn(t, must[tg.MessagesMessagesClass](t)(by.api.ChannelsGetMessages(s.ctx, &tg.ChannelsGetMessagesRequest{
			Channel: s.inChannel(by, group), ID: []tg.InputMessageClass{&tg.InputMessageID{ID: said}},
		})), ben.id)
	}
	u := read(bot)
	if whole := s.Hash(bot.id, world.UserPeer(ben.id)); !u.Min || u.AccessHash == whole || u.FirstName != "ben" || u.LangCode != "" {
		t.Errorf("a member whom the bot does not know: %+v", u)
	}
	send := func(by *session, to tg.InputPeerClass) error {
		s.random++
		_, err := by.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{Peer: to, Message: "hello", RandomID: s.random})
		return err
	}
	find := func(in tg.InputUserClass) []tg.UserClass {
		return must[[]tg.UserClass](t)(bot.api.UsersGetUsers(s.ctx, []tg.InputUserClass{in}))
	}
	wantError(t, send(bot, &tg.InputPeerUser{UserID: ben.id, AccessHash: u.AccessHash}), "PEER_ID_INVALID")
	if got := find(&tg.InputUser{UserID: ben.id, AccessHash: u.AccessHash}); len(got) != 0 {
		t.Errorf("found by the min hash: %v", got)
	}
	if got := find(&tg.InputUser{UserID: ben.id}); len(got) != 1 || got[0].(*tg.User).Min {
		t.Errorf("a bot finds a member of its group by hash 0: %v", got)
	}
	seen := func(by *session, message int, id int64) *tg.InputPeerUserFromMessage {
		return &tg.InputPeerUserFromMessage{Peer: s.toChannel(by, group), MsgID: message, UserID: id}
	}
	wantError(t, send(bot, seen(bot, said, ben.id)), "FROM_MESSAGE_BOT_DISABLED")
	wantError(t, send(cat, &tg.InputPeerUser{UserID: ben.id, AccessHash: read(cat).AccessHash}), "PEER_ID_INVALID")
	wantError(t, send(cat, seen(cat, said+1, ben.id)), "MSG_ID_INVALID")
	wantError(t, send(cat, seen(cat, said, ann.id)), "PEER_ID_INVALID")
	if err := send(cat, seen(cat, said, ben.id)); err != nil {
		t.Errorf("a person writes to the author of a message: %v", err)
	}
	if read(cat).Min {
		t.Error("min for a person who has a private chat with the author")
	}
	s.text(ben, s.to(ben, bot.id), "/start")
	if u := read(bot); u.Min || u.AccessHash != s.Hash(bot.id, world.UserPeer(ben.id)) {
		t.Errorf("after a private message: %+v", u)
	}
}
