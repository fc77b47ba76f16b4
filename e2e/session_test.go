package e2e_test

import (
	"context"
	"strings"
	"testing"

	"pavilion/sandbox"
)

// Telegram ends a session whose key two hosts use. The key in the database must not stop the next start.
func TestSession_ThatTelegramEndedIsReplacedAtTheNextStart(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	ends := func(when string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := s.Bot.Wait(ctx); err == nil || ctx.Err() != nil {
			t.Errorf("%s: the bot ends with %v", when, err)
		}
		if log := s.Bot.Log(); !strings.Contains(log, "the next start signs in with the bot token") {
			t.Errorf("%s: the log does not say so:\n%s", when, tail(log))
		}
	}
	s.DC.Faults().DuplicateKey(s.BotID)
	say(t, member, "/help") // its answer is refused
	ends("while it runs")

	startBot(t, s)
	await(t, member, "Type words of a file's name") // the question that could not be answered
	if err := s.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	s.DC.Faults().DuplicateKey(s.BotID) // by another host, meanwhile
	if err := s.StartBot(t.Context()); err == nil {
		t.Error("a start with an ended session gets ready")
	}
	ends("at the start")
	startBot(t, s)
	start(t, member, "")
	await(t, member, "Hi Arjun!")
}
