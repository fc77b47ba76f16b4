package personal

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// impersonal are the names of bigint columns that hold no person, in whatever table.
func impersonal() []string {
	return []string{
		"id", "club_id", "net_id", "booking_id", "payment_id", "refund_id", "event_id", "notification_id", "series_id", "session_id", "plan_id", "bot_id", "channel_id", "group_id",
		"document", "deletion", "broadcast", "link", "reservation", "job", "channel", "version", "version_id", "n", "runs", "failures", "used_bytes", "last_id", "hash", "access_hash", "place_chat",
		"reached", "gone", "unpinned", "sending_ms", "stars", "found", "minor", "amount_minor", "price_minor", "received_minor", "refund_minor", "refunded_minor", "cancel_fee_minor", "member_minor", "guest_minor",
		"bytes", "net_ids", "add_on_ids", "message_id", "documents", "channels", "albums", "taken_version", "number", "closure_id", "run_id", "preview",
	}
}

// groupChats are the tables whose chat is always a group.
func groupChats() []string {
	return []string{"bot_group", "filter_set", "group_deletion", "group_settings", "manual_filter", "group_connection", "join_wait"}
}

// TestTables_EveryColumnThatCanHoldAPersonIsListed reads the migrations. A new bigint column is listed in tables, or here as impersonal.
func TestTables_EveryColumnThatCanHoldAPersonIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, one := range tables() {
		for _, column := range regexp.MustCompile(`\w+`).FindAllString(one.column, -1) {
			listed[one.name+"."+column] = true
		}
	}
	files, err := filepath.Glob("../migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	table, column := regexp.MustCompile(`(?i)(?:CREATE|ALTER) TABLE (?:IF NOT EXISTS )?(\w+)`), regexp.MustCompile(`(?i)^\s*(?:ALTER TABLE \w+ )?(?:ADD COLUMN )?(\w+)\s+bigint\b`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		current := ""
		for line := range strings.Lines(up) {
			if m := table.FindStringSubmatch(line); m != nil {
				current = m[1]
			}
			m := column.FindStringSubmatch(line)
			if m == nil || slices.Contains(impersonal(), m[1]) || listed[current+"."+m[1]] || m[1] == "chat_id" && slices.Contains(groupChats(), current) {
				continue
			}
			t.Errorf("%s: %s.%s may hold a person, and erasure does not know it", filepath.Base(file), current, m[1])
		}
	}
}
