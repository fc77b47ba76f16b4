package personal_test

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"pavilion/personal"
)

// impersonalNumbers are the names of bigint columns that hold no person, in whatever table.
func impersonalNumbers() []string {
	return []string{
		"id", "club_id", "net_id", "booking_id", "payment_id", "refund_id", "event_id", "notification_id", "series_id", "session_id", "plan_id", "bot_id", "channel_id", "group_id",
		"document", "deletion", "broadcast", "link", "reservation", "job", "channel", "version", "version_id", "n", "runs", "failures", "used_bytes", "last_id", "hash", "access_hash", "place_chat",
		"reached", "gone", "unpinned", "deleted", "sending_ms", "stars", "found", "minor", "amount_minor", "price_minor", "received_minor", "refund_minor", "refunded_minor", "cancel_fee_minor", "member_minor", "guest_minor",
		"bytes", "net_ids", "add_on_ids", "message_id", "documents", "channels", "albums", "taken_version", "number", "closure_id", "run_id", "preview",
	}
}

// groupChats are the tables whose chat is always a group.
func groupChats() []string {
	return []string{"bot_group", "filter_set", "group_deletion", "group_settings", "manual_filter", "group_connection", "join_wait"}
}

// TestTables_EveryColumnThatCanHoldAPersonIsListed reads the schema. A new bigint column is listed in tables, or here as impersonal.
func TestTables_EveryColumnThatCanHoldAPersonIsListed(t *testing.T) {
	t.Parallel()
	s := open(t)
	listed := personal.ListedColumns()
	columns := s.columns(t, "bigint", "bigint[]")
	if len(columns) < 100 {
		t.Fatalf("the schema has only %d columns of numbers: the query is wrong", len(columns))
	}
	for _, c := range columns {
		switch {
		case slices.Contains(impersonalNumbers(), c.Column), slices.Contains(listed, c.Table+"."+c.Column), c.Column == "chat_id" && slices.Contains(groupChats(), c.Table):
		default:
			t.Errorf("%s.%s may hold a person, and erasure does not know it", c.Table, c.Column)
		}
	}
}

// column is one of the schema. River's tables are its own: their jobs are dropped a day after they are done.
type column struct{ Table, Column string }

func (s *scene) columns(t *testing.T, types ...string) []column {
	t.Helper()
	rows, err := s.db.Query(t.Context(), `SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
			AND format_type(a.atttypid, a.atttypmod) = ANY ($1) AND c.relname NOT LIKE 'river%' AND c.relname NOT LIKE 'goose%' ORDER BY 1, 2`, types)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// plainTexts lists the columns with texts, documents and digests that are not personal, in tables whose rows stay after an erasure or belong to no person. Add
// the reason in a comment to a new column that is not covered by the comment of its group.
func plainTexts() map[string][]string {
	return map[string][]string{
		// Rows of money and of decisions, whose person is renamed. The gateways' numbers find a payment again, and the texts are ours.
		"booking": {"currency", "kind", "price_lines", "rate", "state"}, "booking_series": {"policy"}, "booking_slot": {"state"}, "waitlist": {"state"}, "audit": {"action", "actor_role", "origin"},
		"payment":       {"charge", "checkout", "currency", "method", "price_currency", "provider", "received_currency", "reference", "state", "title"},
		"payment_event": {"charge", "checkout", "currency", "digest", "event_id", "kind", "outcome", "provider", "reference", "state"}, "payment_review": {"reason", "resolution"},
		"refund": {"currency", "gateway_ref", "key", "reason", "reference", "state"}, "ledger": {"account", "cause", "currency"},
		"entitlement": {"charge_id"}, "premium_payment": {"charge_id", "refund"}, "plan": {"title"},
		// A ban stays as it is. A done erasure is a digest of a token.
		"ban": {"reason"}, "erasure": {"origin", "token_hash"},
		// The club's own texts, written for all.
		"add_on": {"name"}, "closure": {"every", "reason"}, "closure_run": {"actor_role", "origin", "reason"}, "closure_run_booking": {"outcome"}, "club": {"address", "currency", "name", "time_zone"}, "net": {"name", "surface"}, "price_rule": {"label"},
		"admin_deletion": {"state", "what"}, "bot_group": {"refused"}, "broadcast": {"content", "failed", "language", "pause_reason", "plan", "revision", "state"}, "broadcast_cursor": {"pool"},
		"delivery_link": {"kind", "query"}, "group_settings": {"value"}, "manual_filter": {"body", "buttons", "entities", "file_reference", "key", "words"}, "setting": {"name", "value"},
		// Counts without people.
		"activity_count": {"what"}, "missed_search": {"words"}, "people_count": {"language"},
		// Rows of a session, which go with it.
		"session_access": {"token_hash"}, "session_refresh": {"replaced_by", "salt", "token_hash"}, "session_proof": {"client_hash", "digest"}, "session_epoch": {"incarnation"},
		// The program's own state.
		"backup": {"id"}, "bot_name": {"username"}, "bot_session": {"data"}, "installation": {"home"}, "lease": {"holder", "name"}, "maintenance_job": {"error", "figures", "holder", "name", "totals"},
		"pool_outage": {"pool"}, "pool_size": {"pool"}, "schema_file": {"file", "sha256"},
	}
}

// TestTables_EveryTextThatMayBePersonalIsTreated: a text of a row that outlives its person is blanked, or is listed here as not personal.
func TestTables_EveryTextThatMayBePersonalIsTreated(t *testing.T) {
	t.Parallel()
	s, plain, seen := open(t), plainTexts(), 0
	for _, c := range s.columns(t, "text", "text[]", "jsonb", "bytea") {
		seen++
		if !personal.Deletes(c.Table) && !personal.Blanks(c.Table, c.Column) && !slices.Contains(plain[c.Table], c.Column) {
			t.Errorf("%s.%s may hold something about a person, and erasure leaves it", c.Table, c.Column)
		}
	}
	if seen < 100 {
		t.Errorf("the schema has only %d columns of texts: the query is wrong", seen)
	}
}

// TestTables_EveryExportedTableHasItsSentence in every language.
func TestTables_EveryExportedTableHasItsSentence(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "hi"} {
		in := speaker(t, language)
		for _, name := range append(personal.ExportedTables(), "audience") {
			if !in.Knows("personal.about." + name) {
				t.Errorf("%s has no sentence personal.about.%s", language, name)
			}
		}
	}
}
