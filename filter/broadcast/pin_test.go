package broadcast_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"pavilion/filter/broadcast"
)

// Person 2 has no pins in their chat, the pin of person 1 hangs, and Telegram does not tell the id of person 3's message, because an earlier process has
// sent it.
func TestRun_APinHoldsUpNoOutcomeAndIsCountedWhereItIsMissing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 300)...)
	s.telegram.answers[3] = broadcast.Outcome{Class: broadcast.Sent}
	s.telegram.answers[4] = broadcast.Outcome{Class: broadcast.Gone, Name: "USER_IS_BLOCKED"}
	release := make(chan struct{})
	free := sync.OnceFunc(func() { close(release) })
	defer free()
	s.telegram.pin = func(ctx context.Context, to broadcast.RecipientID, message int) error {
		if message != int(to) {
			t.Errorf("message %d of person %d is pinned", message, to)
		}
		var stored bool
		if err := s.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM broadcast_delivery WHERE person = $1)`, to).Scan(&stored); err != nil || !stored {
			t.Errorf("pinned before the outcome of person %d is stored: %v", to, err)
		}
		switch to {
		case 1:
			<-release
		case 2:
			return errors.New("CHAT_ADMIN_REQUIRED")
		}
		return nil
	}
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "hello", Source: []int{7}}))
	b = s.must(s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Pin = true }))
	b = s.must(s.MarkPreviewed(t.Context(), b))
	b = s.must(s.Confirm(t.Context(), b, s.clock()))
	s.run()
	b = s.await(b.ID, "everybody has it while a pin hangs", func(b broadcast.Broadcast) bool { return b.Counts.Reached == 299 })
	if b.State != broadcast.Running || b.Counts.Unpinned < 3 {
		t.Errorf("while a pin hangs it is %s, and %d are not pinned", b.State, b.Counts.Unpinned)
	}
	free()
	if b = s.awaitState(b.ID, broadcast.Done); b.Counts.Unpinned != 2 {
		t.Errorf("%d are not pinned, want 2", b.Counts.Unpinned)
	}
}
