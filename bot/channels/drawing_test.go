package channels

import (
	"testing"

	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/filter"
	"pavilion/internal/phrase"
	"pavilion/sandbox/golden"
)

// screens are all screens of the package.
func screens(in *phrase.Speaker) map[string]telegram.Reply {
	d := drawing{in: in, owner: 7}
	vintage, matches := filter.Channel{ID: 5, Title: "Vintage"}, filter.Channel{ID: 6, Title: "Matches \u202e2026", State: filter.ChannelPaused}
	var many []filter.Channel
	for i := range filter.ChannelID(maxListed + 2) {
		many = append(many, filter.Channel{ID: i + 1, Title: "Archive"})
	}
	read := filter.PastRead{ID: "abcdefghij", From: 1, To: 500, Next: 251, Found: 12, Added: 1}
	state := func(s filter.PastState) filter.PastRead {
		read := read
		read.State = s
		return read
	}
	return map[string]telegram.Reply{
		"list_empty":   d.drawChannels(nil),
		"list":         d.drawChannels([]filter.Channel{vintage, matches}),
		"list_lost":    d.drawChannels([]filter.Channel{{ID: 8, Title: "Tapes", State: filter.ChannelLost}}),
		"list_many":    d.drawChannels(many),
		"added":        d.added("Vintage"),
		"ask_remove":   d.askRemove(vintage),
		"offer_index":  d.offerIndex(telegram.ChannelInfo{ID: 5, Title: "Vintage"}, 500),
		"offer_past":   d.offerPast(vintage, 500),
		"past_running": d.past(state(filter.PastRunning)),
		"past_done":    d.past(state(filter.PastDone)),
		"past_stopped": d.past(state(filter.PastCancelled)),
	}
}

func TestScreens_LookAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range book.Languages() {
		for name, reply := range screens(book.In(language)) {
			golden.Check(t, name+"."+language, telegramtest.Drawn(reply))
		}
	}
}
