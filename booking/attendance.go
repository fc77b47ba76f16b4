package booking

import (
	"context"

	"pavilion/internal/fault"
)

// Errors of attendance.
var (
	ErrCheckInEarly = fault.New(fault.Conflict, "check_in_early")
	ErrCheckInLate  = fault.New(fault.Conflict, "check_in_late")
	ErrNoShowEarly  = fault.New(fault.Conflict, "no_show_early")
)

// CheckIn records that the member came. It is possible from Policy.CheckIn before the start until the end.
func (s *Service) CheckIn(ctx context.Context, actor Actor, id ID) (Booking, error) {
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error {
		switch {
		case b.Kind == Block:
			return ErrState
		case c.at.Before(b.Span.Start.Add(-c.setup.club.Policy.CheckIn)):
			return ErrCheckInEarly
		case !c.at.Before(b.Span.End):
			return ErrCheckInLate
		}
		if err := c.moveState(ctx, b, CheckedIn); err != nil {
			return err
		}
		return c.recordChange(ctx, "check_in", b, "", nil)
	})
}

// NoShow records that nobody came, and frees the rest of the time. It is possible from Policy.NoShow after the start.
func (s *Service) NoShow(ctx context.Context, actor Actor, id ID) (Booking, error) {
	if err := actor.mustBeStaff(); err != nil {
		return Booking{}, err
	}
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error {
		if b.Kind == Block {
			return ErrState
		}
		if c.at.Before(b.Span.Start.Add(c.setup.club.Policy.NoShow)) {
			return ErrNoShowEarly
		}
		if err := c.moveState(ctx, b, NoShow); err != nil {
			return err
		}
		return c.recordChange(ctx, "no_show", b, "", nil)
	})
}
