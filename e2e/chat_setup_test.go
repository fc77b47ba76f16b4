package e2e_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// emptyScene starts a bot without a club, with an admin of the settings and a member.
func emptyScene(t *testing.T) (n *nets, meera, arjun *driver.User) {
	t.Helper()
	s, meera, arjun := scene(t, sandbox.Options{Env: lowLimits})
	n = &nets{Scene: s}
	var err error
	if n.db, err = pgxpool.New(t.Context(), s.Engines.PostgresURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.db.Close)
	return n, meera, arjun
}

// An admin sets up a club from /start with seven questions: four nets, hours, a price and two members of staff. A restart in the middle loses no answer.
// Other people cannot answer.
func TestChat_AnAdminSetsTheFirstClubUp(t *testing.T) {
	t.Parallel()
	n, meera, arjun := emptyScene(t)
	say(t, arjun, "/start")
	if hello := await(t, arjun, "I find the club's files."); strings.Contains(buttons(hello), "Set up") || strings.Contains(buttons(hello), "Book") {
		t.Errorf("a member without a club has %q", buttons(hello))
	}
	say(t, meera, "/start")
	home := await(t, meera, "There is no club here yet.")
	tap(t, meera, home, "🛠 Set up the club")
	shows(t, meera, home, "What is your club called?")
	say(t, meera, "Riverside\nNets")
	await(t, meera, "at most 60 characters")
	say(t, meera, "Riverside Nets")
	wizard := await(t, meera, "Where is it?")
	press(t, meera, wizard, "Kolkata")
	press(t, meera, shows(t, meera, wizard, "Which money"), "◀ Back")
	press(t, meera, shows(t, meera, wizard, "Where is it?"), "● Kolkata")
	press(t, meera, shows(t, meera, wizard, "Which money"), "INR")
	press(t, meera, shows(t, meera, wizard, "How many nets"), "4")
	press(t, meera, shows(t, meera, wizard, "When are they open"), "06:00–22:00")
	shows(t, meera, wizard, "What does an hour cost?")

	// The process is killed. The next one has the question and the answers.
	n.Bot.Kill()
	startBot(t, n.Scene)
	say(t, meera, "300 450")
	await(t, meera, "Who helps you at the desk?")
	say(t, meera, "@nobody_has_this")
	await(t, meera, "Nobody has that username.")
	say(t, meera, "@zoya_plays")
	await(t, meera, "Who helps you at the desk?")
	until(t, "Zoya is on the list", func() bool { return strings.Contains(buttons(await(t, meera, "Who helps you")), "✕ Zoya") })
	if err := meera.SendContact(t.Context(), sandbox.BotName, n.Members[2].Phone, "Tom"); err != nil {
		t.Fatal(err)
	}
	until(t, "Tom is on the list", func() bool { return strings.Contains(buttons(await(t, meera, "Who helps you")), "✕ Tom") })
	if err := arjun.Send(t.Context(), "meera", "I help, too"); err != nil {
		t.Fatal(err)
	}
	written, err := n.DC.World().WaitMessage(t.Context(), n.Admin.ID, func(_ world.Peer, m *tg.Message) bool { return m.Message == "I help, too" })
	if err != nil {
		t.Fatal(err)
	}
	forward := func() {
		t.Helper()
		if err := meera.Forward(t.Context(), "arjun_plays", written.ID, sandbox.BotName); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.DC.World().HideForwards(n.Members[0].ID, true); err != nil {
		t.Fatal(err)
	}
	forward()
	await(t, meera, "Their settings hide who they are.")
	if err := n.DC.World().HideForwards(n.Members[0].ID, false); err != nil {
		t.Fatal(err)
	}
	forward()
	until(t, "Arjun is on the list", func() bool { return strings.Contains(buttons(await(t, meera, "Who helps you")), "✕ Arjun") })
	staff := await(t, meera, "Who helps you")
	press(t, meera, staff, "✕ Arjun")
	until(t, "Arjun is off the list", func() bool { return !strings.Contains(buttons(face(t, meera, staff)), "✕ Arjun") })

	// During the set-up, /start offers to continue. The same buttons do nothing for a member.
	say(t, meera, "/start")
	home = await(t, meera, "half set up")
	tap(t, meera, home, "🛠 Go on")
	half := shows(t, meera, home, "Who helps you at the desk?")
	owner := strconv.FormatInt(n.Members[0].ID, 36)
	hello := await(t, arjun, "I find the club's files.")
	for _, data := range []string{"+:8", "5:3:2", "6", "7"} {
		if answer := pressData(t, arjun, hello, []byte("1b:"+owner+":"+data)); !answer.Alert || !strings.Contains(answer.Message, "club's admins") {
			t.Errorf("%s: %+v", data, answer)
		}
	}
	press(t, meera, half, "✅ That is all")
	summary := shows(t, meera, home, "🛠 Riverside Nets\n🌍 Kolkata time, prices in INR\n🏏 Net 1, Net 2, Net 3, Net 4\n🕒 Every day 06:00–22:00\n💰 ₹300 an hour, guests ₹450\n👤 Staff: Zoya, Tom")
	if got := n.count(t, `SELECT count(*) FROM club`); got != 0 {
		t.Fatalf("%d clubs before the last button", got)
	}
	create := button(t, summary, func(b string) bool { return b == "✅ Create the club" }, "create")
	bot := peer(t, meera)
	atOnce(t, 3, func(int) error {
		_, err := meera.TapData(t.Context(), bot, summary.ID, create)
		return err
	})
	until(t, "the club", func() bool {
		return n.count(t, `SELECT count(*) FROM net WHERE active`) == 4 && n.count(t, `SELECT count(*) FROM opening_hours WHERE net_id = 0 AND opens_minute = 360 AND closes_minute = 1320`) == 7 &&
			n.count(t, `SELECT count(*) FROM price_rule WHERE member_minor = 30000 AND guest_minor = 45000`) == 1 && n.count(t, `SELECT count(*) FROM club_member WHERE role = 'staff'`) == 2
	})
	if clubs, drafts := n.count(t, `SELECT count(*) FROM club`), n.count(t, `SELECT count(*) FROM bot_draft`); clubs != 1 || drafts != 0 {
		t.Errorf("%d clubs, %d drafts", clubs, drafts)
	}

	// With a club, /start has buttons for booking. For the admin it also has one to the nets, which can be renamed and added.
	say(t, arjun, "/start")
	hello = await(t, arjun, "I find the club's files and book its nets.")
	press(t, arjun, hello, "🔎 Search files")
	press(t, arjun, shows(t, arjun, hello, "Just type what you remember"), "◀ Back")
	press(t, arjun, shows(t, arjun, hello, "book its nets"), "📅 My bookings")
	shows(t, arjun, hello, "Nothing is booked ahead.")
	say(t, meera, "/start")
	home = await(t, meera, "You run it")
	press(t, meera, home, "📚 Channels")
	shows(t, meera, home, "Indexed channels")
	say(t, meera, "/nets")
	menu := await(t, meera, "What do you want to set?")
	press(t, meera, menu, "✏ Net 4")
	tap(t, meera, shows(t, meera, menu, "🏏 Net 4"), "✏ Rename")
	await(t, meera, "Send me the new name.")
	say(t, meera, "Net 1")
	await(t, meera, "not in use yet")
	say(t, meera, "Bowling lane")
	await(t, meera, "🏏 Bowling lane")
	tap(t, meera, await(t, meera, "🏏 Bowling lane"), "➕ Add a net")
	await(t, meera, "Send me the name of the new net.")
	say(t, meera, "North, South")
	await(t, meera, "🏏 South")
	if got := n.count(t, `SELECT count(*) FROM net WHERE active`); got != 6 {
		t.Errorf("%d nets", got)
	}
	pressData(t, meera, home, create) // an old button
	shows(t, meera, home, "What do you want to set?")
	if got := n.count(t, `SELECT count(*) FROM club`); got != 1 {
		t.Errorf("%d clubs after an old button", got)
	}
	forged := face(t, arjun, hello)
	for _, data := range []string{"#:1:1", "4:1:0", "4:1:1"} {
		if answer := pressData(t, arjun, forged, []byte("1b:"+owner+":"+data)); !answer.Alert || !strings.Contains(answer.Message, "staff") {
			t.Errorf("%s: %+v", data, answer)
		}
	}
}

// A cancelled set-up stores no club and no answers.
func TestChat_ACancelledSetUpLeavesNothing(t *testing.T) {
	t.Parallel()
	n, meera, _ := emptyScene(t)
	say(t, meera, "/nets")
	first := await(t, meera, "What is your club called?")
	say(t, meera, "Riverside")
	second := await(t, meera, "Where is it?")
	press(t, meera, second, "✖ Cancel")
	shows(t, meera, second, "Nothing was set up.")
	if drafts, questions := n.count(t, `SELECT count(*) FROM bot_draft`), n.count(t, `SELECT count(*) FROM bot_question`); drafts+questions != 0 {
		t.Errorf("%d drafts and %d questions are left", drafts, questions)
	}
	press(t, meera, face(t, meera, second), "🛠 Set up the club")
	shows(t, meera, second, "What is your club called?")
	press(t, meera, first, "✖ Cancel")
	shows(t, meera, first, "Nothing was set up.")
}

// At the start the bot's texts are set in every language, and its menu button. A second start sends only the values that differ.
func TestProfile_IsSetInEveryLanguageAndOnlyOnce(t *testing.T) {
	t.Parallel()
	s, _, arjun := scene(t, sandbox.Options{Env: lowLimits})
	hindi, err := s.DC.World().AddUser("9996620055", "Asha", "", "asha_plays", "hi")
	if err != nil {
		t.Fatal(err)
	}
	asha := connect(t, s, hindi)
	profile := func(u *driver.User) tg.UserFull {
		t.Helper()
		bot, err := u.InputUser(t.Context(), sandbox.BotName)
		if err != nil {
			t.Fatal(err)
		}
		full, err := u.API.UsersGetFullUser(t.Context(), bot)
		if err != nil {
			t.Fatal(err)
		}
		return full.FullUser
	}
	const changes = 3 // two languages and the button
	until(t, "the profile", func() bool { return s.DC.World().ProfileChanges(s.BotID) == changes })
	if p := profile(arjun); !strings.Contains(p.About, "practice nets") || !strings.Contains(p.BotInfo.Description, "type what you remember") {
		t.Errorf("in English: %q, %q", p.About, p.BotInfo.Description)
	}
	if p := profile(asha); !strings.Contains(p.About, "नेट बुक करता है") || !strings.Contains(p.BotInfo.Description, "Start दबाएँ") {
		t.Errorf("in Hindi: %q, %q", p.About, p.BotInfo.Description)
	}
	if err := s.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	s.SetEnv("PAVILION_MINI_APP_URL", "https://club.example/app")
	startBot(t, s)
	until(t, "the Mini App's button", func() bool {
		b, ok := profile(arjun).BotInfo.MenuButton.(*tg.BotMenuButton)
		return ok && b.URL == "https://club.example/app" && b.Text == "Book"
	})
	if got := s.DC.World().ProfileChanges(s.BotID); got != changes+1 {
		t.Errorf("%d changes after a restart with another button, want %d", got, changes+1)
	}
}

// Without PAVILION_ADMINS, /start tells people their id.
func TestStart_WithoutAnAdminTellsTheId(t *testing.T) {
	t.Parallel()
	s, meera, arjun := scene(t, sandbox.Options{Env: lowLimits})
	say(t, arjun, "/id")
	await(t, arjun, "Your Telegram id is "+strconv.FormatInt(arjun.ID, 10)+".")
	if err := s.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	s.SetEnv("PAVILION_ADMINS", "")
	startBot(t, s)
	say(t, meera, "/start")
	await(t, meera, "Nobody runs this bot yet. Your Telegram id is "+strconv.FormatInt(meera.ID, 10))
}
