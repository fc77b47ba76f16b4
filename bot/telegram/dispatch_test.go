package telegram

import (
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, command, rest string
		addressed           bool
	}{
		{"/search inception", "search", "inception", true},
		{"/Search@PavilionBot inception 2010", "search", "inception 2010", true},
		{"/search@otherbot inception", "", "/search@otherbot inception", false},
		{"@pavilionbot inception", "", "inception", true},
		{"inception @PAVILIONBOT", "", "inception", true},
		{"mail me@pavilionbots.example", "", "mail me@pavilionbots.example", false},
		{"just talk", "", "just talk", false},
		{"/", "", "/", false},
		{"/search\ninception", "search", "inception", true},
	} {
		command, rest, addressed := address(c.text, "pavilionbot")
		if command != c.command || rest != c.rest || addressed != c.addressed {
			t.Errorf("%q: %q %q %v", c.text, command, rest, addressed)
		}
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("/start@pavilionbot x")
	f.Add("hi @PavilionBot inception")
	f.Add("/search two\nlines")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.TrimSpace(text)
		command, rest, addressed := address(text, "pavilionbot")
		switch {
		case command != "":
			again, same, ok := address("/"+command+" "+rest, "pavilionbot")
			if again != command || same != rest || !ok || !addressed {
				t.Fatalf("%q is /%q %q, and that is /%q %q", text, command, rest, again, same)
			}
		case !addressed && rest != text:
			t.Fatalf("%q is not for us and became %q", text, rest)
		case addressed && !strings.Contains(strings.ToLower(text), "@pavilionbot"):
			t.Fatalf("%q is for us, by what?", text)
		}
	})
}
