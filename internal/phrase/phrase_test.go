package phrase

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/language"
)

func book(t *testing.T) *Book {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var placeholder = regexp.MustCompile(`%\[\d+\][a-z]`)

// placeholders returns the placeholders of all forms of a phrase; one form may omit some.
func placeholders(forms []string) []string {
	found := map[string]bool{}
	for _, f := range forms {
		for _, p := range placeholder.FindAllString(f, -1) {
			found[p] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestLanguages_AreComplete(t *testing.T) {
	t.Parallel()
	b := book(t)
	if len(b.tags) < 2 || b.tags[0] != language.English {
		t.Fatalf("languages: %v", b.tags)
	}
	english := b.keys[language.English]
	for _, tag := range b.tags[1:] {
		for key, forms := range english {
			other, ok := b.keys[tag][key]
			if !ok {
				t.Errorf("%s lacks %s", tag, key)
				continue
			}
			if want, got := placeholders(forms), placeholders(other); !slices.Equal(want, got) {
				t.Errorf("%s, %s: arguments %v, in English %v", tag, key, got, want)
			}
		}
		for key := range b.keys[tag] {
			if _, ok := english[key]; !ok {
				t.Errorf("%s has %s, which nobody says", tag, key)
			}
		}
	}
	for key, forms := range english {
		for _, f := range forms {
			if strings.Contains(placeholder.ReplaceAllString(strings.ReplaceAll(f, "%%", ""), ""), "%") {
				t.Errorf("%s: an argument without its number: %q", key, f)
			}
		}
	}
}

// TestKeys_ThatTheProgramSaysExist looks up every literal key that is passed to Say.
func TestKeys_ThatTheProgramSaysExist(t *testing.T) {
	t.Parallel()
	english := book(t).keys[language.English]
	said := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path) //nolint:gosec // a file of this module
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			key, isText := call.Args[0].(*ast.BasicLit)
			if !ok || fun.Sel.Name != "Say" || !isText {
				return true
			}
			said++
			name, err := strconv.Unquote(key.Value)
			if _, known := english[name]; err != nil || !known {
				t.Errorf("%s says %s, which is not in the book", path, key.Value)
			}
			return true
		})
		return nil
	})
	if err != nil || said == 0 {
		t.Errorf("%d phrases, %v", said, err)
	}
}

func TestIn_FindsTheNearestLanguage(t *testing.T) {
	t.Parallel()
	b := book(t)
	for code, want := range map[string]string{"en": "en", "en-GB": "en", "hi": "hi", "hi-IN": "hi", "fr": "en", "": "en", "zz-nonsense-": "en"} {
		if got := b.In(code).Language(); got != want {
			t.Errorf("%q: %s, want %s", code, got, want)
		}
	}
}

func TestMoney_AsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, c := range []struct {
		language string
		minor    int64
		currency string
		want     string
	}{
		{"en", 150000, "INR", "₹1,500"},
		{"en", 15000050, "INR", "₹1,50,000.50"},
		{"hi", 15000050, "INR", "₹1,50,000.50"},
		{"en", 123456789, "USD", "$1,234,567.89"},
		{"en", 5, "USD", "$0.05"},
		{"en", -1250, "GBP", "−£12.50"},
		{"en", 1999, "JPY", "¥1,999"},
		{"en", 1250, "KWD", "KWD\u00a01.250"},
		{"en", 0, "INR", "₹0"},
		{"en", 1500, "XTR", "1,500 Stars"},
		{"en", 1, "XTR", "1 Star"},
		{"hi", 300, "XTR", "300 स्टार"},
	} {
		if got := b.In(c.language).Money(c.minor, c.currency); got != c.want {
			t.Errorf("%d %s in %s: %q, want %q", c.minor, c.currency, c.language, got, c.want)
		}
	}
}

func TestSpan_InTheZoneOfItsTimes(t *testing.T) {
	t.Parallel()
	b := book(t)
	zone := time.FixedZone("IST", 5*3600+1800)
	at := func(day, hour int) time.Time { return time.Date(2026, 6, day, hour, 30, 0, 0, zone) }
	for _, c := range []struct {
		language   string
		start, end time.Time
		want       string
	}{
		{"en", at(6, 18), at(6, 19), "Sat 6 June, 18:30–19:30"},
		{"hi", at(6, 18), at(6, 19), "शनि 6 जून, 18:30–19:30"},
		{"en", at(6, 22), at(7, 1), "Sat 6 June, 22:30–Sun 7 June 01:30"},
		{"en", at(6, 22), time.Date(2026, 6, 7, 0, 0, 0, 0, zone), "Sat 6 June, 22:30–00:00"},
	} {
		if got := b.In(c.language).Span(c.start, c.end); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A block or a closure of whole days begins and ends at midnight. Its text is "all day", not "00:00–00:00".
func TestSpan_WholeDaysHaveNoHours(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	b := book(t)
	midnight := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, london) }
	for _, c := range []struct {
		language    string
		start, end  time.Time
		span, times string
	}{
		{"en", midnight(6, 6), midnight(6, 7), "Sat 6 June, all day", "all day"},
		{"hi", midnight(6, 6), midnight(6, 7), "शनि 6 जून, पूरे दिन", "पूरे दिन"},
		{"en", midnight(6, 6), midnight(6, 9), "Sat 6 June–Mon 8 June, all day", "all day"},
		{"en", midnight(3, 29), midnight(3, 30), "Sun 29 March, all day", "all day"},     // 23 hours
		{"en", midnight(10, 25), midnight(10, 26), "Sun 25 October, all day", "all day"}, // 25 hours
		{"en", midnight(6, 6), midnight(6, 6).Add(time.Hour), "Sat 6 June, 00:00–01:00", "00:00–01:00"},
		{"en", midnight(6, 6).Add(time.Hour), midnight(6, 7), "Sat 6 June, 01:00–00:00", "01:00–00:00"},
	} {
		in := b.In(c.language)
		if got := in.Span(c.start, c.end); got != c.span {
			t.Errorf("the period is %q, want %q", got, c.span)
		}
		if got := in.Times(c.start, c.end); got != c.times {
			t.Errorf("the hours are %q, want %q", got, c.times)
		}
	}
}

func TestPlural_ByTheRulesOfTheLanguage(t *testing.T) {
	t.Parallel()
	b, err := load(fstest.MapFS{
		"languages/en.toml": {Data: []byte("[nets]\n\"=0\" = \"no nets\"\none = \"%[1]d net\"\nother = \"%[1]d nets\"\n")},
		"languages/hi.toml": {Data: []byte("[nets]\none = \"%[1]d नेट\"\nother = \"%[1]d नेटें\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{0: "no nets", 1: "1 net", 2: "2 nets", 1500: "1,500 nets"} {
		if got := b.In("en").Say("nets", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 नेट", 1: "1 नेट", 2: "2 नेटें", 150000: "1,50,000 नेटें"} { // Hindi uses the singular for zero
		if got := b.In("hi").Say("nets", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
