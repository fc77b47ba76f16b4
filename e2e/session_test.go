package e2e_test

import (
	"strings"
	"testing"

	"pavilion/sandbox"
)

// Telegram ends a session whose auth key is used by two hosts. The bot then signs in with its token, both while it runs and at a start.
func TestSession_ThatTelegramEndedIsReplaced(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	signsInAnew := func(when string) {
		t.Helper()
		if n := strings.Count(s.Bot.Log(), "signing in anew with the bot token"); n != 1 {
			t.Errorf("%s: the log says so %d times:\n%s", when, n, tail(s.Bot.Log()))
		}
	}
	s.DC.Faults().DuplicateKey(s.BotID)
	say(t, member, "/help") // the first try of its answer is refused
	await(t, member, "Type words of a file's name")
	signsInAnew("while it runs")

	if err := s.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	s.DC.Faults().DuplicateKey(s.BotID) // by another host, meanwhile
	startBot(t, s)
	start(t, member, "")
	await(t, member, "Hi Arjun!")
	signsInAnew("at the start")
}
