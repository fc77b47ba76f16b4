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
