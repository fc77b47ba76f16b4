package e2e_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

func TestFilters_AFileWithAnAlertAnswersInPlaceOfSearch(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Net.Booking.Guide.2014.mkv")
	found(t, c.member, "net booking guide", "1 file")
	arjun := c.Members[0]
	source, err := c.w.PostFile(c.Admin.ID, c.group, world.FileSpec{
		Kind: world.FileVideo, Name: "how_to_book.mp4", Size: 1 << 20,
		Caption: "Watch this 🏏\n[Rules](buttonurl:https://example.com/rules) [No spikes](buttonalert:No spikes on nets (1 to 4), please.:same)",
	})
	if err != nil {
		t.Fatal(err)
	}
	c.replies(c.Admin, source.Message, `/filter@`+sandbox.BotName+` "net booking"`)
	awaitIn(t, c.admin, membersGroup, "“net booking” has an answer now")
	c.commands(`/filter@`+sandbox.BotName+` net Ask at the desk`, "“net” has an answer now")

	asked := c.says(arjun, "how does Net Booking work?")
	answer := c.nextFile("how_to_book.mp4", source.Message)
	if h, ok := answer.ReplyTo.(*tg.MessageReplyHeader); !ok || h.ReplyToMsgID != asked {
		t.Errorf("the answer replies to %+v, want %d", answer.ReplyTo, asked)
	}
	if answer.Message != "Watch this 🏏" || buttons(answer) != "Rules | No spikes" {
		t.Errorf("caption %q, buttons %q", answer.Message, buttons(answer))
	}
	if a := tapIn(t, c.member, membersGroup, answer, "No spikes"); !a.Alert || a.Message != "No spikes on nets (1 to 4), please." {
		t.Errorf("the alert: %+v", a)
	}
	if got := c.answersTo(c.says(arjun, "which net is free?")); len(got) != 1 || got[0] != "Ask at the desk" {
		t.Errorf("the shorter filter: %q", got)
	}
	c.wantSilence(c.says(arjun, "internet and nets"), "whole words only")
	if got := c.answersTo(c.says(arjun, "@"+sandbox.BotName+" net booking guide")); len(got) != 1 || strings.Contains(got[0], "🔎") {
		t.Errorf("a filter answers in place of the search: %q", got)
	}
	c.says(arjun, "/search net booking guide")
	awaitIn(t, c.member, membersGroup, "🔎 net booking guide\n1 file")

	// The alert of a filter belongs to its group.
	markup, ok := answer.ReplyMarkup.(*tg.ReplyInlineMarkup)
	if !ok {
		t.Fatalf("%T", answer.ReplyMarkup)
	}
	alert := markup.Rows[0].Buttons[1].(*tg.KeyboardButtonCallback).Data //nolint:forcetypeassert // our own keyboard
	say(t, c.member, "/help")
	help := await(t, c.member, "Type words of a file's name")
	peer := peer(t, c.member)
	if a, err := c.member.TapData(t.Context(), peer, help.ID, alert); err != nil || strings.Contains(a.Message, "spikes") {
		t.Errorf("a stranger reads the alert elsewhere: %+v, %v", a, err)
	}

	// An expired reference is read again from the message of the file. Without that message the text goes alone.
	c.w.ExpireReferences(source.File)
	c.nextFile("how_to_book.mp4", c.says(arjun, "net booking once more"))
	if err := c.w.DeleteMessages(c.Admin.ID, c.group, source.Message); err != nil {
		t.Fatal(err)
	}
	c.nextFile("how_to_book.mp4", c.says(arjun, "net booking a third time"))
	c.w.ExpireReferences(source.File)
	if got := c.answersTo(c.says(arjun, "net booking at last")); len(got) != 1 || got[0] != "Watch this 🏏" {
		t.Errorf("the file's message is gone: %q", got)
	}
}

// nextFile waits for a message with a file after another message.
func (c *clubGroup) nextFile(name string, after int) *tg.Message {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	m, err := c.member.Await(ctx, membersGroup, func(m *tg.Message) bool { return fileName(m) == name && m.ID > after })
	if err != nil {
		c.t.Fatalf("file %q after message %d: %v", name, after, err)
	}
	return m
}

func TestFilters_AreListedTriedAndDeletedByAdmins(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	c.commands(`/filter@`+sandbox.BotName+` "rain rule" See the [table](https://example.com) [Twenty](buttonalert:20 overs)`, "“rain rule” has an answer now")
	c.commands(`/filter@`+sandbox.BotName+` "rain rule" New answer`, "“rain rule” has a new answer")
	c.says(c.Members[0], "/filters@"+sandbox.BotName)
	awaitIn(t, c.member, membersGroup, "Only admins of this group")
	list := c.commands("/filters@"+sandbox.BotName, "1 filter. Tap one to see it.")
	one := c.taps(list, "rain rule", "New answer")
	tapIn(t, c.admin, membersGroup, one, "Show")
	until(t, "the answer is shown", func() bool {
		for _, m := range groupMessages(t, c.admin) {
			if m.Message == "New answer" {
				return true
			}
		}
		return false
	})
	one = c.taps(one, "Delete", "Delete this filter?")
	c.taps(one, "Yes", "There are none yet.")
	c.wantSilence(c.says(c.Members[0], "the rain rule?"), "the filter is deleted")
	for text, refusal := range map[string]string{
		`/filter "rain rule"`: "Reply to a text or a file", `/filter "?!" no words`: "1 to 100 characters",
		`/filter bad [x](buttonalert:` + strings.Repeat("a", 201) + `)  text`: "at most 200 characters", `/filter bad text [x](buttonurl:javascript://x)`: "begins with https://",
	} {
		c.commands(text, refusal)
	}
}

