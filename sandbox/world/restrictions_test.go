package world_test

import (
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

func TestProtected_NothingIsForwardedOrCopiedOutOfTheChat(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	channel := must[int64](t)(s.CreateChannel(ann.id, "Films", "club_films", true))
	posted := must[world.Posted](t)(s.PostFile(ann.id, world.ChannelPeer(channel), world.FileSpec{Name: "a.mkv", Size: 1}))
	forward := func(u *session, from tg.InputPeerClass, id int, copied bool) error {
		s.random++
		_, err := u.api.MessagesForwardMessages(s.ctx, &tg.MessagesForwardMessagesRequest{
			FromPeer: from, ID: []int{id}, RandomID: []int64{s.random}, ToPeer: &tg.InputPeerSelf{}, DropAuthor: copied,
		})
		return err
	}
	in := s.toChannel(ann, channel)
	for _, copied := range []bool{false, true} {
		if err := forward(ann, in, posted.Message, copied); err != nil {
			t.Errorf("from an open channel, copied %v: %v", copied, err)
		}
	}
	if err := s.Protect(channel, true); err != nil {
		t.Fatal(err)
	}
	for _, copied := range []bool{false, true} {
		wantError(t, forward(ann, in, posted.Message, copied), "CHAT_FORWARDS_RESTRICTED")
	}
	if _, err := s.Forward(ann.id, world.ChannelPeer(channel), posted.Message, world.UserPeer(bot.id)); err == nil {
		t.Error("the Go API forwards out of a protected channel")
	}
	// A single message of an open chat may be protected, too.
	s.text(ann, s.to(ann, bot.id), "/start")
	ann.updates()
	must[tg.UpdatesClass](t)(bot.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{Peer: s.to(bot, ann.id), Message: "for you only", RandomID: 900, Noforwards: true}))
	sent := messagesIn(ann.updates())[0]
	if !sent.Noforwards {
		t.Error("the message does not show its protection")
	}
	wantError(t, forward(ann, s.to(ann, bot.id), sent.ID, false), "CHAT_FORWARDS_RESTRICTED")
}
