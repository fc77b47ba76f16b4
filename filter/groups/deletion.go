package groups

import (
	"context"
	"fmt"
	"time"

	"pavilion/filter"
)

// Deletion is a message of the bot that is due to be deleted.
type Deletion struct {
	Chat    filter.ChatID
	Message filter.MessageID
}

// DeleteLater notes that a message is deleted after some time.
func (g *Groups) DeleteLater(ctx context.Context, d Deletion, after time.Duration) error {
	if err := insertDeletion(ctx, g.db, d, after); err != nil {
		return fmt.Errorf("delete %d in %d later: %w", d.Message, d.Chat, err)
	}
	return nil
}

// DueDeletions returns messages that are to be deleted now, the first due first, at most a hundred.
func (g *Groups) DueDeletions(ctx context.Context) ([]Deletion, error) {
	ctx, cancel := context.WithTimeout(ctx, groupCall)
	defer cancel()
	due, err := selectDue(ctx, g.db)
	if err != nil {
		return nil, fmt.Errorf("due deletions: %w", err)
	}
	return due, nil
}

// ForgetDeletion drops the note of a message that is deleted, or cannot be.
func (g *Groups) ForgetDeletion(ctx context.Context, d Deletion) error {
	if err := deleteDeletion(ctx, g.db, d); err != nil {
		return fmt.Errorf("forget deletion of %d in %d: %w", d.Message, d.Chat, err)
	}
	return nil
}
