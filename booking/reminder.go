package booking

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// remindBatch bounds one sweep.
const remindBatch = 200

// Remind writes down a reminder for every confirmed booking whose start is near, and tells how many. It asks for a range of time and marks
// for which start it reminded: a sweep that comes late or twice loses nothing and repeats nothing, a moved booking is reminded of its new
// start, and nobody is reminded of what has begun.
func (s *Service) Remind(ctx context.Context) (int, error) {
	due, err := dueReminders(ctx, s.db)
	if err != nil {
		return 0, translate(ctx, err)
	}
	done := 0
	for _, b := range due {
		err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			marked, at, err := markReminded(ctx, tx, b)
			if err != nil || !marked {
				return err
			}
			id, err := insertNotification(ctx, tx, notifyReminder, b, at)
			if err != nil || id == 0 {
				return err
			}
			done++
			return s.enqueue(ctx, tx, id)
		})
		if err != nil {
			return done, err
		}
	}
	return done, nil
}