func TestFilters_OfTheClubAnswerInEveryGroupThatDidNotOptOut(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	say(t, c.member, `/clubfilter "club colours" Green`)
	await(t, c.member, "for the club's admins")
	say(t, c.admin, `/clubfilter "club colours" Green and gold [Why](buttonalert:Since 1921)`)
	await(t, c.admin, "“club colours” has an answer now")
	c.says(c.Members[0], "what are the club colours?")
	answer := awaitIn(t, c.member, membersGroup, "Green and gold")
	if a := tapIn(t, c.member, membersGroup, answer, "Why"); a.Message != "Since 1921" {
		t.Errorf("%+v", a)
	}
	menu := c.commands("/group@"+sandbox.BotName, "My settings in this group")
	menu = c.taps(menu, "The club's filters", "made for all groups")
	c.taps(menu, "off", "● off")
	c.wantSilence(c.says(c.Members[0], "the club colours again?"), "the group opted out")
	say(t, c.admin, "/clubfilters")
	list := await(t, c.admin, "The club's filters, for all groups")
	if _, err := c.admin.Tap(t.Context(), sandbox.BotName, list, "club colours"); err != nil {
		t.Fatal(err)
	}
	c.await(c.admin, sandbox.BotName, list.ID, "Green and gold")
}

func TestConnections_AnAdminManagesAGroupFromThePrivateChat(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	zoya := c.Members[1]
	other := connect(t, c.Scene, zoya)
	if err := c.w.Promote(c.Group, zoya.ID, world.AdminRights()); err != nil {
		t.Fatal(err)
	}
	say(t, other, "/group")
	await(t, other, "No group is selected")
	c.says(c.Members[0], "/connect@"+sandbox.BotName)
	awaitIn(t, c.member, membersGroup, "Only admins of this group")
	c.says(zoya, "/connect@"+sandbox.BotName)
	awaitIn(t, other, membersGroup, "You manage Riverside Members from our private chat now")

	say(t, other, "/group")
	menu := await(t, other, "My settings in Riverside Members")
	if _, err := other.Tap(t.Context(), sandbox.BotName, menu, "Search"); err != nil {
		t.Fatal(err)
	}
	section := c.await(other, sandbox.BotName, menu.ID, "Which messages I search for")
	say(t, other, `/filter "rain rule" See the table [Twenty](buttonalert:20 overs)`)
	saved := await(t, other, "“rain rule” has an answer now")
	c.says(c.Members[0], "the rain rule?")
	answer := awaitIn(t, c.member, membersGroup, "See the table")
	if a := tapIn(t, c.member, membersGroup, answer, "Twenty"); a.Message != "20 overs" {
		t.Errorf("%+v", a)
	}
	if _, err := other.Tap(t.Context(), sandbox.BotName, saved, "Show"); err != nil {
		t.Fatal(err)
	}
	shown := await(t, other, "See the table")
	if a, err := other.Tap(t.Context(), sandbox.BotName, shown, "Twenty"); err != nil || a.Message != "20 overs" {
		t.Errorf("an admin tries the alert in private: %+v, %v", a, err)
	}

	// A connection gives no right.
	if err := c.w.Promote(c.Group, zoya.ID, tg.ChatAdminRights{}); err != nil {
		t.Fatal(err)
	}
	if a, err := other.Tap(t.Context(), sandbox.BotName, section, "every message"); err != nil || !strings.Contains(a.Message, "Only admins of this group") {
		t.Errorf("a former admin taps: %+v, %v", a, err)
	}
	say(t, other, `/filter "rain rule" Forged`)
	await(t, other, "Only admins of this group can do that.")
	say(t, other, "/start connect_"+strconv.FormatInt(-1_000_000_000_000-c.Group, 36))
	until(t, "the link is refused too", func() bool { return countOf(t, other, "Only admins of this group can do that.") == 2 })
	say(t, other, "/disconnect")
	await(t, other, "Disconnected.")
	say(t, other, "/connections")
	await(t, other, "You are connected to no group.")

	// The link of an anonymous admin connects the person who opens it.
	say(t, c.admin, "/start connect_"+strconv.FormatInt(-1_000_000_000_000-c.Group, 36))
	await(t, c.admin, "My settings in Riverside Members")
	say(t, c.admin, "/connections")
	list := await(t, c.admin, "Your groups")
	if got := buttons(list); !strings.Contains(got, "● Riverside Members | ✕ Disconnect") {
		t.Errorf("%s", got)
	}
}

func countOf(t *testing.T, u *driver.User, text string) (n int) {
	t.Helper()
	all, err := u.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if !m.Out && strings.Contains(m.Message, text) {
			n++
		}
	}
	return n
}
