package bot

import (
	"slices"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"

	accessscreens "pavilion/bot/access"
	"pavilion/bot/channels"
	"pavilion/bot/chat"
	"pavilion/bot/nets"
	"pavilion/bot/search"
	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/internal/phrase"
	"pavilion/sandbox/golden"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func book(t *testing.T) *phrase.Book {
	t.Helper()
	b, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// commandsOnly is a bot that has its list of commands and nothing else.
func commandsOnly() []chat.Command {
	return (&Bot{access: &accessscreens.Screens{}, members: &members{join: &accessscreens.Join{}, plans: &accessscreens.Plans{}}, search: &search.Screens{}, channels: &channels.Screens{}, Nets: &nets.Screens{}}).commandList()
}

func TestTexts_OfStartHelpAndUnknownCommands(t *testing.T) {
	t.Parallel()
	b := book(t)
	var some []chat.Command // with arguments and without, of members and of admins
	var names []string
	for _, c := range commandsOnly() {
		names = append(names, c.Name)
		if slices.Contains([]string{"search", "book", "help", "group", "audit", "stats"}, c.Name) {
			some = append(some, c)
		}
	}
	for _, language := range b.Languages() {
		in := b.In(language)
		for name, h := range homes() {
			golden.Check(t, name+"."+language, telegramtest.Drawn(h.draw(in)))
		}
		golden.Check(t, "search_help."+language, telegramtest.Drawn(searchHelp(in, 7)))
		golden.Check(t, "help."+language, helpText(in, "clubbot", some)+"\n")
		golden.Check(t, "unknown."+language, unknownText(in, "serach", names)+"\n"+unknownText(in, "xyzzyx", names)+"\n")
	}
}

// homes are the screens of /start by role.
func homes() map[string]home {
	asha := telegram.Person{ID: 7, Name: "Asha"}
	return map[string]home{
		"start":              {person: asha, isPrivate: true, hasAdmins: true, hasClub: true, booking: nets.Entrance{MayBook: true}},
		"start_page":         {person: asha, isPrivate: true, hasAdmins: true, hasClub: true, page: "https://club.example/app/", booking: nets.Entrance{MayBook: true}},
		"start_group":        {person: asha, hasAdmins: true, hasClub: true},
		"start_without_name": {person: telegram.Person{ID: 7, Name: "\u202e"}, isPrivate: true, hasAdmins: true},
		"start_club_admin":   {person: asha, isPrivate: true, hasAdmins: true, hasClub: true, booking: nets.Entrance{MayBook: true, Manages: 3}},
		"start_admin":        {person: asha, isPrivate: true, isAdmin: true, hasAdmins: true, hasClub: true, booking: nets.Entrance{MayBook: true, Manages: 3}},
		"start_no_club":      {person: asha, isPrivate: true, isAdmin: true, hasAdmins: true, booking: nets.Entrance{MaySetUp: true}},
		"start_half_set_up":  {person: asha, isPrivate: true, isAdmin: true, hasAdmins: true, booking: nets.Entrance{MaySetUp: true, HasDraft: true}},
		"start_no_admin":     {person: telegram.Person{ID: 1234567, Name: "Asha"}, isPrivate: true},
	}
}

// Telegram takes an about of at most 120 characters, a description of at most 512, and a button of at most 64.
func TestProfile_HasTextsThatTelegramTakes(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, language := range b.Languages() {
		for key, most := range map[string]int{"profile.about": 120, "profile.text": 512, "profile.app": 64} {
			if n := utf8.RuneCountInString(b.In(language).Say(key)); n == 0 || n > most {
				t.Errorf("%s in %s has %d characters", key, language, n)
			}
		}
	}
}

// Telegram takes names of at most 32 characters and descriptions of 1 to 256.
func TestCommands_HaveTextsThatMenusTake(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, c := range commandsOnly() {
		if len(c.Name) > maxCommand {
			t.Errorf("/%s is too long", c.Name)
		}
		for _, language := range b.Languages() {
			about := b.In(language).Say("command." + c.Name)
			if n := utf8.RuneCountInString(about); !c.Hidden && (!b.In(language).Knows("command."+c.Name) || n == 0 || n > 256) {
				t.Errorf("/%s in %s: %q", c.Name, language, about)
			}
		}
	}
}

func TestNearest_CommandOfAMistypedOne(t *testing.T) {
	t.Parallel()
	names := []string{"start", "search", "settings", "stats"}
	for word, want := range map[string]string{
		"sear": "search", "serach": "search", "strat": "start", "setings": "settings", "s": "", "xyzzyx": "", "statss": "stats", "": "", //nolint:misspell // on purpose
		"a word that is far too long to be any command of anybody": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
