package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
)

// DeletionID is the id of messages to delete.
type DeletionID int64

// Deletion is a list of messages that the bot deletes. One call to Telegram deletes it.
type Deletion struct {
	ID       DeletionID
	Job      JobID
	Chat     filter.ChatID
	Messages []int
	TooLate  bool // Telegram lets a bot delete messages of the last 48 hours only
}

// deletableFor is how long after a send Telegram lets a bot delete a message.
const deletableFor = 48 * time.Hour

// Deletions are the messages to delete.
type Deletions struct{ db *pgxpool.Pool }

// NewDeletions makes Deletions.
func NewDeletions(db *pgxpool.Pool) *Deletions { return &Deletions{db} }

// Due returns messages whose time has come by the database's clock, at most limit rows, the oldest first.
func (d *Deletions) Due(ctx context.Context, limit int) ([]Deletion, error) {
	return selectDue(ctx, d.db, limit)
}

// Done deletes the row of messages that are deleted or given up.
func (d *Deletions) Done(ctx context.Context, id DeletionID) error {
	return deleteDeletion(ctx, d.db, id)
}

// Gone returns deliveries whose files are all deleted and whose message does not say so yet.
func (d *Deletions) Gone(ctx context.Context, limit int) ([]Job, error) {
	return selectGone(ctx, d.db, limit)
}

// Told notes that the message of a delivery says that its files are deleted.
func (d *Deletions) Told(ctx context.Context, job JobID) error { return markTold(ctx, d.db, job) }

// Next returns when the first of a delivery's messages is deleted; zero without any.
func (d *Deletions) Next(ctx context.Context, job JobID) (in time.Duration, err error) {
	return selectNextDeletion(ctx, d.db, job)
}
