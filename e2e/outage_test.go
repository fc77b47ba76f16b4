package e2e_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/world"
)

// takeover is the lease's ten seconds and a start on a busy machine.
const takeover = 45 * time.Second

func TestStandby_TakesOverAfterAKill(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	m := found(t, member, "golden river", "1 file")
	standby, err := s.Standby()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.Bot != standby {
			standby.Kill()
		}
	})
	until(t, "the standby waits", func() bool { return strings.Contains(standby.Log(), "waiting for the lease") })
	if strings.Contains(standby.Log(), `"ready"`) {
		t.Fatal("two processes serve")
	}
	died := time.Now()
	s.Bot.Kill()
	say(t, member, "river golden") // asked while nobody is there
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := standby.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	s.Bot = standby
	took := time.Since(died)
	t.Logf("taken over after %s", took)
	if took > takeover {
		t.Errorf("taken over after %s", took)
	}
	await(t, member, "🔎 river golden\n1 file")
	if _, err := member.Tap(t.Context(), sandbox.BotName, m, "Golden"); err != nil {
		t.Fatal(err)
	}
	received(t, member, "Golden.River.2014.mkv")

	// One that stops by itself gives its place back at once.
	third, err := s.Standby()
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the third waits", func() bool { return strings.Contains(third.Log(), "waiting for the lease") })
	if err := standby.Stop(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	s.Bot = third
	if err := third.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	say(t, member, "golden again")
	await(t, member, "🔎 golden again\n")
}

