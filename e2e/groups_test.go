package e2e_test

import (
	"context"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

const membersGroup = "riverside_members"

// topicOf returns the topic of a message; 0 is General.
func topicOf(m *tg.Message) int {
	h, ok := m.ReplyTo.(*tg.MessageReplyHeader)
	if !ok || !h.ForumTopic {
		return 0
	}
	if h.ReplyToTopID != 0 {
		return h.ReplyToTopID
	}
	return h.ReplyToMsgID
}

// receivedIn waits for a file in a chat.
func receivedIn(t *testing.T, u *driver.User, chat, name string) *tg.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := u.Await(ctx, chat, func(m *tg.Message) bool { return !m.Out && fileName(m) == name })
	if err != nil {
		t.Fatalf("file %q: %v", name, err)
	}
	return m
}

func tapIn(t *testing.T, u *driver.User, chat string, m *tg.Message, button string) *tg.MessagesBotCallbackAnswer {
	t.Helper()
	answer, err := u.Tap(t.Context(), chat, m, button)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestGroups_AnswersAndFilesLandInTheTopicOfTheRequest(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv", "Silent.Harbour.2015.mkv")
	found(t, member, "golden river", "1 file")
	found(t, member, "silent harbour", "1 file")
	w := s.DC.World()
	topic, err := w.CreateTopic(s.Admin.ID, s.Group, "Training")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SendTextIn(member.ID, s.Group, topic, "@"+sandbox.BotName+" golden river"); err != nil {
		t.Fatal(err)
	}
	page := awaitIn(t, member, membersGroup, "🔎 golden river\n1 file")
	if got := topicOf(page); got != topic {
		t.Errorf("the answer stands in topic %d, want %d", got, topic)
	}
	tapIn(t, member, membersGroup, page, "Golden")
	if got := topicOf(receivedIn(t, member, membersGroup, "Golden.River.2014.mkv")); got != topic {
		t.Errorf("the file stands in topic %d, want %d", got, topic)
	}
	if _, err := w.SendText(member.ID, world.ChannelPeer(s.Group), "@"+sandbox.BotName+" silent harbour"); err != nil {
		t.Fatal(err)
	}
	page = awaitIn(t, member, membersGroup, "🔎 silent harbour\n1 file")
	tapIn(t, member, membersGroup, page, "Silent")
	if a, b := topicOf(page), topicOf(receivedIn(t, member, membersGroup, "Silent.Harbour.2015.mkv")); a != 0 || b != 0 {
		t.Errorf("asked in General: the answer stands in topic %d, the file in topic %d", a, b)
	}
	// The bot sends nothing into a closed topic, and nothing into another topic instead.
	if _, err := w.SendTextIn(member.ID, s.Group, topic, "@"+sandbox.BotName+" golden river again"); err != nil {
		t.Fatal(err)
	}
	awaitIn(t, member, membersGroup, "🔎 golden river again")
	if err := w.SetTopic(s.Admin.ID, s.Group, topic, true, false); err != nil {
		t.Fatal(err)
	}
	before, sent := len(groupMessages(t, member)), s.DC.Faults().Calls("messages.sendMessage")
	if _, err := w.SendTextIn(s.Admin.ID, s.Group, topic, "/help@"+sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	if err := s.DC.Faults().WaitCalls(t.Context(), "messages.sendMessage", sent+1); err != nil {
		t.Fatal(err)
	}
	say(t, member, "/help")
	await(t, member, "Type words of a file's name")
	if got := len(groupMessages(t, member)); got != before+1 {
		t.Errorf("%d messages after the question in a closed topic, want the question only", got-before)
	}
	if got := s.DC.Faults().Calls("messages.sendMessage"); got != sent+3 { // the member's message and one try of each of the bot's two answers
		t.Errorf("%d calls: an answer to a closed topic is tried again", got-sent)
	}
}

func groupMessages(t *testing.T, u *driver.User) []*tg.Message {
	t.Helper()
	all, err := u.Messages(t.Context(), membersGroup)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestGroups_AnonymousAdminsAndChannelsAreAnswered(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	w := s.DC.World()
	rights := world.AdminRights()
	rights.Anonymous = true
	if err := w.Promote(s.Group, s.Members[1].ID, rights); err != nil {
		t.Fatal(err)
	}
	group := world.ChannelPeer(s.Group)
	anonymous := func(text string) {
		t.Helper()
		if _, err := w.SendText(s.Members[1].ID, group, text); err != nil {
			t.Fatal(err)
		}
	}
	asChannel := func(text string) {
		t.Helper()
		if _, err := w.SendTextAs(s.Admin.ID, world.ChannelPeer(s.Channel), group, text); err != nil {
			t.Fatal(err)
		}
	}
	anonymous("@" + sandbox.BotName + " golden river")
	page := awaitIn(t, member, membersGroup, "🔎 golden river\n1 file")
	tapIn(t, member, membersGroup, page, "Golden") // the sender is unknown, so everybody may tap
	receivedIn(t, member, membersGroup, "Golden.River.2014.mkv")

	anonymous("/group@" + sandbox.BotName + " off")
	awaitIn(t, member, membersGroup, "Search in this group is off.")
	anonymous("/group@" + sandbox.BotName + " on")
	awaitIn(t, member, membersGroup, "Search in this group is on.")
	asChannel("/group@" + sandbox.BotName + " off")
	awaitIn(t, member, membersGroup, "Only admins of this group")

	asChannel("@" + sandbox.BotName + " river golden")
	awaitIn(t, member, membersGroup, "🔎 river golden\n1 file")
	for _, command := range []string{"/settings@", "/channels@", "/stats@"} { // an admin who writes as a channel is refused too
		asChannel(command + sandbox.BotName)
		m := awaitIn(t, admin, membersGroup, "can't tell who you are")
		deleteIn(t, admin, m.ID)
	}
}

func deleteIn(t *testing.T, u *driver.User, id int) {
	t.Helper()
	p, err := u.Peer(t.Context(), membersGroup)
	if err != nil {
		t.Fatal(err)
	}
	ch, ok := p.(*tg.InputPeerChannel)
	if !ok {
		t.Fatalf("%T", p)
	}
	if _, err := u.API.ChannelsDeleteMessages(t.Context(), &tg.ChannelsDeleteMessagesRequest{
		Channel: &tg.InputChannel{ChannelID: ch.ChannelID, AccessHash: ch.AccessHash}, ID: []int{id},
	}); err != nil {
		t.Fatal(err)
	}
}

func TestGroups_WhatAGroupForbidsIsSaidAndNotTriedAgain(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	w, group := s.DC.World(), world.ChannelPeer(s.Group)
	for _, limits := range []tg.ChatBannedRights{{SendMedia: true}, {SendVideos: true}} {
		if err := w.Restrict(group, limits); err != nil {
			t.Fatal(err)
		}
		if _, err := w.SendText(member.ID, group, "@"+sandbox.BotName+" golden river"); err != nil {
			t.Fatal(err)
		}
		page := awaitIn(t, member, membersGroup, "🔎 golden river\n1 file")
		before := s.DC.Faults().Calls("messages.sendMedia")
		tapIn(t, member, membersGroup, page, "Golden")
		said := awaitIn(t, member, membersGroup, "does not let me send such files")
		if got := s.DC.Faults().Calls("messages.sendMedia") - before; got != 1 {
			t.Errorf("a forbidden file was tried %d times", got)
		}
		for _, m := range []*tg.Message{page, said} {
			deleteIn(t, admin, m.ID)
		}
	}
	if err := w.Restrict(group, tg.ChatBannedRights{SendPlain: true}); err != nil {
		t.Fatal(err)
	}
	before := s.DC.Faults().Calls("messages.sendMessage")
	if _, err := w.SendText(s.Admin.ID, group, "/help@"+sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	if err := s.DC.Faults().WaitCalls(t.Context(), "messages.sendMessage", before+1); err != nil {
		t.Fatal(err)
	}
	say(t, member, "/help")
	await(t, member, "Type words of a file's name")
	if got := s.DC.Faults().Calls("messages.sendMessage") - before; got != 3 { // the refused one, the member's and its answer
		t.Errorf("%d calls: an answer that the group forbids is tried again", got)
	}
	if log := s.Bot.Log(); !strings.Contains(log, "the chat does not let the bot write") {
		t.Error("the log does not say why there was no answer")
	}
}
