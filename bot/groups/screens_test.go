package groups

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/filter"
	domain "pavilion/filter/groups"
	"pavilion/internal/phrase"
	"pavilion/sandbox/golden"
)

const riverside filter.ChatID = -1_001_500_000_001

func newDrawing(t *testing.T, language string) drawing {
	t.Helper()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &words{in: book.In(language)}
	for _, tag := range book.Languages() {
		w.languages = append(w.languages, namedLanguage{tag, book.In(tag).Say("language.name")})
	}
	return drawing{words: w, owner: 8_000_000_000}
}

// full are settings with a value in every field.
func full() domain.Settings {
	return domain.Settings{
		Search: domain.SearchAll, PageSize: 10, ToPrivate: true, DeleteAfter: 360, Protect: true, Required: []domain.RequiredChannel{
			{ID: 1_500_000_007, Title: "Club \u202eNews", Link: "https://t.me/club_news"}, {ID: 9_999_999_999_999, Title: "Inner Circle", Link: "https://t.me/+abc", ByRequest: true},
		}, RequireAny: true,
		Language: "hi", Welcome: "Welcome to {group}, {name}!\nRead the rules.", WelcomeFor: 5, Topics: []int{1, 4000},
	}
}

// screens are all screens of the package.
func screens(d drawing) map[string]telegram.Reply {
	here, away, club := place{id: riverside}, place{id: riverside, title: "Riverside \u202eMembers"}, place{id: domain.Club}
	f := domain.Filter{ID: 7, Chat: riverside, Words: "rain rule", Answer: domain.Answer{
		Body: "See the table.\nAsk the umpire.", Media: &domain.Media{}, Buttons: []domain.Button{{Text: "Table", URL: "https://example.com"}},
	}}
	var many []domain.Filter
	for i := range domain.MaxFilters {
		many = append(many, domain.Filter{ID: domain.FilterID(i + 1), Chat: riverside, Words: fmt.Sprintf("word %d", i)})
	}
	all := map[string]telegram.Reply{
		"menu":             d.menu(here, domain.Default(), 0),
		"menu_full":        d.menu(away, full(), 4000),
		"filters_none":     d.list(here, nil, 0),
		"filters_one":      d.list(away, []domain.Filter{f}, 0),
		"filters_many":     d.list(here, many, 49),
		"filters_too_far":  d.list(club, []domain.Filter{f}, 3),
		"filter":           d.filter(here, f, 2, false),
		"filter_club":      d.filter(club, domain.Filter{ID: 8, Words: "scores", Answer: domain.Answer{Body: "At the board"}}, 0, false),
		"filter_delete":    d.filter(here, f, 2, true),
		"saved":            d.saved(here, f, false),
		"replaced":         d.saved(here, f, true),
		"connections":      d.connections([]domain.Connection{{Chat: riverside, Title: "Riverside Members", IsSelected: true}, {Chat: -5, Title: "Nets lads"}}),
		"connections_none": d.connections(nil),
	}
	for _, part := range sections() {
		all["section_"+part.name] = d.section(here, full(), part, 4000)
	}
	topics, _ := sectionNamed("topics")
	all["section_topics_new"] = d.section(here, domain.Default(), topics, 12)
	required, _ := sectionNamed("required")
	all["section_required_none"] = d.section(here, domain.Default(), required, 0)
	return all
}

func TestScreens_LookAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "hi"} {
		for name, reply := range screens(newDrawing(t, language)) {
			golden.Check(t, name+"."+language, telegramtest.Drawn(reply))
		}
	}
}

func TestButtons_FitTelegramAndAreReadBack(t *testing.T) {
	t.Parallel()
	for name, reply := range screens(newDrawing(t, "hi")) {
		for _, row := range reply.Keyboard {
			for _, b := range row {
				fields := strings.SplitN(string(b.Data), ":", 3)
				if fields[0] == "1n" { // the number of the page
					continue
				}
				if len(b.Data) > 64 || len(fields) != 3 {
					t.Errorf("%s: the data of %q is %q", name, b.Text, b.Data)
					continue
				}
				if p, err := parseTarget(fields[2]); err != nil || p.encode() != fields[2] {
					t.Errorf("%s: %q is read as %+v, %v", name, fields[2], p, err)
				}
			}
		}
	}
}

func TestSections_EveryValueOfTheirButtonsIsTaken(t *testing.T) {
	t.Parallel()
	d := newDrawing(t, "en")
	for _, part := range sections() {
		for _, value := range part.values(d.words, full(), 12) {
			s := full()
			if err := part.set(&s, value); err != nil {
				t.Errorf("%s %q: %v", part.name, value, err)
			}
			if err := s.Check(); err != nil {
				t.Errorf("%s %q: %v", part.name, value, err)
			}
		}
		for _, value := range []string{"", "x", "+", "-", "+-1", "99999999999999999999", "silent"} {
			s := full()
			err := part.set(&s, value)
			if err == nil {
				err = s.Check()
			}
			if err != nil && !errors.Is(err, domain.ErrBounds) {
				t.Errorf("%s %q: %v", part.name, value, err)
			}
		}
	}
	var s domain.Settings
	for _, step := range []struct {
		value string
		want  []int
	}{{"+c", []int{12}}, {"+c", []int{12}}, {"+1", []int{12, 1}}, {"-c", []int{1}}, {"-c", []int{1}}, {"all", nil}} {
		if err := setTopic(&s, step.value); err != nil || !slices.Equal(s.Topics, step.want) {
			t.Errorf("%s: %v, %v; want %v", step.value, s.Topics, err, step.want)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, p := range []string{"m:-clnl:0", "v:-clnl:5k:search:all", "f:-clnl:7:2", "a:7:1", "c:-5", "l:0:3", "v:1:0:search:all"} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		p, err := parseTarget(payload)
		if err != nil {
			if !errors.Is(err, chat.ErrButton) {
				t.Fatal(err)
			}
			return
		}
		if again, err := parseTarget(p.encode()); err != nil || again != p {
			t.Fatalf("%q is read as %+v, and that as %+v, %v", payload, p, again, err)
		}
	})
}

