package world_test

import (
	"testing"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/sandbox/world"
)

// ofBot returns the changes of a bot's membership in basic groups.
func ofBot(list []tg.UpdateClass) (in []bool) {
	for _, u := range list {
		if u, ok := u.(*tg.UpdateChatParticipant); ok {
			in = append(in, u.NewParticipant != nil)
		}
	}
	return in
}

func TestGroups_ABotHearsOfItsOwnMembership(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	group := must[int64](t)(s.CreateGroup(ann.id, "Lads", bot.id))
	if got := ofBot(bot.updates()); len(got) != 1 || !got[0] {
		t.Errorf("added: %v", got)
	}
	if err := s.Leave(world.GroupPeer(group), bot.id); err != nil {
		t.Fatal(err)
	}
	if got := ofBot(bot.updates()); len(got) != 1 || got[0] {
		t.Errorf("removed: %v", got)
	}
	if err := s.Join(world.GroupPeer(group), bot.id); err != nil {
		t.Fatal(err)
	}
	if err := s.PromoteInGroup(group, bot.id, true); err != nil {
		t.Fatal(err)
	}
	if got := ofBot(bot.updates()); len(got) != 2 || !got[0] || !got[1] {
		t.Errorf("added and promoted: %v", got)
	}
}

func TestSlowMode_AMemberWaitsAndARepetitionDoesNot(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	channel := must[int64](t)(s.CreateChannel(ann.id, "Team", "", false))
	if err := s.Join(world.ChannelPeer(channel), bot.id); err != nil {
		t.Fatal(err)
	}
	if err := s.SetSlowMode(channel, 60); err != nil {
		t.Fatal(err)
	}
	bot.updates()
	in := &tg.InputPeerChannel{ChannelID: channel, AccessHash: s.Hash(bot.id, world.ChannelPeer(channel))}
	send := func(random int64) error {
		_, err := bot.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{Peer: in, Message: "news", RandomID: random})
		return err
	}
	if err := send(1); err != nil {
		t.Fatal(err)
	}
	if wait, ok := tgerr.AsType(send(2), "SLOWMODE_WAIT"); !ok || wait.Argument < 50 || wait.Argument > 60 {
		t.Errorf("the next message: %+v", wait)
	}
	if err := send(1); err != nil {
		t.Errorf("the same message again: %v", err)
	}
	for range 2 { // the group's creator does not wait
		if _, err := s.SendText(ann.id, world.ChannelPeer(channel), "hello"); err != nil {
			t.Error(err)
		}
	}
	s.text(ann, s.to(ann, bot.id), "/start")
	var ids []int
	for _, m := range messagesIn(bot.updates()) {
		if p, ok := m.PeerID.(*tg.PeerUser); ok && p.UserID == ann.id {
			ids = append(ids, m.ID, m.ID)
		}
	}
	_, err := bot.api.MessagesForwardMessages(s.ctx, &tg.MessagesForwardMessagesRequest{FromPeer: s.to(bot, ann.id), ToPeer: in, ID: ids, RandomID: []int64{8, 9}})
	wantError(t, err, "SLOWMODE_MULTI_MSGS_DISABLED")
	if err := s.SetSlowMode(channel, 0); err != nil {
		t.Fatal(err)
	}
	if err := send(3); err != nil {
		t.Errorf("after slow mode: %v", err)
	}
}

func TestMigration_ABotHearsThatItIsInTheSupergroup(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	group := must[int64](t)(s.CreateGroup(ann.id, "Lads", bot.id))
	bot.updates()
	channel := must[int64](t)(s.Migrate(group))
	var told []*tg.UpdateChannelParticipant
	list := bot.updates()
	for _, u := range list {
		if u, ok := u.(*tg.UpdateChannelParticipant); ok {
			told = append(told, u)
		}
	}
	if len(told) != 1 || told[0].ChannelID != channel || told[0].UserID != bot.id || told[0].ActorID != ann.id || told[0].PrevParticipant != nil || told[0].NewParticipant == nil {
		t.Errorf("of the supergroup: %+v", told)
	}
	if got := ofBot(list); len(got) != 0 {
		t.Errorf("of the group: %v", got)
	}
}
