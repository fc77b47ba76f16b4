package channels

import (
	"fmt"
	"testing"
)

func TestParseChannelRef(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]channelRef{
		"@riverside_archive":                       {name: "riverside_archive"},
		"https://t.me/riverside_archive":           {name: "riverside_archive"},
		"t.me/riverside_archive/":                  {name: "riverside_archive"},
		"HTTPS://T.ME/riverside/500":               {name: "riverside", message: 500},
		"https://telegram.me/riverside/500?single": {name: "riverside", message: 500},
		"https://t.me/c/1234567890/45":             {id: 1234567890, message: 45},
		"https://t.me/c/1234567890/45?thread=3":    {id: 1234567890, message: 45},
		"-1001234567890":                           {id: 1234567890},
		"1234567890":                               {id: 1234567890},
	} {
		if got, ok := parseChannelRef(text); !ok || got != want {
			t.Errorf("%q is %+v, %v; want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "@", "@abc", "@9lives", "@two words", "+5", "-5", "0", "99999999999999", "https://t.me/", "https://t.me/c/0/5", "https://t.me/name/0",
		"https://t.me/name/99999999999", "https://t.me/name/4294967297", "https://evil.example/t.me/name", "https://t.me.evil.example/name/5", "t.me/joinchat/abc", "t.me/+abc",
	} {
		if got, ok := parseChannelRef(text); ok {
			t.Errorf("%q is taken for %+v", text, got)
		}
	}
}

func TestParseIndexArgs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"@riverside 1-500":             "https://t.me/riverside 1 500",
		"@riverside 500":               "https://t.me/riverside 1 500",
		"https://t.me/riverside/320":   "https://t.me/riverside 1 320",
		"https://t.me/c/77/320 200-20": "",
		"https://t.me/c/77/320 20-200": "https://t.me/c/77 20 200",
		"@riverside":                   "",
		"@riverside 0-5":               "",
		"@riverside 5-":                "",
		"@riverside 1-2-3":             "",
		"@riverside 1-9999999999":      "",
		"@riverside 1 5":               "",
		"":                             "",
	} {
		got := ""
		if a, ok := parseIndexArgs(text); ok {
			got = fmt.Sprint(a.channel, a.from, a.to)
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzParseChannelRef(f *testing.F) {
	for _, s := range []string{"@riverside", "https://t.me/c/1234567890/45?single", "-1001234567890", "telegram.me/riverside/5/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := parseChannelRef(s)
		if !ok {
			return
		}
		if (r.id == 0) == (r.name == "") || r.id < 0 || r.message < 0 || len(r.name) > 32 {
			t.Fatalf("%q is %+v", s, r)
		}
		if again, ok := parseChannelRef(r.String()); !ok || again != r {
			t.Fatalf("%q is %+v, and %q is %+v, %v", s, r, r.String(), again, ok)
		}
	})
}

func FuzzParseIndexArgs(f *testing.F) {
	for _, s := range []string{"@riverside 1-500", "https://t.me/c/1234567890/45", "-1001234567890 7", "@riverside 5-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := parseIndexArgs(s)
		if !ok {
			return
		}
		if a.from < 1 || a.to < a.from || a.to > 1<<31-1 || a.channel.message != 0 {
			t.Fatalf("%q is %+v", s, a)
		}
		again, ok := parseIndexArgs(fmt.Sprintf("%s %d-%d", a.channel, a.from, a.to))
		if !ok || again != a {
			t.Fatalf("%q is %+v, and written out it is %+v, %v", s, a, again, ok)
		}
	})
}

// String is the reference as a link, so that what is read can be read again.
func (r channelRef) String() string {
	s := "https://t.me/" + r.name
	if r.id != 0 {
		s = fmt.Sprintf("https://t.me/c/%d", r.id)
	}
	if r.message != 0 {
		s += fmt.Sprintf("/%d", r.message)
	}
	return s
}
