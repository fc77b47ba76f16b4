package world_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// TestStrict_EveryMethodOfTheListIsForWhomTheListSays calls each method of Telegram's list as a bot and as a person. It sends only the method's id,
// because the caller is checked before the arguments.
func TestStrict_EveryMethodOfTheListIsForWhomTheListSays(t *testing.T) {
	list, err := os.ReadFile("methods.csv")
	if err != nil {
		t.Fatal(err)
	}
	// The list allows these for people. Its texts and Telegram reserve them for bots.
	onlyBots := []string{"help.setBotUpdatesStatus", "messages.setBotPrecheckoutResults", "messages.setBotShippingResults"}
	ids := tg.NamesMap()
	s := newScene(t, world.Options{})
	tried := map[string]int{}
	for line := range strings.Lines(string(list)) {
		name, who, _ := strings.Cut(strings.TrimSpace(line), ",")
		id, known := uint32(0), false
		for full, number := range ids {
			if method, _, _ := strings.Cut(full, "#"); method == name {
				id, known = number, true
			}
		}
		if !known {
			continue // from another layer
		}
		if slices.Contains(onlyBots, name) {
			who = "bot"
		}
		tried[who]++
		person, bot := s.user("person"+who+strings.ReplaceAll(name, ".", "")), s.bot("bot"+who+strings.ReplaceAll(name, ".", ""))
		for _, c := range []struct {
			from    *session
			refusal string
			want    bool
		}{{bot, "BOT_METHOD_INVALID", who == "user"}, {person, "USER_BOT_REQUIRED", who == "bot"}} {
			var b bin.Buffer
			b.PutID(id)
			_, err := s.Handle(context.Background(), c.from.from, &b)
			if got := err != nil && strings.Contains(err.Error(), c.refusal); got != c.want {
				t.Errorf("%s is for %q; refused with %s: %v (%v)", name, who, c.refusal, got, err)
			}
		}
	}
	if tried["user"] < 200 || tried["bot"] < 5 || tried["both"] < 30 {
		t.Errorf("tried only %v", tried)
	}
}
