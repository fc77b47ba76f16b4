package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/caller"
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

// deliveredFiles are the names of the files that the bot sent into a person's chat, as Telegram holds them.
func deliveredFiles(t *testing.T, u *driver.User) (names []string) {
	t.Helper()
	all, err := u.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if name := fileName(m); !m.Out && name != "" {
			names = append(names, name)
		}
	}
	return names
}

// getButtons returns the buttons that deliver the files of a query, over all pages, and the message that had them.
func getButtons(t *testing.T, u *driver.User, query string, files int) (buttons []*tg.KeyboardButtonCallback, page *tg.Message) {
	t.Helper()
	page = found(t, u, query, fmt.Sprintf("%d files", files))
	for n := 2; ; n++ {
		markup, ok := page.ReplyMarkup.(*tg.ReplyInlineMarkup)
		if !ok {
			t.Fatal("no buttons")
		}
		for _, row := range markup.Rows {
			if b, ok := row.Buttons[0].(*tg.KeyboardButtonCallback); ok && strings.HasPrefix(string(b.Data), "1g:") {
				buttons = append(buttons, b)
			}
		}
		if len(buttons) == files {
			return buttons, page
		}
		tapIn(t, u, sandbox.BotName, page, "▶")
		page = await(t, u, fmt.Sprintf("page %d of", n))
	}
}

// A hundred taps at once at a limit of ten deliver ten files, although the bot is killed twice meanwhile. After each restart the books hold what Telegram
// holds, also of the delivery whose answer the killed bot never got.
func TestQuota_HundredTapsAtOnceDeliverTheLimitThroughTwoKills(t *testing.T) {
	t.Parallel()
	const taps, limit = 100, 10
	env := map[string]string{"PAVILION_PAGE_SIZE": "20"}
	maps.Copy(env, lowLimits)
	s, admin, member := scene(t, sandbox.Options{Env: env})
	var names []string
	for i := range taps {
		names = append(names, fmt.Sprintf("Silver.Stand.Part.%03d.mkv", i))
	}
	post(t, s, names...)
	buttons, page := getButtons(t, member, "silver stand", taps)
	setLimit(t, admin, "files", limit)
	peer := peer(t, member)
	db, err := pgx.Connect(t.Context(), s.Engines.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context()) //nolint:errcheck // the test's own connection
	count := func(sql string) (n int) {
		t.Helper()
		if err := db.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	// tapMissing taps at once every button whose file is not there yet.
	tapMissing := func() *sync.WaitGroup {
		t.Helper()
		have := deliveredFiles(t, member)
		var done sync.WaitGroup
		for _, b := range buttons {
			if !slices.ContainsFunc(have, func(name string) bool { return strings.HasPrefix(b.Text, name) }) {
				done.Go(func() { _, _ = member.TapData(t.Context(), peer, page.ID, b.Data) }) // a killed bot does not answer
			}
		}
		return &done
	}
	agree := func(when string) int {
		t.Helper()
		caller.WaitFor(t, func() bool { return count("SELECT count(*) FROM quota_reservation") == 0 })
		names := deliveredFiles(t, member)
		slices.Sort(names)
		if used := count("SELECT coalesce(sum(used), 0) FROM quota_day"); used != len(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("%s the day counts %d files, Telegram holds %v", when, used, names)
		}
		return len(names)
	}
	for range 2 {
		sent := s.DC.Faults().Calls("messages.sendMedia")
		s.DC.Faults().LoseAnswers("messages.sendMedia", 1)
		tapMissing()
		if err := s.DC.Faults().WaitCalls(t.Context(), "messages.sendMedia", sent+2); err != nil {
			t.Fatal(err)
		}
		s.Bot.Kill()
		startBot(t, s)
		if n := agree("after a kill"); n == 0 || n >= limit {
			t.Fatalf("%d files were delivered before the last taps: the kill was too late to test anything", n)
		}
	}
	tapMissing().Wait()
	if n := agree("at the end"); n != limit {
		t.Errorf("%d files were delivered, want %d", n, limit)
	}
	tapMissing().Wait() // nothing more comes of tapping on
	if n := agree("after more taps"); n != limit {
		t.Errorf("%d files were delivered, want %d", n, limit)
	}
	refused := buttons[slices.IndexFunc(buttons, func(b *tg.KeyboardButtonCallback) bool {
		return !slices.ContainsFunc(deliveredFiles(t, member), func(name string) bool { return strings.HasPrefix(b.Text, name) })
	})]
	if answer, err := member.TapData(t.Context(), peer, page.ID, refused.Data); err != nil || !strings.Contains(answer.Message, "You have had 10 files today") || !answer.Alert {
		t.Errorf("after the quota: %+v, %v", answer, err)
	}
	say(t, member, "/quota")
	await(t, member, "You can get 0 more of 10 files today.")
}

func TestQuota_AFileThatTelegramRefusesIsGivenBack(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv", "Silent.Harbour.2015.mkv")
	golden, silent := found(t, member, "golden river", "1 file"), found(t, member, "silent harbour", "1 file")
	setLimit(t, admin, "files", 1)
	left := func(want int) {
		t.Helper()
		got := answersTo(t, member, "/quota")
		if text := fmt.Sprintf("You can get %d more of 1 file today.", want); len(got) != 1 || !strings.HasPrefix(got[0].Message, text) {
			t.Errorf("%d answers, want %q", len(got), text)
		}
	}
	s.DC.Faults().Fail("messages.sendMedia", 400, "MEDIA_INVALID", 1)
	tapIn(t, member, sandbox.BotName, golden, "Golden")
	await(t, member, "Something went wrong")
	left(1)
	if answer := tapIn(t, member, sandbox.BotName, golden, "Golden"); !strings.Contains(answer.Message, "the last one for today") {
		t.Errorf("with the last file: %q", answer.Message)
	}
	received(t, member, "Golden.River.2014.mkv")
	left(0)
	if answer := tapIn(t, member, sandbox.BotName, silent, "Silent"); !strings.Contains(answer.Message, "You have had 1 file today") {
		t.Errorf("after the quota: %q", answer.Message)
	}
}
