package booking

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Remind announces a reminder for every confirmed booking that starts within the club's Policy.Reminder, and returns their number. Each booking
// stores the start it was reminded of. So a late sweep skips none, a repeated sweep sends none twice, and a moved booking gets a new reminder.
func (s *Service) Remind(ctx context.Context) (int, error) {
	reminded := 0
	err := sweepAll(ctx, func(ctx context.Context, last *Booking) ([]Booking, error) {
		if last == nil {
			return selectDueReminders(ctx, s.db, Booking{})
		}
		return selectDueReminders(ctx, s.db, *last)
	}, func(ctx context.Context, b Booking) error {
		announced := false
		err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			announced = false
			marked, at, err := markReminded(ctx, tx, b)
			if err != nil || !marked {
				return err
			}
			announced = true
			return s.announce(ctx, tx, announcement{club: b.Club, member: b.Member, kind: notifyReminder, booking: b.ID, version: b.Version, at: at})
		})
		if err != nil {
			return fmt.Errorf("remind of booking %d: %w", b.ID, err)
		}
		if announced {
			reminded++
		}
		return nil
	})
	return reminded, err
}
