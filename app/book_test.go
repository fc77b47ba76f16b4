package app

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"pavilion/migrations"
)

// TestBook_ItsStatementsRunADeadJobAgain takes the statements as docs/operating.md prints them.
func TestBook_ItsStatementsRunADeadJobAgain(t *testing.T) {
	t.Parallel()
	book, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(book), "### PavilionJobsDead")
	statements := regexp.MustCompile("(?s)```sql\n(.*?)```").FindStringSubmatch(chapter)
	if statements == nil {
		t.Fatal("the chapter has no statements")
	}
	db, _ := emptyDatabase(t)
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	exec(t.Context(), t, db, `INSERT INTO river_job (id, kind, args, max_attempts, attempt, state, finalized_at, errors) OVERRIDING SYSTEM VALUE
		VALUES (12, 'booking_deliver', '{}', 5, 5, 'discarded', now(), ARRAY['{"error": "no"}'::jsonb])`)
	exec(t.Context(), t, db, statements[1])
	var state string
	var triesLeft int
	if err := db.QueryRow(t.Context(), `SELECT state, max_attempts - attempt FROM river_job WHERE id = 12`).Scan(&state, &triesLeft); err != nil || state != "available" || triesLeft != 5 {
		t.Errorf("%s with %d tries left, %v", state, triesLeft, err)
	}
}
