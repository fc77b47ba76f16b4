package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// answersTo says texts to the bot and returns how many messages it wrote until it answered /id, which no limit concerns.
func answersTo(t *testing.T, u *driver.User, texts ...string) (written []*tg.Message) {
	t.Helper()
	before := lastID(t, u)
	for _, text := range append(texts, "/id") {
		say(t, u, text)
	}
	await(t, u, "Your Telegram id is")
	all, err := u.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		switch {
		case strings.HasPrefix(m.Message, "Your Telegram id is"): // it would answer for the next /id
			if _, err := u.API.MessagesDeleteMessages(t.Context(), &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: []int{m.ID}}); err != nil {
				t.Fatal(err)
			}
		case !m.Out && m.ID > before:
			written = append(written, m)
		}
	}
	return written
}

func lastID(t *testing.T, u *driver.User) int {
	t.Helper()
	all, err := u.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].ID
}

// setLimit changes a limit as the admin.
func setLimit(t *testing.T, admin *driver.User, word string, n int) {
	t.Helper()
	say(t, admin, fmt.Sprintf("/limits %s %d", word, n))
	await(t, admin, fmt.Sprintf("%s: %d a", word, n))
}

const tooOften = "That is too much at once."

func TestLimits_ARefusalIsToldOnceAndNobodyElsePays(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	other := connect(t, s, s.Members[1])
	post(t, s, "Golden.River.2014.mkv")
	page := found(t, member, "golden river", "1 file")
	setLimit(t, admin, "searches", 3)
	if got := answersTo(t, member, "golden one", "golden two", "golden three", "golden four", "golden five", "/search golden six", "/start q-Z29sZGVu"); len(got) != 4 || !strings.HasPrefix(got[3].Message, tooOften) {
		t.Errorf("%d answers to 7 searches at a limit of 3, want 3 and one that says when to try again", len(got))
	}
	// Nobody else pays, in a group neither.
	inGroup := func(u *driver.User, query string) {
		t.Helper()
		if _, err := s.DC.World().SendText(u.ID, world.ChannelPeer(s.Group), "@"+sandbox.BotName+" "+query); err != nil {
			t.Fatal(err)
		}
	}
	inGroup(member, "silent member")
	inGroup(other, "golden other")
	awaitIn(t, member, membersGroup, "🔎 golden other")
	for _, m := range groupMessages(t, member) {
		if strings.HasPrefix(m.Message, tooOften) || strings.Contains(m.Message, "🔎 silent member") {
			t.Errorf("the group reads %q", m.Message)
		}
	}
	// Taps and inline queries have budgets of their own.
	setLimit(t, admin, "taps", 2)
	for i, want := range []string{"Here it comes…", "Here it comes…", tooOften, ""} {
		if answer := tapIn(t, member, sandbox.BotName, page, "Golden"); !strings.HasPrefix(answer.Message, want) || want == "" && answer.Message != "" {
			t.Errorf("tap %d: %q, want %q", i+1, answer.Message, want)
		}
	}
	setLimit(t, admin, "inline", 1)
	for i, want := range []int{1, 0, 0} {
		got, err := member.Inline(t.Context(), sandbox.BotName, "golden river"+strings.Repeat(" ", i), "")
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Results) != want || (want == 0) != strings.HasPrefix(got.SwitchPm.Text, tooOften) {
			t.Errorf("inline query %d: %d results, %q", i+1, len(got.Results), got.SwitchPm.Text)
		}
	}
	// The admin's own commands have one too, and what is out of bounds is refused.
	say(t, admin, "/limits searches 10001")
	await(t, admin, "A limit is a number")
	setLimit(t, admin, "commands", 2)
	if got := answersTo(t, admin, "/stats", "/stats", "/stats", "/stats"); len(got) != 3 || !strings.HasPrefix(got[2].Message, tooOften) {
		t.Errorf("%d answers to 4 commands at a limit of 2", len(got))
	}
}

func TestBan_IsToldOnceForSearchesTapsLinksAndInlineAlike(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	other := connect(t, s, s.Members[1])
	w, group := s.DC.World(), world.ChannelPeer(s.Group)
	post(t, s, "Golden.River.2014.mkv")
	page := found(t, member, "golden river", "1 file")

	// Only admins ban, and nobody bans an admin.
	say(t, other, fmt.Sprintf("/ban %d", member.ID))
	await(t, other, "for the club's admins")
	say(t, admin, fmt.Sprintf("/ban %d", admin.ID))
	await(t, admin, "An admin cannot be banned")
	say(t, admin, "/ban 7d spam")
	await(t, admin, "Say who")

	// By a reply in the group.
	said, err := w.SendText(member.ID, group, "@"+sandbox.BotName+" golden river golden river")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reply(admin.ID, group, said, "/ban@"+sandbox.BotName+" 7d golden flood"); err != nil {
		t.Fatal(err)
	}
	awaitIn(t, admin, membersGroup, fmt.Sprintf("(%d) is shut out until", member.ID))
	if answer := tapIn(t, member, sandbox.BotName, page, "Golden"); !strings.HasPrefix(answer.Message, "You cannot use the archive here until") || !strings.HasSuffix(answer.Message, "The reason: golden flood") {
		t.Errorf("the first tap: %q", answer.Message)
	}
	if answer := tapIn(t, member, sandbox.BotName, page, "Golden"); answer.Message != "" {
		t.Errorf("the second tap: %q", answer.Message)
	}
	if got := answersTo(t, member, "golden river", "/search golden", "/start q-Z29sZGVu"); len(got) != 0 {
		t.Errorf("told again: %q", got[0].Message)
	}
	results, err := member.Inline(t.Context(), sandbox.BotName, "golden river", "")
	if err != nil || len(results.Results) != 0 || !strings.HasPrefix(results.SwitchPm.Text, "You cannot use the archive") {
		t.Errorf("inline: %+v, %v", results, err)
	}
	s.Bot.Kill() // the ban and that it was told are rows
	startBot(t, s)
	if got := answersTo(t, member, "golden river"); len(got) != 0 {
		t.Errorf("told again by the next process: %q", got[0].Message)
	}

	// The list lifts it.
	say(t, admin, "/bans")
	list := await(t, admin, "1 person is shut out")
	tapIn(t, admin, sandbox.BotName, list, "Let")
	await(t, admin, "Nobody is shut out")
	found(t, member, "golden river", "1 file")

	// By a forwarded message, and by id again.
	if err := other.Send(t.Context(), membersGroup, "a rude word"); err != nil {
		t.Fatal(err)
	}
	rude := awaitIn(t, admin, membersGroup, "a rude word")
	forwarded, err := w.Forward(admin.ID, group, rude.ID, world.UserPeer(s.BotID))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reply(admin.ID, world.UserPeer(s.BotID), forwarded, "/ban rude"); err != nil {
		t.Fatal(err)
	}
	await(t, admin, fmt.Sprintf("(%d) is shut out for good", other.ID))
	if got := answersTo(t, other, "golden river", "golden river"); len(got) != 1 || got[0].Message != "You cannot use the archive here any more. The reason: rude" {
		t.Errorf("%d answers", len(got))
	}
	say(t, admin, fmt.Sprintf("/unban %d", other.ID))
	await(t, admin, "may use the archive again")
	if got := answersTo(t, other, "golden river"); len(got) != 1 || !strings.HasPrefix(got[0].Message, "🔎") {
		t.Errorf("after the ban: %d answers", len(got))
	}
}
