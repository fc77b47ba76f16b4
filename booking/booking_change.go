package booking

import (
	"context"
	"slices"
)

// lockAttempts bounds how often withBooking starts again because the booking moved to other nets before they were locked.
const lockAttempts = 3

// withBooking locks a booking's nets and extraNets, and runs fn with the booking as it is then. It reads the booking first to know which nets to
// lock. When the booking has moved meanwhile, it releases the locks and starts again, because locking another net late would break the order.
func (s *Service) withBooking(ctx context.Context, actor Actor, id ID, extraNets []NetID, fn func(ctx context.Context, c *change, b *Booking) error) error {
	for attempt := 1; ; attempt++ {
		seen, err := selectBooking(ctx, s.db, id)
		if err != nil {
			return translate(ctx, err)
		}
		if err := seen.checkAccess(actor); err != nil {
			return err
		}
		moved := false
		l := locks{club: seen.Club, members: []MemberID{seen.Member}, nets: slices.Concat(seen.Nets, extraNets)}
		err = s.withSavepoints().withLocks(ctx, actor, l, func(ctx context.Context, c *change) error {
			b, err := selectBooking(ctx, c.tx, id)
			if err != nil {
				return err
			}
			if moved = !slices.Equal(b.Nets, seen.Nets); moved {
				return ErrBusy
			}
			if err := s.checkBookingSeen(b); err != nil {
				return err
			}
			return fn(ctx, c, &b)
		})
		if !moved || attempt == lockAttempts {
			return err
		}
	}
}

// changeBooking runs fn in withBooking and returns the booking that fn has changed.
func (s *Service) changeBooking(ctx context.Context, actor Actor, id ID, fn func(ctx context.Context, c *change, b *Booking) error) (Booking, error) {
	var changed Booking
	err := s.withBooking(ctx, actor, id, nil, func(ctx context.Context, c *change, b *Booking) error {
		if err := fn(ctx, c, b); err != nil {
			return err
		}
		changed = *b
		return nil
	})
	if err != nil {
		return Booking{}, err
	}
	return changed, nil
}

// moveState makes a move of the table of states.
func (c *change) moveState(ctx context.Context, b *Booking, next State) error {
	if err := b.State.To(next); err != nil {
		return err
	}
	return updateState(ctx, c.tx, b, next, c.at)
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

// MemberBookingsQuery selects a member's bookings.
type MemberBookingsQuery struct {
	Club   ClubID
	From   Day      // the first opening day
	After  ID       // only bookings with a greater id
	Limit  int      // 50 where 0, at most 200
	Member MemberID // 0: the actor; staff may name another member
}

// MemberBookings lists a member's bookings in the order of their ids.
func (s *Service) MemberBookings(ctx context.Context, actor Actor, query MemberBookingsQuery) ([]Booking, error) {
	if query.Member != 0 && query.Member != actor.ID {
		if err := actor.mustBeStaff(); err != nil {
			return nil, err
		}
	} else {
		query.Member = actor.ID
	}
	if query.Limit <= 0 {
		query.Limit = 50
	}
	query.Limit = min(query.Limit, 200)
	list, err := selectMemberBookings(ctx, s.db, query)
	return list, translate(ctx, err)
}
