package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/child"
)

// TestPast_GoesAtThePaceOfTelegramsAnswers reads a past whose every call takes as long as over a real network, where Telegram then asks for pauses as well.
// The program is the one that people run, without the race detector, as for the burst of posts.
func TestPast_GoesAtThePaceOfTelegramsAnswers(t *testing.T) {
	const files, answer = 4000, 300 * time.Millisecond
	plain, err := child.Build(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	s, admin, _ := scene(t, sandbox.Options{Binary: plain, Env: lowLimits})
	posted := tapes(t, s, "Old Tapes", "old_tapes", files)
	last := posted[len(posted)-1].Message
	say(t, admin, "/channels add @old_tapes")
	await(t, admin, "Old Tapes is indexed")
	calls := s.DC.Faults().Calls("channels.getMessages")
	s.DC.Faults().Delay("channels.getMessages", answer, files)
	began := time.Now()
	say(t, admin, fmt.Sprintf("/index https://t.me/old_tapes/%d", last))
	await(t, admin, fmt.Sprintf("✅ Done: %d of %d messages read\n%d files", last, last, files))
	took := time.Since(began)
	least := time.Duration(s.DC.Faults().Calls("channels.getMessages")-calls) * answer
	t.Logf("%d messages in %s, %.0f a second; Telegram's answers alone take %s", last, took.Round(time.Millisecond), float64(last)/took.Seconds(), least)
	if took > least*3/2 {
		t.Errorf("%d messages took %s; Telegram's answers alone take %s", last, took, least)
	}
}