func TestFilterSyntax_WordsStandInQuotesOrAreOneWord(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		`"net booking" Ask at the desk`: {"net booking", "Ask at the desk"},
		"“net booking”\nAsk":            {"net booking", "Ask"},
		`„netz“ Ja`:                     {"netz", "Ja"},
		`net Ask "the" desk`:            {"net", `Ask "the" desk`},
		`"net`:                          {`"net`, ""},
		`net`:                           {"net", ""},
		`""`:                            {"", ""},
		``:                              {"", ""},
	} {
		if words, rest := splitFilter(text); words != want[0] || rest != want[1] {
			t.Errorf("%q: %q and %q, want %q", text, words, rest, want)
		}
	}
}

func TestFilterSyntax_ButtonsAreFoundAndCutOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, rest string
		want       []domain.Button
	}{
		{"Rules [here](buttonurl:https://example.com/a)", "Rules", []domain.Button{{Text: "here", URL: "https://example.com/a"}}},
		{"[a](buttonurl://t.me/club)", "", []domain.Button{{Text: "a", URL: "https://t.me/club"}}},
		{"[a](buttonurl:t.me/club)", "", []domain.Button{{Text: "a", URL: "https://t.me/club"}}},
		{"[a](buttonurl:https://x.org/b_(c):same)", "", []domain.Button{{Text: "a", URL: "https://x.org/b_(c)", SameRow: true}}},
		{"Hi\n[a](buttonalert:20 overs (each))\n[b](buttonalert:No:same)", "Hi", []domain.Button{{Text: "a", Alert: "20 overs (each)"}, {Text: "b", Alert: "No", SameRow: true}}},
		{"a [link](https://example.com) stays", "a [link](https://example.com) stays", nil},
		{"[open](buttonalert:no end", "[open](buttonalert:no end", nil},
		{"[[a](buttonalert:b)", "", []domain.Button{{Text: "[a", Alert: "b"}}},
	} {
		buttons, parts := parseButtons(c.text)
		rest := telegram.SavedMessage{Text: c.text}.Without(parts...).Trimmed().Text
		if !slices.Equal(buttons, c.want) || rest != c.rest {
			t.Errorf("%q: %+v and %q, want %+v and %q", c.text, buttons, rest, c.want, c.rest)
		}
	}
}

func FuzzParseButtons(f *testing.F) {
	f.Add("Rules [here](buttonurl:https://example.com/a:same) [b](buttonalert:(x))")
	f.Fuzz(func(t *testing.T, text string) {
		buttons, parts := parseButtons(text)
		rest := telegram.SavedMessage{Text: text}.Without(parts...)
		if len(buttons) != len(parts) || len(rest.Text) > len(text) {
			t.Fatalf("%q: %+v, %+v, %q", text, buttons, parts, rest.Text)
		}
	})
}

func TestStart_ALinkNamesAGroup(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]filter.ChatID{
		startPrefix + chat.Base36(int64(riverside)): riverside, startPrefix + "5": 0, startPrefix: 0, "connect": 0, startPrefix + "-zzzzzzzzzzzzzzzzz": 0,
	} {
		if got, ok := ParseStart(payload); ok != (want != 0) || ok && got != want {
			t.Errorf("%q: %d, %t", payload, got, ok)
		}
	}
}

func TestWelcome_NamesThePeopleAndIsLimited(t *testing.T) {
	t.Parallel()
	var six []telegram.Person
	for i := range 6 {
		six = append(six, telegram.Person{ID: int64(i + 1), Name: fmt.Sprintf("P%d\n", i)})
	}
	for _, c := range []struct {
		join telegram.Join
		want string
	}{
		{telegram.Join{People: six[:1], Title: "Riverside"}, "Hello P0, this is Riverside. P0!"},
		{telegram.Join{People: six, Title: "{name}"}, "Hello P0, P1, P2, P3, P4…, this is {name}. P0, P1, P2, P3, P4…!"},
	} {
		if got := welcomeText("Hello {name}, this is {group}. {name}!", c.join); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	limits, now, allowed := newWelcomeLimits(), time.Unix(1_800_000_000, 0), 0
	for i := range 100 { // a hundred people in a minute
		if limits.allow(riverside, now.Add(time.Duration(i)*600*time.Millisecond)) {
			allowed++
		}
	}
	if allowed != welcomesAtOnce+4 || !limits.allow(-5, now) {
		t.Errorf("%d welcomes in a minute", allowed)
	}
}

func TestSearch_ByModeAndLength(t *testing.T) {
	t.Parallel()
	g := &domain.Group{Settings: domain.Default()}
	for _, c := range []struct {
		mode domain.SearchMode
		text string
		want bool
	}{
		{domain.SearchAddressed, "golden river", false},
		{domain.SearchAll, "golden river", true},
		{domain.SearchAll, strings.Repeat("talk ", 20), false},
		{domain.SearchOff, "golden river", false},
	} {
		g.Settings.Search = c.mode
		e := &telegram.Event{Kind: telegram.Message, Chat: telegram.Chat{ID: 5, Type: telegram.Group}, Text: c.text}
		if got := isSearched(g, e); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}
