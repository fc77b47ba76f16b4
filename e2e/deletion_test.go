package e2e_test

import (
	"context"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

func TestDeletion_ThatTelegramForbidsIsDone(t *testing.T) {
	t.Parallel()
	s, member := willDelete(t)
	before := s.DC.Faults().Calls("messages.deleteMessages")
	s.DC.Faults().Fail("messages.deleteMessages", 403, "MESSAGE_DELETE_FORBIDDEN", 100)
	execute(t, s, `UPDATE delivery_deletion SET delete_at = now()`)
	await(t, member, "Deleted, as announced")
	if n := s.DC.Faults().Calls("messages.deleteMessages") - before; n != 1 {
		t.Errorf("a forbidden deletion was tried %d times", n)
	}
}

// deleteAfterTenMinutes sets deliveries that delete themselves.
func deleteAfterTenMinutes(t *testing.T, admin *driver.User) {
	t.Helper()
	say(t, admin, "/delivery")
	tap(t, admin, await(t, admin, "📦 Deliveries"), "10 minutes")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := admin.Await(ctx, sandbox.BotName, func(m *tg.Message) bool { return strings.Contains(buttons(m), "✓ 🗑 10 minutes") }); err != nil {
		t.Fatal(err)
	}
}

// willDelete has the bot send a file that it is to delete.
func willDelete(t *testing.T) (*sandbox.Scene, *driver.User) {
	t.Helper()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	deleteAfterTenMinutes(t, admin)
	tap(t, member, found(t, member, "golden river", "1 file"), "Golden")
	received(t, member, "Golden.River.2014.mkv")
	await(t, member, "I delete this again in 10 minutes")
	return s, member
}

func TestDeletion_DueWhileTheBotWasDownHappensAfterTheRestart(t *testing.T) {
	t.Parallel()
	s, member := willDelete(t)
	s.Bot.Kill()
	execute(t, s, `UPDATE delivery_deletion SET delete_at = now()`)
	startBot(t, s)
	gone := await(t, member, "Deleted, as announced")
	until(t, "the file is gone", func() bool {
		byName, _ := filesOf(t, member)
		return len(byName) == 0
	})
	tap(t, member, gone, "Get it again")
	received(t, member, "Golden.River.2014.mkv")
	await(t, member, "I delete this again in 10 minutes")

	// A message that Telegram does not let the bot delete counts as done, too.
	calls := s.DC.Faults().Calls("messages.deleteMessages")
	s.DC.Faults().Fail("messages.deleteMessages", 403, "MESSAGE_DELETE_FORBIDDEN", 1)
	execute(t, s, `UPDATE delivery_deletion SET delete_at = now()`)
	db := postgres(t, s)
	until(t, "the deletion is given up", func() bool {
		var due int
		return db.QueryRow(t.Context(), `SELECT count(*) FROM delivery_deletion`).Scan(&due) == nil && due == 0
	})
	if n := s.DC.Faults().Calls("messages.deleteMessages") - calls; n != 1 {
		t.Errorf("%d calls: a deletion that Telegram forbids is tried again", n)
	}
}

func TestDeletion_AfterFortyEightHoursIsGivenUp(t *testing.T) {
	t.Parallel()
	s, member := willDelete(t)
	s.Bot.Kill()
	execute(t, s, `UPDATE delivery_deletion SET sent_at = now() - interval '49 hours', delete_at = now() - interval '48 hours'`)
	startBot(t, s)
	await(t, member, "Deleted, as announced")
	if byName, _ := filesOf(t, member); byName["Golden.River.2014.mkv"] != 1 {
		t.Errorf("the file is deleted: %v", byName)
	}
	if !strings.Contains(s.Bot.Log(), "Telegram allows it for 48 hours") {
		t.Error("the log does not say so")
	}
}
