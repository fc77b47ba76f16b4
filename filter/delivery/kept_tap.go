package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
)

// KeptTapID is the id of a kept tap.
type KeptTapID int64

// keptTapFor is how long a tap is kept.
const keptTapFor = 24 * time.Hour

// KeptTaps are taps of people who have to start the bot before it can write to them.
type KeptTaps struct{ db *pgxpool.Pool }

// NewKeptTaps makes KeptTaps.
func NewKeptTaps(db *pgxpool.Pool) *KeptTaps { return &KeptTaps{db} }

// Keep stores the event of a tap. Taps with the same origin are one.
func (k *KeptTaps) Keep(ctx context.Context, origin string, person filter.UserID, event []byte) (KeptTapID, error) {
	return insertKeptTap(ctx, k.db, origin, person, event)
}

// Find returns the event of a person's tap; ErrForgotten for another person's, and for an old one. The tap stays, because a process may die before it has handled
// the event.
func (k *KeptTaps) Find(ctx context.Context, id KeptTapID, person filter.UserID) (event []byte, err error) {
	return selectKeptTap(ctx, k.db, id, person, keptTapFor)
}

// Forget deletes old taps.
func (k *KeptTaps) Forget(ctx context.Context) error { return deleteKeptTaps(ctx, k.db, keptTapFor) }