// An active bot that is cut off from Postgres gives up its lease to a standby and stays up. It is the bot again after the other process ends.
func TestStandby_TakesOverFromABotThatIsCutOffFromPostgres(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	u, err := url.Parse(s.Env("PAVILION_POSTGRES_URL"))
	if err != nil {
		t.Fatal(err)
	}
	direct, host := u.String(), u.Host
	way, err := engines.OpenDetour(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(way.Cut)
	u.Host = way.Addr()
	s.SetEnv("PAVILION_POSTGRES_URL", u.String())
	if err := s.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	startBot(t, s)
	first := s.Bot
	s.SetEnv("PAVILION_POSTGRES_URL", direct)
	standby, err := s.Standby()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(standby.Kill)
	until(t, "the standby waits", func() bool { return strings.Contains(standby.Log(), "waiting for the lease") })
	db, err := pgx.Connect(t.Context(), direct)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // read only
	var renewed time.Time
	until(t, "the holder renews after the standby's try", func() bool {
		return db.QueryRow(t.Context(), `SELECT expires_at FROM lease WHERE name = 'bot' AND standby_at < expires_at - interval '10 seconds'`).Scan(&renewed) == nil
	})
	until(t, "it renews again, so it has the answer that tells of the standby", func() bool {
		var again bool
		err := db.QueryRow(t.Context(), `SELECT expires_at > $1 FROM lease WHERE name = 'bot'`, renewed).Scan(&again)
		return err == nil && again
	})
	way.Cut()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := standby.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(first.Log(), "lease ran out") {
		t.Error("two processes are the bot")
	}
	say(t, member, "golden during the cut")
	await(t, member, "🔎 golden during the cut\n")
	if err := way.LeadTo(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	if err := standby.Stop(); err != nil {
		t.Errorf("the standby stopped with %v", err)
	}
	until(t, "the first is the bot again", func() bool { return strings.Count(first.Log(), `"msg":"ready"`) == 2 })
	say(t, member, "golden again")
	await(t, member, "🔎 golden again\n")
}

func TestConnection_CutIsMadeAgainAndNothingIsMissed(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	for i := range 3 {
		began := time.Now()
		s.DC.Faults().Cut(s.BotID)
		post(t, s, fmt.Sprintf("Posted in the cut %c.mkv", 'p'+i))
		text := fmt.Sprintf("golden cut %d", i)
		say(t, member, text)
		await(t, member, "🔎 "+text+"\n")
		found(t, member, fmt.Sprintf("posted in the cut %c", 'p'+i), "1 file")
		t.Logf("answered %s after the cut", time.Since(began))
		if took := time.Since(began); took > patience { // left to itself, the client asks after 15 minutes
			t.Errorf("answered %s after the cut", took)
		}
	}
}

func TestConnection_CutForSoLongThatTelegramForgotLosesNothing(t *testing.T) {
	t.Parallel()
	const batch = 150
	s, _, member := scene(t, sandbox.Options{Env: lowLimits, LogCap: 60})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	total := int64(1)
	for round := 0; !strings.Contains(s.Bot.Log(), "updates are lost"); round++ {
		if round == 20 { // each time the posts race with the new connection
			t.Fatal("Telegram never forgot; the test shows nothing")
		}
		s.DC.Faults().Cut(s.BotID)
		var names []string
		for i := range batch {
			names = append(names, fmt.Sprintf("Forgotten Over %02d Ball %03d.mkv", round, i))
		}
		post(t, s, names...)
		total += batch
		say(t, member, fmt.Sprintf("golden round %d", round))
		await(t, member, fmt.Sprintf("🔎 golden round %d\n", round))
	}
	stored(t, s, total)
}

func TestSends_NothingIsPostedTwice(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	times := func(text string) int {
		t.Helper()
		all, err := member.Messages(t.Context(), sandbox.BotName)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, m := range all {
			if !m.Out && strings.HasPrefix(m.Message, "🔎 "+text+"\n") {
				n++
			}
		}
		return n
	}

	// Killed while the answer is on its way: Telegram sends it, and the next process, which cannot know, answers again.
	calls := s.DC.Faults().Calls("messages.sendMessage")
	s.DC.Faults().Delay("messages.sendMessage", 5*time.Second, 2)
	say(t, member, "golden killed")
	if err := s.DC.Faults().WaitCalls(ctx, "messages.sendMessage", calls+2); err != nil { // the member's own and the bot's
		t.Fatal(err)
	}
	s.Bot.Kill()
	startBot(t, s)
	if err := s.DC.Faults().WaitCalls(ctx, "messages.sendMessage", calls+3); err != nil {
		t.Fatal(err)
	}
	say(t, member, "golden after")
	await(t, member, "🔎 golden after\n")
	await(t, member, "🔎 golden killed\n")
	if n := times("golden killed"); n != 1 {
		t.Errorf("answered %d times", n)
	}

	// Telegram's own passing errors, and a connection that breaks under the answer.
	s.DC.Faults().Fail("messages.editMessage", 500, "INTERNAL", 2)
	s.DC.Faults().Fail("messages.setBotCallbackAnswer", 500, "INTERNAL", 2)
	m := ask(t, member, "golden xylophone")
	tap(t, member, m, "golden")
	await(t, member, "🔎 golden\n1 file")
	calls = s.DC.Faults().Calls("messages.sendMessage")
	say(t, member, "golden broken")
	if err := s.DC.Faults().WaitCalls(ctx, "messages.sendMessage", calls+2); err != nil {
		t.Fatal(err)
	}
	s.DC.Faults().Cut(s.BotID)
	await(t, member, "🔎 golden broken\n")
	say(t, member, "golden last")
	await(t, member, "🔎 golden last\n")
	if n := times("golden broken"); n != 1 {
		t.Errorf("answered %d times", n)
	}

	// An hour's FLOOD_WAIT on the chat: nobody can write there, but the tap is answered, and other chats do not notice.
	file := ask(t, member, "golden river")
	s.DC.Faults().FloodWait("messages.sendMedia", s.Members[0].ID, 3600)
	s.DC.Faults().FloodWait("messages.sendMessage", s.Members[0].ID, 3600)
	say(t, member, "golden hour")
	until(t, "the bot is told to wait", func() bool { return strings.Contains(s.Bot.Log(), "telegram asks to wait") })
	if answer := tap(t, member, file, "Golden"); !answer.Alert || !strings.Contains(answer.Message, "Telegram has told me to slow down") {
		t.Errorf("%+v", answer)
	}
	other := connect(t, s, s.Members[1])
	say(t, other, "golden elsewhere")
	await(t, other, "🔎 golden elsewhere\n")
}

// TestKill_WhileAllPoolsAreDownForgetsNoEdit edits and deletes while nothing can be stored, and kills the bot once it has written down how far it
// has read: Telegram does not repeat what is behind that.
func TestKill_WhileAllPoolsAreDownForgetsNoEdit(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	posted := post(t, s, "Golden.River.2014.mkv", "Silent.Harbour.2015.mkv")
	found(t, member, "golden river", "1 file")
	found(t, member, "silent harbour", "1 file")
	db, err := pgx.Connect(t.Context(), s.Engines.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // read only
	pts := func() (n int) {
		if err := db.QueryRow(t.Context(), `SELECT pts FROM bot_state`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range s.Engines.MongoURIs {
		s.Engines.StopMongo(i)
	}
	w := s.DC.World()
	if err := w.EditCaption(s.Channel, posted[0].Message, "uncut premiere"); err != nil {
		t.Fatal(err)
	}
	if err := w.DeleteMessages(s.Admin.ID, world.ChannelPeer(s.Channel), posted[1].Message); err != nil {
		t.Fatal(err)
	}
	before := pts()
	say(t, member, "/help")
	await(t, member, "Type words")
	until(t, "what came after the edits is written down", func() bool { return pts() > before })
	s.Bot.Kill()
	for i := range s.Engines.MongoURIs {
		if err := s.Engines.StartMongo(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	startBot(t, s)
	found(t, member, "uncut premiere", "1 file")
	found(t, member, "silent harbour", "Nothing found")
}
