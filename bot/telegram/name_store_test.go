package telegram

import (
	"log/slog"
	"testing"

	"github.com/gotd/td/tg"
)

// A process that never connected makes links to the chat by the name that the connected one stored.
func TestChatLink_IsKnownWithoutAConnection(t *testing.T) {
	t.Parallel()
	names := stateStore{postgres(t)}
	connected := &Client{botID: 1, names: names, opts: Options{Logger: slog.New(slog.DiscardHandler)}}
	other := &Client{botID: 1, names: names}
	if got := other.ChatLink(t.Context()); got != "" {
		t.Errorf("before the bot signed in: %q", got)
	}
	for _, name := range []string{"old_bot", "club_bot"} {
		connected.saveName(t.Context(), &tg.User{ID: 1, Username: name})
	}
	if got, want := other.ChatLink(t.Context()), "https://t.me/club_bot"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
