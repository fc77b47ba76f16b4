package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gotd/td/tg"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

func TestGroupMenu_SettingsTakeEffect(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	var names []string
	for i := range 12 {
		names = append(names, "Golden.River.S01E"+two(i+1)+".mkv")
	}
	post(t, c.Scene, names...)
	found(t, c.member, "golden river", "12 files")
	arjun := c.Members[0]

	c.wantSilence(c.says(arjun, "golden river"), "search answers only when addressed")
	menu := c.commands("/group@"+sandbox.BotName, "My settings in this group")
	menu = c.taps(menu, "Search", "Which messages I search for")
	menu = c.taps(menu, "every message", "● every message")
	c.says(arjun, "golden river")
	awaitIn(t, c.member, membersGroup, "🔎 golden river\n12 files · page 1 of 2")
	c.wantSilence(c.says(arjun, "see you at the nets tomorrow"), "nothing is found, and nobody asked the bot")
	if got := c.answersTo(c.says(arjun, "goldn xylophone river")); len(got) > 1 || len(got) == 1 && !strings.Contains(got[0], ": ") {
		t.Errorf("only a suggestion answers what was not meant for the bot: %q", got)
	}

	menu = c.taps(c.taps(menu, "Back", "Results"), "Results", "How many results")
	menu = c.taps(menu, "5", "● 5")
	c.says(arjun, "golden river s01")
	awaitIn(t, c.member, membersGroup, "🔎 golden river s01\n12 files · page 1 of 3")

	menu = c.taps(c.taps(menu, "Back", "Spelling"), "Spelling", "I suggest another spelling")
	menu = c.taps(menu, "off", "● off")
	asked := c.says(arjun, "@"+sandbox.BotName+" golden xylophone")
	if got := c.answersTo(asked); len(got) != 1 || strings.Contains(got[0], "Did you mean") || !strings.Contains(got[0], "Nothing found") {
		t.Errorf("spelling help is off: %q", got)
	}

	menu = c.taps(c.taps(menu, "Back", "Language"), "Language", "The language in which I write")
	menu = c.taps(menu, "हिन्दी", "● हिन्दी")
	c.says(arjun, "@"+sandbox.BotName+" golden river s01e03")
	awaitIn(t, c.member, membersGroup, "🔎 golden river s01e03\n1 फ़ाइल")
	c.await(c.admin, membersGroup, menu.ID, "मैं इस ग्रुप में किस भाषा में लिखूँ")

	c.commands("/group@"+sandbox.BotName+" off", "इस ग्रुप में खोज बंद है।")
	c.wantSilence(c.says(arjun, "@"+sandbox.BotName+" golden river"), "search is off")
	c.commands("/group@"+sandbox.BotName+" on", "इस ग्रुप में खोज चालू है।")
	c.says(arjun, "@"+sandbox.BotName+" golden river s01e04")
	awaitIn(t, c.member, membersGroup, "🔎 golden river s01e04\n1 फ़ाइल")
}

