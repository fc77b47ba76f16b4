package upkeep_test

import (
	"log/slog"
	"testing"

	"pavilion/filter"
	"pavilion/filter/upkeep"
)

func TestPopularity_TheNumbersOfAllProcessesAddUpAndStay(t *testing.T) {
	t.Parallel()
	db, now := openPostgres(t), noon
	one, other := newCounters(db, &now), newCounters(db, &now)
	p := upkeep.NewPopularity(db, slog.New(slog.DiscardHandler))
	if level := p.Level(5); level != 0 {
		t.Errorf("level %d before the numbers are read", level)
	}
	for range 3 {
		one.Taken(5, 6)
		other.Taken(5)
	}
	flush(t, one, other)
	one.Taken(7)
	flush(t, one)
	if err := p.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[filter.DocumentID]uint8{5: 3, 6: 2, 7: 1, 8: 0} { // taken 6, 3, 1 and 0 times
		if got := p.Level(id); got != want {
			t.Errorf("file %d has level %d, want %d", id, got, want)
		}
	}
}

func TestPopularity_NumbersThatPostgresRefusesAreWrittenLater(t *testing.T) {
	t.Parallel()
	db, now := openPostgres(t), noon
	c := newCounters(db, &now)
	if _, err := db.Exec(t.Context(), "ALTER TABLE file_taken RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	c.Taken(5)
	if err := c.Flush(t.Context()); err == nil {
		t.Fatal("the counts were written without a table")
	}
	c.Taken(5)
	if _, err := db.Exec(t.Context(), "ALTER TABLE away RENAME TO file_taken"); err != nil {
		t.Fatal(err)
	}
	flush(t, c)
	p := upkeep.NewPopularity(db, slog.New(slog.DiscardHandler))
	if err := p.Reload(t.Context()); err != nil || p.Level(5) != 2 {
		t.Errorf("level %d, %v", p.Level(5), err)
	}
}
