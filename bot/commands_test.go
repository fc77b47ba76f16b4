package bot

import (
	"slices"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"

	"pavilion/bot/channels"
	"pavilion/bot/chat"
	"pavilion/bot/nets"
	"pavilion/bot/search"
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
	return (&Bot{search: &search.Screens{}, channels: &channels.Screens{}, Nets: &nets.Screens{}}).commandList()
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
		golden.Check(t, "start."+language, startText(in, "Asha", true)+"\n\n"+in.Say("start.inline", "clubbot")+"\n")
		golden.Check(t, "start_without_name."+language, startText(in, "\u202e", false)+"\n")
		golden.Check(t, "help."+language, helpText(in, "clubbot", some)+"\n")
		golden.Check(t, "unknown."+language, unknownText(in, "serach", names)+"\n"+unknownText(in, "xyzzyx", names)+"\n")
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
