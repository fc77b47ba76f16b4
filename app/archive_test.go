package app

import (
	"errors"
	"testing"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/delivery"
)

// A process without the bot has no access hashes to check required channels and no words to search by, so it refuses.
func TestArchive_AProcessThatIsNotTheBotRefuses(t *testing.T) {
	t.Parallel()
	ctx, a := t.Context(), archiveOf{new(parts)}
	_, searched := a.Search(ctx, filter.Query{Text: "dune"})
	_, read := a.File(ctx, 1, filter.Place{})
	_, left := a.Left(ctx, 1)
	_, delivered := a.Deliver(ctx, "origin", 1, delivery.Item{})
	for what, err := range map[string]error{"admission": a.Admit(ctx, access.Search, 1), "a search": searched, "a file": read, "the quota": left, "a delivery": delivered} {
		if !errors.Is(err, ErrArchiveElsewhere) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
