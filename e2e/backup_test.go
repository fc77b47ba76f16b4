package e2e_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
)

// TestRestore_NothingOldRevives backs a running installation up, goes on, and restores the backup beside the same Redis. The restored installation is
// not the bot, runs no job and knows no session before `pavilion restore confirm`. Afterwards it finds the files, has the bookings, and sends the
// waiting message once it is released.
func TestRestore_NothingOldRevives(t *testing.T) {
	t.Parallel()
	n := openNets(t, sandbox.Options{Env: map[string]string{}}, "Net 1")
	if err := n.Bot.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := n.LiftLimits(t.Context()); err != nil {
		t.Fatal(err)
	}
	member := connect(t, n.Scene, n.Members[0])
	say(t, member, "/start")
	await(t, member, "Hi Arjun")
	admin := connect(t, n.Scene, n.Admin)
	say(t, admin, "/channels add @"+sandbox.ChannelName)
	await(t, admin, "is indexed")
	post(t, n.Scene, "Golden.River.2014.1080p.mkv")
	found(t, member, "golden river", "Golden.River")

	// Without a worker the message about a booking waits.
	if err := n.Bot.Stop(); err != nil {
		t.Fatal(err)
	}
	n.SetEnv("PAVILION_ROLES", "http")
	n.serve(t)
	client := n.open(t, n.Members[0])
	// Without the bot there are no words to search by and no access hashes to ask for memberships, so the archive is refused instead of open.
	refused, err := client.Send(t.Context(), http.MethodGet, "/archive/search?text=golden+river", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if refused.Status != http.StatusServiceUnavailable || refused.Header.Get("Retry-After") == "" || refused.Problem() != "archive-elsewhere" {
		t.Errorf("the archive of a process that is not the bot: %d %v %s", refused.Status, refused.Header, refused.Body)
	}
	day := n.club.Day(7)
	kept := n.book(t, client, miniapp.Slot(day, "10:00", "11:00", n.club.Nets[0]), true)
	dir := filepath.Join(t.TempDir(), "backup")
	if out, err := n.Run(t.Context(), "backup", dir); err != nil || !strings.Contains(out, "the backup is in") {
		t.Fatalf("backup: %v\n%s", err, out)
	}
	lost := n.book(t, client, miniapp.Slot(day, "12:00", "13:00", n.club.Nets[0]), true)
	if cells := n.cells(t, client, day); cells["T12:00"] != "taken" { // the answer is in Redis now
		t.Fatalf("before the restore: %v", cells)
	}
	if err := n.Bot.Stop(); err != nil {
		t.Fatal(err)
	}

	// Databases that are in use are refused.
	if out, err := n.Run(t.Context(), "restore", dir); err == nil || !strings.Contains(out, "not empty") {
		t.Fatalf("into the old databases: %v\n%s", err, out)
	}
	address, err := n.Engines.Database(t.Context(), "restored")
	if err != nil {
		t.Fatal(err)
	}
	uris := n.Env("PAVILION_MONGO_URIS")
	n.SetEnv("PAVILION_POSTGRES_URL", address)
	if out, err := n.Run(t.Context(), "restore", dir); err == nil || !strings.Contains(out, "not empty") {
		t.Fatalf("into the old pools: %v\n%s", err, out)
	}
	n.SetEnv("PAVILION_MONGO_URIS", strings.ReplaceAll(uris, "/pavilion?", "/restored?"))
	if out, err := n.Run(t.Context(), "restore", dir); err != nil || !strings.Contains(out, "everything is restored") {
		t.Fatalf("restore: %v\n%s", err, out)
	}
	restored, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(restored.Close)
	n.db.Close()
	n.db = restored

	// Before the confirmation.
	n.SetEnv("PAVILION_ROLES", "bot,http,worker")
	if n.Bot, err = n.Standby(); err != nil {
		t.Fatal(err)
	}
	until(t, "the bot, the jobs and the erasures wait", func() bool { return strings.Count(n.Bot.Log(), "wait for pavilion restore confirm") == 3 })
	if status, body := get(t, n.base+"/health/ready", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, `"restored": true`) {
		t.Errorf("not confirmed: %d %s", status, body)
	}
	if out, err := n.Run(t.Context(), "doctor"); err == nil || strings.Count(out, "FAIL") != 1 || !strings.Contains(out, "Next: When the old installation does not run any more, run: pavilion restore confirm") || !strings.Contains(out, "telegram is not asked") {
		t.Errorf("doctor: %v\n%s", err, out)
	}
	if a := act(t, client, n.club.Path("/bookings/%d/cancel", kept), "old session", nil); a.Status != http.StatusUnauthorized {
		t.Errorf("a session of the old database: %d %s", a.Status, a.Body)
	}
	if a := act(t, client, "/sessions", "too early", nil); a.Status != http.StatusServiceUnavailable || a.Problem() != "restored" {
		t.Errorf("somebody signs in to a copy: %d %s", a.Status, a.Body)
	}
	if out, err := n.Run(t.Context(), "outbox", "release"); err == nil {
		t.Errorf("the outbox is released before the confirmation:\n%s", out)
	}

	out, err := n.Run(t.Context(), "restore", "confirm")
	if err != nil || !strings.Contains(out, "booking_deliver") {
		t.Fatalf("confirm: %v\n%s", err, out)
	}
	if out, err := n.Run(t.Context(), "restore", "confirm"); err == nil {
		t.Errorf("confirmed twice:\n%s", out)
	}
	if err := n.Bot.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	found(t, member, "golden river", "Golden.River")
	again := n.open(t, n.Members[0])
	if cells := n.cells(t, again, day); cells["T10:00"] != "taken" || cells["T12:00"] != "free" {
		t.Errorf("after the restore: %v; booking %d must be there and %d not", cells, kept, lost)
	}
	if waiting := n.count(t, `SELECT count(*) FROM river_job WHERE state = 'pending' AND kind = 'booking_deliver'`); waiting == 0 {
		t.Error("the old messages do not wait")
	}
	if sent := n.count(t, `SELECT count(*) FROM notification WHERE sent_at IS NOT NULL AND booking_id = $1`, kept); sent != 0 {
		t.Errorf("%d old messages were sent", sent)
	}
	if out, err := n.Run(t.Context(), "outbox", "release"); err != nil {
		t.Fatalf("release: %v\n%s", err, out)
	}
	until(t, "the released messages are sent", func() bool {
		return n.count(t, `SELECT count(*) FROM notification WHERE sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL`) == 0
	})
	if sent := n.count(t, `SELECT count(*) FROM notification WHERE sent_at IS NOT NULL AND booking_id = $1`, kept); sent == 0 {
		t.Error("the released message was not sent")
	}
	if out, err := n.Run(t.Context(), "doctor", "booking"); err != nil {
		t.Errorf("doctor booking: %v\n%s", err, out)
	}
	if out, err := n.Run(t.Context(), "doctor", "archive"); err != nil {
		t.Errorf("doctor archive: %v\n%s", err, out)
	}
}

// cells returns the state of each cell of the first net on a day, by its start.
func (n *nets) cells(t *testing.T, c *miniapp.Client, day string) map[string]string {
	t.Helper()
	var a struct {
		Days []struct {
			Cells []struct {
				Start  string `json:"start"`
				Status string `json:"status"`
			} `json:"cells"`
		} `json:"days"`
	}
	if err := c.Get(t.Context(), n.club.Path("/availability?from=%s&nets=%d", day, n.club.Nets[0]), &a); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, cell := range a.Days[0].Cells {
		found[cell.Start[10:16]] = cell.Status
	}
	return found
}