func TestGroupMenu_RightsAreAskedAtEachWrite(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	zoya := c.Members[1]
	other := connect(t, c.Scene, zoya)
	rights := world.AdminRights()
	if err := c.w.Promote(c.Group, zoya.ID, rights); err != nil {
		t.Fatal(err)
	}
	c.says(c.Members[0], "/group@"+sandbox.BotName)
	awaitIn(t, c.member, membersGroup, "Only admins of this group can do that.")

	c.says(zoya, "/group@"+sandbox.BotName)
	menu := awaitIn(t, other, membersGroup, "My settings in this group")
	if answer := tapIn(t, c.member, membersGroup, menu, "Search"); !strings.Contains(answer.Message, "belong to somebody else") {
		t.Errorf("a member taps: %q", answer.Message)
	}
	tapIn(t, other, membersGroup, menu, "Protect")
	section := c.await(other, membersGroup, menu.ID, "cannot be forwarded")
	if err := c.w.Promote(c.Group, zoya.ID, tg.ChatAdminRights{}); err != nil {
		t.Fatal(err)
	}
	if answer := tapIn(t, other, membersGroup, section, "on"); !strings.Contains(answer.Message, "Only admins of this group") {
		t.Errorf("an admin who was one when the menu was drawn: %q", answer.Message)
	}

	// Everybody sees the buttons of a menu that an anonymous admin opened. Each tap shows who taps.
	rights.Anonymous = true
	if err := c.w.Promote(c.Group, zoya.ID, rights); err != nil {
		t.Fatal(err)
	}
	deleteIn(t, c.admin, menu.ID)
	c.says(zoya, "/group@"+sandbox.BotName)
	menu = awaitIn(t, other, membersGroup, "My settings in this group")
	if answer := tapIn(t, c.member, membersGroup, menu, "Protect"); !strings.Contains(answer.Message, "Only admins of this group") {
		t.Errorf("a member taps in the menu of an anonymous admin: %q", answer.Message)
	}
	tapIn(t, other, membersGroup, menu, "Protect")
	section = c.await(other, membersGroup, menu.ID, "cannot be forwarded")
	tapIn(t, other, membersGroup, section, "on")
	c.await(other, membersGroup, menu.ID, "● on")

	// The payload of another group does not help its admins here.
	markup, ok := section.ReplyMarkup.(*tg.ReplyInlineMarkup)
	if !ok {
		t.Fatalf("%T", section.ReplyMarkup)
	}
	forged := markup.Rows[0].Buttons[1].(*tg.KeyboardButtonCallback).Data //nolint:forcetypeassert // our own keyboard
	own, err := c.w.CreateChannel(c.Members[0].ID, "Arjun's own", "arjuns_own", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.w.Join(world.ChannelPeer(own), c.BotID); err != nil {
		t.Fatal(err)
	}
	if err := c.member.Send(t.Context(), "arjuns_own", "/group@"+sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	mine := awaitIn(t, c.member, "arjuns_own", "My settings in this group")
	peer, err := c.member.Peer(t.Context(), "arjuns_own")
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := c.member.TapData(t.Context(), peer, mine.ID, forged); err != nil || !strings.Contains(answer.Message, "Only admins of this group") {
		t.Errorf("a forged button: %+v, %v", answer, err)
	}
}

func TestGroupWelcome_OnceForEachJoinAndDeletedAgain(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	tom := c.Members[2]
	menu := c.commands("/group@"+sandbox.BotName+" welcome Hello {name}, this is {group}.\nBring your kit.", "What I write to new members")
	menu = c.taps(c.taps(menu, "Back", "Delete welcomes"), "Delete welcomes", "After how long")
	c.taps(menu, "5 minutes", "● 5 minutes")
	c.DC.Faults().Double(c.BotID, true)
	if err := c.w.Join(c.group, tom.ID); err != nil {
		t.Fatal(err)
	}
	const text = "Hello Tom, this is Riverside Members.\nBring your kit."
	hello := awaitIn(t, c.member, membersGroup, text)
	c.DC.Faults().Double(c.BotID, false)
	c.wantSilence(c.says(c.Members[0], "hello tom"), "the welcome is for those who join")
	count := func() (n int) {
		for _, m := range groupMessages(t, c.member) {
			if m.Message == text {
				n++
			}
		}
		return n
	}
	if n := count(); n != 1 {
		t.Errorf("welcomed %d times", n)
	}
	if err := c.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	c.exec(`UPDATE group_deletion SET delete_at = now() WHERE message_id = $1`, hello.ID)
	startBot(t, c.Scene)
	until(t, "the welcome is deleted after a restart", func() bool { return count() == 0 })
	// A bot that joins is no person to welcome.
	if err := c.w.Leave(c.group, tom.ID); err != nil {
		t.Fatal(err)
	}
	before := len(groupMessages(t, c.member))
	for range 8 { // a raid
		if err := c.w.Join(c.group, tom.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.w.Leave(c.group, tom.ID); err != nil {
			t.Fatal(err)
		}
	}
	c.wantSilence(c.says(c.Members[0], "what a raid"), "nobody asked")
	if n := count(); n == 0 || n > 5 {
		t.Errorf("%d welcomes of a raid of 8, in %d messages", n, len(groupMessages(t, c.member))-before)
	}
}

func TestGroups_SearchIsOnInChosenTopicsOnly(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv")
	found(t, c.member, "golden river", "1 file")
	var topics []int
	for _, title := range []string{"Files", "Talk"} {
		id, err := c.w.CreateTopic(c.Admin.ID, c.Group, title)
		if err != nil {
			t.Fatal(err)
		}
		topics = append(topics, id)
	}
	in := func(from world.User, topic int, text string) int {
		t.Helper()
		id, err := c.w.SendTextIn(from.ID, c.Group, topic, text)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	in(c.Admin, topics[0], "/group@"+sandbox.BotName)
	menu := awaitIn(t, c.admin, membersGroup, "My settings in this group")
	if got := topicOf(menu); got != topics[0] {
		t.Errorf("the menu stands in topic %d, want %d", got, topics[0])
	}
	menu = c.taps(menu, "Topics", "In which topics")
	menu = c.taps(menu, "add this topic", "remove this topic")
	c.taps(menu, "Back", "Topics: 1 topic")
	c.wantSilence(in(c.Members[0], topics[1], "/search golden river"), "search is off in this topic")
	c.wantSilence(c.says(c.Members[0], "@"+sandbox.BotName+" golden river"), "search is off in General")
	in(c.Members[0], topics[0], "@"+sandbox.BotName+" golden river")
	if got := topicOf(awaitIn(t, c.member, membersGroup, "🔎 golden river\n1 file")); got != topics[0] {
		t.Errorf("the answer stands in topic %d", got)
	}
	c.says(c.Admin, `/filter@`+sandbox.BotName+` "rain rule" See the table`)
	awaitIn(t, c.admin, membersGroup, "“rain rule” has an answer now")
	in(c.Members[0], topics[1], "what is the rain rule?")
	answer, err := c.member.Await(t.Context(), membersGroup, func(m *tg.Message) bool { return m.Message == "See the table" })
	if err != nil {
		t.Fatal(err)
	}
	if got := topicOf(answer); got != topics[1] {
		t.Errorf("a filter answers in topic %d, want %d", got, topics[1])
	}
}

func TestGroups_ABannedPersonHearsOfItWhenTheyAskNotWhenTheyTalk(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv")
	found(t, c.member, "golden river", "1 file")
	menu := c.commands("/group@"+sandbox.BotName, "My settings in this group")
	c.taps(c.taps(menu, "Search", "Which messages I search for"), "every message", "● every message")
	say(t, c.admin, fmt.Sprintf("/ban %d", c.Members[0].ID))
	until(t, "the person is banned", func() bool {
		var n int
		return c.db.QueryRow(t.Context(), `SELECT count(*) FROM ban`).Scan(&n) == nil && n == 1
	})
	c.wantSilence(c.says(c.Members[0], "golden river"), "a banned person talks")
	if got := c.answersTo(c.says(c.Members[0], "@"+sandbox.BotName+" golden river")); len(got) != 1 || strings.Contains(got[0], "🔎") {
		t.Errorf("a banned person asks: %q", got)
	}
}

func TestGroups_WithoutPostgresTheLastKnownSettingsServe(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv")
	found(t, c.member, "golden river", "1 file")
	menu := c.commands("/group@"+sandbox.BotName, "My settings in this group")
	menu = c.taps(menu, "Search", "Which messages I search for")
	c.taps(menu, "every message", "● every message")
	c.says(c.Members[0], "golden")
	awaitIn(t, c.member, membersGroup, "🔎 golden\n1 file")
	c.Engines.StopPostgres()
	c.says(c.Members[0], "river")
	awaitIn(t, c.member, membersGroup, "🔎 river\n1 file")
	if err := c.Engines.StartPostgres(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.says(c.Members[0], "golden river")
	awaitIn(t, c.member, membersGroup, "🔎 golden river\n1 file")
}

func TestGroups_SwitchesOfAnOlderReleaseAreTakenOver(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv")
	found(t, c.member, "golden river", "1 file")
	if err := c.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	c.exec(`DELETE FROM group_settings`)
	c.exec(`DELETE FROM group_takeover`)
	key := -1_000_000_000_000 - c.Group
	for i, uri := range c.Engines.MongoURIs { // the second database missed the last write
		client, err := mongo.Connect(options.Client().ApplyURI(uri))
		if err != nil {
			t.Fatal(err)
		}
		names, err := client.ListDatabaseNames(t.Context(), bson.D{{Key: "name", Value: bson.D{{Key: "$nin", Value: bson.A{"admin", "local", "config"}}}}})
		if err != nil || len(names) != 1 {
			t.Fatalf("%v, %v", names, err)
		}
		doc := bson.D{{Key: "_id", Value: key}, {Key: "search_off", Value: i == 0}, {Key: "v", Value: int64(2 - i)}}
		if _, err := client.Database(names[0]).Collection("chats").InsertOne(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
		if err := client.Disconnect(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	startBot(t, c.Scene)
	c.wantSilence(c.says(c.Members[0], "@"+sandbox.BotName+" golden river"), "search was off before the update")
	var value string
	var done int
	if err := c.db.QueryRow(t.Context(), `SELECT value->>'search', (SELECT count(*) FROM group_takeover) FROM group_settings WHERE chat_id = $1`, key).Scan(&value, &done); err != nil || value != "off" || done != 1 {
		t.Errorf("%q, %d, %v", value, done, err)
	}
	c.commands("/group@"+sandbox.BotName+" on", "Search in this group is on.")
	if err := c.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	startBot(t, c.Scene)
	c.says(c.Members[0], "@"+sandbox.BotName+" golden river")
	awaitIn(t, c.member, membersGroup, "🔎 golden river\n1 file")
}

func TestGroupMenu_FilesOfTheGroupAreProtectedAndDeletedAgain(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv")
	found(t, c.member, "golden river", "1 file")
	menu := c.commands("/group@"+sandbox.BotName, "My settings in this group")
	menu = c.taps(menu, "Protect", "cannot be forwarded")
	menu = c.taps(menu, "on", "● on")
	menu = c.taps(c.taps(menu, "Back", "Delete files"), "Delete files", "5 minutes")
	c.taps(menu, "5 minutes", "● 5 minutes")
	c.says(c.Members[0], "@"+sandbox.BotName+" golden river")
	tapIn(t, c.member, membersGroup, awaitIn(t, c.member, membersGroup, "🔎 golden river\n"), "Golden")
	if file := receivedIn(t, c.member, membersGroup, "Golden.River.2014.mkv"); !file.Noforwards {
		t.Error("the file came without the group's protection")
	}
	awaitIn(t, c.member, membersGroup, "I delete this again in 5 minutes")
	c.exec(`UPDATE delivery_deletion SET delete_at = now()`)
	awaitIn(t, c.member, membersGroup, "Deleted, as announced")
	for _, m := range groupMessages(t, c.member) {
		if fileName(m) != "" {
			t.Error("the file is still there")
		}
	}
	tap(t, c.member, found(t, c.member, "golden", "1 file"), "Golden") // the private chat is not the group's
	if received(t, c.member, "Golden.River.2014.mkv").Noforwards {
		t.Error("the group's protection counts in the private chat")
	}
}

func TestGroups_FilesInPrivateReachAlsoAPersonWhoNeverPressedStart(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv", "Silent.Harbour.2015.mkv", "Silent.Harbour.2016.mkv")
	found(t, c.member, "golden river", "1 file")
	found(t, c.member, "silent harbour", "2 files")
	menu := c.commands("/group", "My settings in this group")
	menu = c.taps(menu, "Files", "Where a tapped file goes")
	c.taps(menu, "in private", "● in private")

	asked := func(from world.User, u *driver.User, query string) *tg.Message {
		t.Helper()
		c.says(from, "@"+sandbox.BotName+" "+query)
		return awaitIn(t, u, membersGroup, "🔎 "+query+"\n")
	}
	if answer := tapIn(t, c.member, membersGroup, asked(c.Members[0], c.member, "golden river"), "Golden"); answer.URL != "" || answer.Message == "" {
		t.Errorf("a member of the private chat: %+v", answer)
	}
	received(t, c.member, "Golden.River.2014.mkv")

	// Zoya never wrote to the bot. Her tap opens its chat, and Start brings what she tapped: one file, then a whole page.
	zoya := connect(t, c.Scene, c.Members[1])
	opens := func(m *tg.Message, button string) (payload string) {
		t.Helper()
		answer := tapIn(t, zoya, membersGroup, m, button)
		_, payload, found := strings.Cut(answer.URL, "https://t.me/"+sandbox.BotName+"?start=")
		if !found {
			t.Fatalf("the tap on %q opens %q and says %q", button, answer.URL, answer.Message)
		}
		return payload
	}
	first := opens(asked(c.Members[1], zoya, "river golden"), "Golden")
	page := opens(asked(c.Members[1], zoya, "silent harbour"), "Send these 2")
	if list := historyOf(t, c.w, c.Members[1].ID, world.UserPeer(c.BotID)); len(list) != 0 {
		t.Errorf("her chat has %d messages before she starts the bot", len(list))
	}
	say(t, c.member, "/start "+first) // it is hers
	await(t, c.member, "That was too long ago")
	for range 2 { // the second Start brings nothing twice
		start(t, zoya, first)
	}
	received(t, zoya, "Golden.River.2014.mkv")
	start(t, zoya, page)
	await(t, zoya, "2 files sent")
	if byName, _ := filesOf(t, zoya); len(byName) != 3 || byName["Golden.River.2014.mkv"] != 1 {
		t.Errorf("she got %v", byName)
	}
	for _, m := range historyOf(t, c.w, c.Admin.ID, c.group) {
		if name := fileName(m); name != "" {
			t.Errorf("%s came into the group", name)
		}
	}
	// Who blocked the bot is led to its chat, too.
	if err := c.w.Block(c.Members[1].ID, c.BotID, true); err != nil {
		t.Fatal(err)
	}
	again := opens(asked(c.Members[1], zoya, "golden 2014"), "Golden")
	if err := c.w.Block(c.Members[1].ID, c.BotID, false); err != nil {
		t.Fatal(err)
	}
	start(t, zoya, again)
	until(t, "the file came again", func() bool {
		byName, _ := filesOf(t, zoya)
		return byName["Golden.River.2014.mkv"] == 2
	})
}
