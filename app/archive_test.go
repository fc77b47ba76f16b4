package app

import (
	"errors"
	"testing"
)

// A process without the bot has no access hashes to check required channels and no words to search by, so it refuses.
func TestArchive_AProcessThatIsNotTheBotRefuses(t *testing.T) {
	t.Parallel()
	if a, err := new(parts).archiveInBot(); a != nil || !errors.Is(err, ErrArchiveElsewhere) {
		t.Errorf("%v, %v", a, err)
	}
}

// Its search would find too little, and the operator would delete too little.
func TestOperator_AProcessThatIsNotTheBotFindsNothingToDelete(t *testing.T) {
	t.Parallel()
	p := operator{parts: new(parts)}
	for _, text := range []string{"golden river", "https://t.me/riverside/5"} {
		if draft, err := p.changeDeletion(t.Context(), deletionStep{Find: text}); draft != nil || !errors.Is(err, errFindElsewhere) {
			t.Errorf("%q: %v, %v", text, draft, err)
		}
	}
}
