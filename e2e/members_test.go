package e2e_test

import (
	"context"
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// none fails if the bot wrote a message with a text.
func none(t *testing.T, u *driver.User, chat, part, why string) {
	t.Helper()
	all, err := u.Messages(t.Context(), chat)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if !m.Out && strings.Contains(m.Message, part) {
			t.Errorf("%s: %q", why, m.Message)
		}
	}
}

func tap(t *testing.T, u *driver.User, m *tg.Message, button string) *tg.MessagesBotCallbackAnswer {
	t.Helper()
	answer, err := u.Tap(t.Context(), sandbox.BotName, m, button)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func start(t *testing.T, u *driver.User, payload string) {
	t.Helper()
	bot, err := u.InputUser(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.API.MessagesStartBot(t.Context(), &tg.MessagesStartBotRequest{Bot: bot, Peer: peer(t, u), RandomID: rand.Int64(), StartParam: payload}); err != nil {
		t.Fatal(err)
	}
}

func TestMembers_WhateverTheyTypeIsTextAndIsAnswered(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")

	for _, typed := range []string{
		"*stars* _lines_ [link](https://evil.example) `code` ~~gone~~", "<b>bold</b> &amp; <a href=x>y</a>", "||spoiler|| \\*x\\*",
		"🏏🏏🏏", "?!…—", "Did you mean: silver",
	} {
		m := ask(t, member, typed)
		if len(m.Entities) != 1 {
			t.Errorf("%q: entities %v", typed, m.Entities)
		} else if b, ok := m.Entities[0].(*tg.MessageEntityBold); !ok || b.Offset != 0 {
			t.Errorf("%q: %v", typed, m.Entities[0])
		}
	}
	say(t, member, strings.Repeat("long ", 819))
	await(t, member, "🔎 long long")

	w := s.DC.World()
	if _, err := w.PostFile(s.Members[0].ID, world.UserPeer(s.BotID), world.FileSpec{Kind: world.FilePhoto}); err != nil {
		t.Fatal(err)
	}
	await(t, member, "What are you looking for?")
	if _, err := w.PostFile(s.Members[0].ID, world.UserPeer(s.BotID), world.FileSpec{Kind: world.FileDocument, Name: "sticker.webp", Mime: "image/webp", Caption: "golden"}); err != nil {
		t.Fatal(err)
	}
	await(t, member, "🔎 golden\n")

	// A corrected question is not asked again: people send the right one.
	say(t, member, "golden rivver")
	await(t, member, "🔎 golden rivver\n")
	all, err := member.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(m *tg.Message) bool { return m.Out && m.Message == "golden rivver" })
	peer := peer(t, member)
	if _, err := member.API.MessagesEditMessage(t.Context(), &tg.MessagesEditMessageRequest{Peer: peer, ID: all[i].ID, Message: "golden edited"}); err != nil {
		t.Fatal(err)
	}

	start(t, member, "")
	await(t, member, "Hi Arjun! I find the club's files")
	start(t, member, "inline")
	await(t, member, "In any chat, type @"+sandbox.BotName)
	start(t, member, "q-"+base64.RawURLEncoding.EncodeToString([]byte("river golden")))
	await(t, member, "🔎 river golden\n1 file")
	start(t, member, "nonsense-payload")
	say(t, member, "/help")
	if m := await(t, member, "Type words of a file's name"); strings.Contains(m.Message, "/channels") || !strings.Contains(m.Message, "/search title") {
		t.Errorf("a member's help: %q", m.Message)
	}
	for typed, want := range map[string]string{
		"/group on": "No group is selected", "/channels": "for the club's admins", "/index @x 1-5": "for the club's admins", "/dbstats": "for the club's admins",
		"/search": "What are you looking for?", "/sear": "Did you mean /search?", "/xyzzyx": "I don't know /xyzzyx.",
	} {
		say(t, member, typed)
		await(t, member, want)
	}
	none(t, member, sandbox.BotName, "golden edited", "an edit was answered")

	// A question whose answer takes long stops the clock on the button all the same.
	m := ask(t, member, "golden xylophone")
	const slow = 10 * time.Second
	s.DC.Faults().Delay("messages.getMessages", slow, 1)
	began := time.Now()
	tap(t, member, m, "golden")
	if took := time.Since(began); took > slow {
		t.Errorf("the tap was answered after %s", took)
	}
	await(t, member, "🔎 golden\n1 file")
}

func TestMembers_FiltersCaptionsAndInlineChoice(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	caption := "Uncut *premiere* & more"
	posted, err := s.Post(s.Channel,
		world.FileSpec{
			Kind: world.FileVideo, Name: "Golden.River.S01E01.2014.720p.Hindi.mkv", Size: 1 << 30, Caption: caption,
			CaptionEntities: []tg.MessageEntityClass{&tg.MessageEntityItalic{Offset: 0, Length: 5}},
		},
		world.FileSpec{Kind: world.FileVideo, Name: "Golden.River.S02E01.2015.1080p.English.mkv", Size: 1 << 30},
		world.FileSpec{Kind: world.FileAudio, Name: "Golden River theme.mp3", Size: 1 << 20},
		world.FileSpec{Kind: world.FileVideo, Name: "Silver.Lake.S01E01.2014.720p.Hindi.mkv", Size: 1 << 30},
	)
	if err != nil {
		t.Fatal(err)
	}
	m := found(t, member, "golden river", "3 files")
	for _, want := range []string{"🎬 Video", "🎵 Audio", "Season 1", "Season 2", "720p", "1080p", "Hindi", "English", "2014", "2015"} {
		if !strings.Contains(buttons(m), want) {
			t.Errorf("no %q among:\n%s", want, buttons(m))
		}
	}
	tap(t, member, m, "Season 1")
	narrowed := await(t, member, "🔎 golden river\n1 file")
	if narrowed.ID != m.ID {
		t.Error("a filter makes a new message")
	}
	for _, not := range []string{"Season 2", "1080p", "🎬", "Hindi |", "2015"} {
		if strings.Contains(buttons(narrowed), not) {
			t.Errorf("%q would narrow nothing:\n%s", not, buttons(narrowed))
		}
	}
	var taps sync.WaitGroup
	for range 20 { // by an impatient thumb: one file comes
		taps.Go(func() {
			if _, err := member.Tap(t.Context(), sandbox.BotName, narrowed, "S01E01"); err != nil {
				t.Error(err)
			}
		})
	}
	taps.Wait()
	file := received(t, member, "Golden.River.S01E01.2014.720p.Hindi.mkv")
	if _, italic := first(file.Entities).(*tg.MessageEntityItalic); file.Message != caption || len(file.Entities) != 1 || !italic {
		t.Errorf("caption %q, entities %v", file.Message, file.Entities)
	}
	if doc := file.Media.(*tg.MessageMediaDocument).Document.(*tg.Document); doc.ID != posted[0].File { //nolint:forcetypeassert // received has looked
		t.Errorf("document %d was delivered, %d was posted: not by reference", doc.ID, posted[0].File)
	}
	messages, err := member.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	if copies := slices.DeleteFunc(messages, func(m *tg.Message) bool { return fileName(m) == "" }); len(copies) != 1 {
		t.Errorf("twenty taps deliver %d files", len(copies))
	}
	tap(t, member, narrowed, "✕ Season 1")
	await(t, member, "🔎 golden river\n3 files")

	// Inline: from any chat, also with references that have expired.
	for _, p := range posted {
		s.DC.World().ExpireReferences(p.File)
	}
	results, err := member.Inline(t.Context(), sandbox.BotName, "golden river s01e01", "")
	if err != nil || len(results.Results) != 1 {
		t.Fatalf("%+v, %v", results, err)
	}
	group, err := member.Peer(t.Context(), "riverside_members")
	if err != nil {
		t.Fatal(err)
	}
	_, err = member.API.MessagesSendInlineBotResult(t.Context(), &tg.MessagesSendInlineBotResultRequest{
		Peer: group, RandomID: rand.Int64(), QueryID: results.QueryID, ID: results.Results[0].GetID(),
	})
	if err != nil {
		t.Fatal(err)
	}
	chosen := awaitIn(t, connect(t, s, s.Members[1]), "riverside_members", caption)
	if fileName(chosen) != "Golden.River.S01E01.2014.720p.Hindi.mkv" || len(chosen.Entities) != 1 {
		t.Errorf("chosen: %q, %v", fileName(chosen), chosen.Entities)
	}
	if empty, err := member.Inline(t.Context(), sandbox.BotName, "xylophone", ""); err != nil || len(empty.Results) != 0 || empty.SwitchPm.StartParam == "" {
		t.Errorf("nothing found: %+v, %v", empty, err)
	}

	// Those who block the bot are counted, and those who come back are not.
	for _, blocked := range []bool{true, false} {
		if err := s.DC.World().Block(s.Members[0].ID, s.BotID, blocked); err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{true: "(1 blocked me)", false: "(0 blocked me)"}[blocked]
		eventually(t, admin, "/stats", want)
	}
	say(t, member, "and back")
	await(t, member, "🔎 and back")
}

func first(list []tg.MessageEntityClass) tg.MessageEntityClass {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// eventually repeats a command until its answer holds a text.
func eventually(t *testing.T, u *driver.User, command, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		all, err := u.Messages(ctx, sandbox.BotName)
		if err != nil {
			t.Fatal(err)
		}
		last := all[len(all)-1].ID
		say(t, u, command)
		m, err := u.Await(ctx, sandbox.BotName, func(m *tg.Message) bool { return !m.Out && m.ID > last })
		if err != nil {
			t.Fatalf("%s never said %q: %v", command, want, err)
		}
		if strings.Contains(m.Message, want) {
			return
		}
	}
}

// until polls a condition that sends no signal.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

func TestGroup_RepliesSwitchAndMenus(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	const group = "riverside_members"
	in := func(u *driver.User, text string, reply int) {
		t.Helper()
		p, err := u.Peer(t.Context(), group)
		if err != nil {
			t.Fatal(err)
		}
		r := &tg.MessagesSendMessageRequest{Peer: p, Message: text, RandomID: rand.Int64()}
		if reply != 0 {
			r.ReplyTo = &tg.InputReplyToMessage{ReplyToMsgID: reply}
		}
		if _, err := u.API.MessagesSendMessage(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	in(member, "/search golden river", 0)
	m := awaitIn(t, member, group, "🔎 golden river\n1 file")
	if _, ok := m.ReplyTo.(*tg.MessageReplyHeader); !ok {
		t.Error("in a group the answer does not quote the question")
	}
	s.Bot.Kill() // what the bot wrote before counts as well
	startBot(t, s)
	in(member, "river", m.ID)
	awaitIn(t, member, group, "🔎 river\n1 file")
	in(member, "/group off", 0)
	awaitIn(t, member, group, "Only admins of this group")
	in(admin, "/group", 0)
	awaitIn(t, member, group, "My settings in this group")
	in(admin, "/group off", 0)
	awaitIn(t, member, group, "Search in this group is off.")
	in(member, "/search golden while off", 0)
	in(admin, "/group on", 0)
	awaitIn(t, member, group, "Search in this group is on.")
	in(member, "/search golden", 0)
	awaitIn(t, member, group, "🔎 golden\n")
	none(t, member, group, "golden while off", "search was off")
	in(admin, "/channels", 0)
	theirs := awaitIn(t, member, group, "Indexed channels")
	if answer, err := member.Tap(t.Context(), group, theirs, "🗑"); err != nil || !answer.Alert {
		t.Errorf("a member's tap on an admin's button: %+v, %v", answer, err)
	}

	start(t, admin, "") // before, the bot could not know how to reach the admin
	await(t, admin, "Hi Meera")
	names := func(chat world.Peer, viewer int64) string {
		var all []string
		for _, c := range s.DC.World().Menu(s.BotID, chat, viewer) {
			all = append(all, c.Command)
		}
		return strings.Join(all, " ")
	}
	private, inGroup := world.UserPeer(s.Admin.ID), world.ChannelPeer(s.Group)
	// Menus have the commands that /help lists for the same person, without those of groups in private and with them for groups' admins.
	members, admins := helpCommands(t, member), helpCommands(t, admin)
	ofGroups := []string{"group", "filter", "filters", "connect", "connections", "disconnect"}
	without := func(list []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(list), func(name string) bool { return slices.Contains(ofGroups, name) }), " ")
	}
	if got := strings.Join(members, " "); !strings.HasPrefix(got, "search ") || !strings.Contains(got, "settings mydata id paysupport terms help group filter") || strings.Contains(got, "stats") {
		t.Errorf("a member's commands: %s", got)
	}
	if got := strings.Join(admins, " "); !strings.Contains(got, "stats missed dbstats users delete maintenance performance cache log logchannel") {
		t.Errorf("the admin's commands: %s", got)
	}
	if got := names(world.UserPeer(s.Members[0].ID), s.Members[0].ID); got != without(members) {
		t.Errorf("a member's menu: %s", got)
	}
	until(t, "the admin's menu", func() bool { return names(private, s.Admin.ID) == without(admins) })
	if got := names(inGroup, s.Admin.ID); got != strings.Join(members, " ") {
		t.Errorf("the menu of a group's admin: %s", got)
	}

	// Removed from the channel, the bot tells the admin and offers none of its files, until it is back.
	channel := world.ChannelPeer(s.Channel)
	river := found(t, member, "golden river", "1 file")
	if err := s.DC.World().Leave(channel, s.BotID); err != nil {
		t.Fatal(err)
	}
	await(t, admin, "I was removed from Riverside Archive.")
	if answer := tap(t, member, river, "Golden.River"); !answer.Alert || !strings.Contains(answer.Message, "I was removed from that file's channel") {
		t.Errorf("a tap on a file of the lost channel: %+v", answer)
	}
	say(t, admin, "/channels")
	await(t, admin, "Riverside Archive (⚠️ I was removed from it)")
	if lost := ask(t, member, "river golden"); strings.Contains(buttons(lost), "Golden") {
		t.Errorf("a file of the lost channel is found: %s", buttons(lost))
	}
	if err := s.DC.World().Promote(s.Channel, s.BotID, world.AdminRights()); err != nil {
		t.Fatal(err)
	}
	await(t, admin, "I am back in Riverside Archive.")
	found(t, member, "river golden 2014", "1 file")
	if got := names(inGroup, s.Members[0].ID); got != without(members) {
		t.Errorf("a member's menu in a group: %s", got)
	}
}

// helpCommands are the names of the commands that /help lists for a person, in its order.
func helpCommands(t *testing.T, u *driver.User) (names []string) {
	t.Helper()
	say(t, u, "/help")
	for line := range strings.Lines(await(t, u, "\n/help: ").Message) {
		if rest, ok := strings.CutPrefix(line, "/"); ok {
			names = append(names, rest[:strings.IndexAny(rest, " :")])
		}
	}
	return names
}
