package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"pavilion/sandbox"
)

// Telegram counts edits like new messages. Fast turning of pages must not cause a FLOOD_WAIT.
func TestSends_EditsKeepTheChatsLimit(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{})
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("Golden.River.S01E%02d.720p.mkv", i+1))
	}
	post(t, s, names...)
	m := found(t, member, "golden river", "40 files · page 1 of 5")
	const burst, seconds = 3, 5
	s.DC.Faults().LimitChats(burst+seconds+1, seconds*time.Second)
	for range 6 {
		for _, turn := range []struct{ button, page string }{{"▶", "page 2 of 5"}, {"◀", "page 1 of 5"}} {
			if _, err := member.Tap(t.Context(), sandbox.BotName, m, turn.button); err != nil {
				t.Fatal(err)
			}
			m = await(t, member, turn.page)
		}
	}
	if n := s.DC.Faults().ChatFloods(); n != 0 {
		t.Errorf("twelve turns of pages met %d FLOOD_WAITs", n)
	}
}
