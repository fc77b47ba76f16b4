package booking

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Remind writes down a reminder for every confirmed booking whose start is near, and tells how many. It asks for a range of time and marks
// for which start it reminded: a sweep that comes late or twice loses nothing and repeats nothing, a moved booking is reminded of its new
// start, and nobody is reminded of what has begun.
func (s *Service) Remind(ctx context.Context) (int, error) {
	done := 0
	err := sweepAll(ctx, func(ctx context.Context, last *Booking) ([]Booking, error) {
		if last == nil {
			return dueReminders(ctx, s.db, Booking{})
		}
		return dueReminders(ctx, s.db, *last)
	}, func(ctx context.Context, b Booking) error {
		said := false
		err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			said = false
			marked, at, err := markReminded(ctx, tx, b)
			if err != nil || !marked {
				return err
			}
			said = true
			return s.announce(ctx, tx, announcement{club: b.Club, member: b.Member, kind: notifyReminder, booking: b.ID, version: b.Version, at: at})
		})
		if err != nil {
			return fmt.Errorf("remind of booking %d: %w", b.ID, err)
		}
		if said {
			done++
		}
		return nil
	})
	return done, err
}
