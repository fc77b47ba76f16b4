package e2e_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

func TestGroups_SettingsAndButtonsFollowIntoTheSupergroup(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	w := s.DC.World()
	groupID, err := w.CreateGroup(s.Admin.ID, "Nets lads", member.ID, s.BotID)
	if err != nil {
		t.Fatal(err)
	}
	group := world.GroupPeer(groupID)
	write := func(from int64, to world.Peer, text string) {
		t.Helper()
		if _, err := w.SendText(from, to, text); err != nil {
			t.Fatal(err)
		}
	}
	wait := func(in world.Peer, what string, match func(m *tg.Message) bool) *tg.Message {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		m, err := w.WaitMessage(ctx, member.ID, func(chat world.Peer, m *tg.Message) bool { return chat == in && !m.Out && match(m) })
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return m
	}
	reads := func(part string) func(m *tg.Message) bool {
		return func(m *tg.Message) bool { return strings.Contains(m.Message, part) }
	}
	write(member.ID, group, "@"+sandbox.BotName+" golden river")
	page := wait(group, "the page", reads("🔎 golden river\n1 file"))
	write(s.Admin.ID, group, `/filter@`+sandbox.BotName+` "rain rule" See the table`)
	wait(group, "the filter", reads("“rain rule” has an answer now"))
	write(s.Admin.ID, group, "/connect@"+sandbox.BotName)
	wait(group, "the connection", reads("You manage Nets lads from our private chat"))
	write(s.Admin.ID, group, "/group@"+sandbox.BotName+" off")
	wait(group, "search off", reads("Search in this group is off."))

	channelID, err := w.Migrate(groupID)
	if err != nil {
		t.Fatal(err)
	}
	supergroup := world.ChannelPeer(channelID)
	deliver := func(copies int) {
		t.Helper()
		markup, ok := page.ReplyMarkup.(*tg.ReplyInlineMarkup)
		if !ok {
			t.Fatalf("%T", page.ReplyMarkup)
		}
		data := markup.Rows[0].Buttons[0].(*tg.KeyboardButtonCallback).Data //nolint:forcetypeassert // our own keyboard
		if _, err := member.TapData(t.Context(), &tg.InputPeerChat{ChatID: groupID}, page.ID, data); err != nil {
			t.Fatal(err)
		}
		seen := 0
		wait(supergroup, "the file", func(m *tg.Message) bool {
			if fileName(m) != "" {
				seen++
			}
			return seen == copies
		})
	}
	deliver(1) // the tap may overtake the update about the migration
	db, err := pgx.Connect(t.Context(), s.Engines.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // read only
	until(t, "the bot has moved the settings", func() bool {
		var moved int
		return db.QueryRow(t.Context(), `SELECT count(*) FROM bot_migrated_group`).Scan(&moved) == nil && moved == 1
	})
	write(member.ID, supergroup, "@"+sandbox.BotName+" golden river")
	write(member.ID, supergroup, "/group@"+sandbox.BotName+" on")
	wait(supergroup, "not an admin", reads("Only admins of this group"))
	for _, m := range historyOf(t, w, member.ID, supergroup) {
		if strings.Contains(m.Message, "🔎") {
			t.Errorf("search was off in the group, and is on in the supergroup that it became: %q", m.Message)
		}
	}
	write(s.Admin.ID, supergroup, "/group@"+sandbox.BotName+" on")
	wait(supergroup, "search on", reads("Search in this group is on."))
	write(member.ID, supergroup, "@"+sandbox.BotName+" the rain rule?")
	wait(supergroup, "the filter's answer", reads("See the table"))
	say(t, admin, "/filters")
	await(t, admin, "Filters of Nets lads")

	// Buttons of the old group also work after a restart.
	if err := s.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	startBot(t, s)
	deliver(2)
}

// Telegram has a pts for each supergroup, and the bot has none for a supergroup that it came into while it was down.
func TestGroups_QuestionsWrittenWhileTheBotWasDownAreAnsweredInItsNewSupergroups(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	w := s.DC.World()
	basic, err := w.CreateGroup(s.Admin.ID, "Nets lads", member.ID, s.BotID)
	if err != nil {
		t.Fatal(err)
	}
	joined, err := w.CreateChannel(s.Admin.ID, "Second team", "", false)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(in int64, text string) {
		t.Helper()
		if _, err := w.SendText(s.Admin.ID, world.ChannelPeer(in), "@"+sandbox.BotName+" "+text); err != nil {
			t.Fatal(err)
		}
	}
	db := postgres(t, s)
	until(t, "the bot knows its group", func() bool {
		var known int
		return db.QueryRow(t.Context(), "SELECT count(*) FROM bot_group WHERE chat_id = $1", -basic).Scan(&known) == nil && known == 1
	})
	ask(joined, "river before")
	written := time.Now()
	s.Bot.Kill()
	until(t, "the next second", func() bool { return time.Now().Unix() > written.Unix() }) // Telegram's dates have seconds
	migrated, err := w.Migrate(basic)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Join(world.ChannelPeer(joined), s.BotID); err != nil {
		t.Fatal(err)
	}
	ask(migrated, "golden river")
	ask(joined, "golden river")
	restart(t, s, db)
	answers := func(in int64) (texts []string) {
		for _, m := range historyOf(t, w, s.Admin.ID, world.ChannelPeer(in)) {
			if strings.HasPrefix(m.Message, "🔎") {
				texts = append(texts, m.Message)
			}
		}
		return texts
	}
	for _, in := range []int64{migrated, joined} {
		until(t, "the answer", func() bool { return len(answers(in)) > 0 })
		ask(in, "river golden") // updates come as usual now
		until(t, "the next answer", func() bool { return len(answers(in)) > 1 })
		if got := answers(in); len(got) != 2 || !strings.Contains(got[0], "golden river\n1 file") || !strings.Contains(got[1], "river golden\n1 file") {
			t.Errorf("the answers are %q", got)
		}
	}
}

func historyOf(t *testing.T, w *world.World, account int64, chat world.Peer) []*tg.Message {
	t.Helper()
	list, err := w.History(account, chat)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
