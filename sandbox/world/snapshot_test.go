package world_test

import (
	"bytes"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

func TestSnapshot_ARestartedWorldGoesOn(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	s.text(ann, s.to(ann, bot.id), "/start")
	ch := must[int64](t)(s.CreateChannel(ann.id, "Archive", "", true))
	if err := s.Promote(ch, bot.id, world.AdminRights()); err != nil {
		t.Fatal(err)
	}
	state := must[*tg.UpdatesState](t)(bot.api.UpdatesGetState(s.ctx))
	post := must[world.Posted](t)(s.PostFile(ann.id, world.ChannelPeer(ch), world.FileSpec{Name: "a.pdf", Size: 1, Caption: "c"}))
	s.text(ann, s.to(ann, bot.id), "while away")
	r := &tg.MessagesSendMessageRequest{Peer: s.to(bot, ann.id), Message: "once", RandomID: 99, ReplyMarkup: keyboard("a", "b")}
	sent := must[tg.UpdatesClass](t)(bot.api.MessagesSendMessage(s.ctx, r)).(*tg.Updates).Updates[0].(*tg.UpdateMessageID)

	var kept bytes.Buffer
	if err := s.Save(&kept); err != nil {
		t.Fatal(err)
	}
	next := world.New(world.Options{})
	if err := next.Load(&kept); err != nil {
		t.Fatal(err)
	}
	api := tg.NewClient(invoker{next, bot.from})
	d := must[tg.UpdatesDifferenceClass](t)(api.UpdatesGetDifference(s.ctx, &tg.UpdatesGetDifferenceRequest{
		Pts: state.Pts, Qts: state.Qts, Date: 1,
	})).(*tg.UpdatesDifference)
	if len(d.NewMessages) != 2 || d.NewMessages[0].(*tg.Message).Message != "while away" {
		t.Errorf("difference after the restart %+v", d.NewMessages)
	}
	again := must[tg.UpdatesClass](t)(api.MessagesSendMessage(s.ctx, r)).(*tg.Updates).Updates[0].(*tg.UpdateMessageID)
	if *again != *sent {
		t.Errorf("a repeat after the restart is message %d, not %d", again.ID, sent.ID)
	}
	m := must[tg.MessagesMessagesClass](t)(api.ChannelsGetMessages(s.ctx, &tg.ChannelsGetMessagesRequest{
		Channel: s.inChannel(bot, ch), ID: []tg.InputMessageClass{&tg.InputMessageID{ID: post.Message}},
	})).(*tg.MessagesChannelMessages).Messages[0].(*tg.Message)
	if m.Message != "c" || m.Media.(*tg.MessageMediaDocument).Document.GetID() != post.File {
		t.Errorf("post after the restart %+v", m)
	}
	if u, ok := next.UserByName("ANN"); !ok || u.ID != ann.id {
		t.Error("a name was lost")
	}
}
