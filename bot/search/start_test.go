package search

import (
	"testing"

	"pavilion/bot/telegram"
)

func FuzzParseStart(f *testing.F) {
	f.Add("q-aW5jZXB0aW9u")
	f.Add("inline")
	f.Add(StartSearch("ਗੋਲਡਨ river"))
	f.Fuzz(func(t *testing.T, payload string) {
		query, ok := ParseStart(payload)
		if !ok {
			return
		}
		if query == "" || query != telegram.CleanLine(query, maxStart) {
			t.Fatalf("%q holds %q", payload, query)
		}
		if again, ok := ParseStart(StartSearch(query)); len(query) <= startDecoded && (!ok || again != query) {
			t.Fatalf("%q holds %q, and written again %q, %v", payload, query, again, ok)
		}
	})
}

func TestStartSearch_FitsWhatTelegramTakes(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"golden river", "ਗੋਲਡਨ", string(make([]byte, startDecoded)), "a query of more than sixty-four characters which no payload could ever hold at all"} {
		if p := StartSearch(query); len(p) > maxStart {
			t.Errorf("%q: %d characters", p, len(p))
		}
	}
	if query, ok := ParseStart(StartSearch("golden river 2014")); !ok || query != "golden river 2014" {
		t.Errorf("%q, %v", query, ok)
	}
}
