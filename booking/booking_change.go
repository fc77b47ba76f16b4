package booking

import (
	"context"
	"slices"
)

// lockAttempts bounds how often a step starts again because the booking moved to other nets before its locks were taken.
const lockAttempts = 3

// withBooking locks a booking's nets, and those of also, and runs fn with the row as it is then. The row is read first to know what to
// lock; where it has moved meanwhile, the locks are given back and the step begins again, because a lock taken late would break the order.
func (s *Service) withBooking(ctx context.Context, actor Actor, id ID, also []NetID, fn func(ctx context.Context, c *change, b *Booking) error) error {
	for attempt := 1; ; attempt++ {
		seen, err := selectBooking(ctx, s.db, id)
		if err != nil {
			return translate(ctx, err)
		}
		if err := seen.checkAccess(actor); err != nil {
			return err
		}
		moved := false
		l := locks{club: seen.Club, members: []MemberID{seen.Member}, nets: slices.Concat(seen.Nets, also)}
		err = s.withSavepoints().withLocks(ctx, actor, l, func(ctx context.Context, c *change) error {
			b, err := selectBooking(ctx, c.tx, id)
			if err != nil {
				return err
			}
			if moved = !slices.Equal(b.Nets, seen.Nets); moved {
				return ErrBusy
			}
			return fn(ctx, c, &b)
		})
		if !moved || attempt == lockAttempts {
			return err
		}
	}
}

// changeBooking is a change of one booking's state.
func (s *Service) changeBooking(ctx context.Context, actor Actor, id ID, fn func(ctx context.Context, c *change, b *Booking) error) (Booking, error) {
	var done Booking
	err := s.withBooking(ctx, actor, id, nil, func(ctx context.Context, c *change, b *Booking) error {
		if err := fn(ctx, c, b); err != nil {
			return err
		}
		done = *b
		return nil
	})
	if err != nil {
		return Booking{}, err
	}
	return done, nil
}

// Booking reads one booking, for its member and the staff.
func (s *Service) Booking(ctx context.Context, actor Actor, id ID) (Booking, error) {
	b, err := selectBooking(ctx, s.db, id)
	if err == nil {
		err = b.checkAccess(actor)
	}
	if err != nil {
		return Booking{}, translate(ctx, err)
	}
	return b, nil
}

// MineQuery picks a member's bookings.
type MineQuery struct {
	Club   ClubID
	From   Day      // the first opening day
	After  ID       // with a limit: those after this one, by day and id
	Limit  int      // 50 where 0, at most 200
	Member MemberID // 0: the actor; staff may ask for somebody else
}

// Mine lists a member's bookings in the order of their ids.
func (s *Service) Mine(ctx context.Context, actor Actor, query MineQuery) ([]Booking, error) {
	member := actor.ID
	if query.Member != 0 && query.Member != actor.ID {
		if err := actor.mustBeStaff(); err != nil {
			return nil, err
		}
		member = query.Member
	}
	limit := query.Limit
	if limit <= 0 {
		limit = 50
	}
	list, err := selectBookings(ctx, s.db, `WHERE b.club_id = $1 AND b.member_id = $2 AND b.kind <> 'block' AND b.day >= $3 AND b.id > $4 ORDER BY b.id LIMIT $5`,
		query.Club, member, query.From.date(), query.After, min(limit, 200))
	return list, translate(ctx, err)
}
