package booking

import (
	"context"
	"time"

	"pavilion/internal/fault"
)

// Errors of attendance.
var (
	ErrCheckInEarly = fault.New(fault.Conflict, "check_in_early")
	ErrCheckInLate  = fault.New(fault.Conflict, "check_in_late")
	ErrNoShowEarly  = fault.New(fault.Conflict, "no_show_early")
	ErrNoShowLate   = fault.New(fault.Conflict, "no_show_late")
)

// noShowUndo is how long after the end of a booking its no-show can be undone.
const noShowUndo = 24 * time.Hour

// CheckIn records that the member came. It is possible from Policy.CheckIn before the start until the end.
func (s *Service) CheckIn(ctx context.Context, actor Actor, id ID) (Booking, error) {
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error { return c.checkIn(ctx, b) })
}

// checkIn records that the member of a booking came.
func (c *change) checkIn(ctx context.Context, b *Booking) error {
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

// UndoNoShow makes a no-show a confirmed booking again; for staff. It is refused if another booking has taken the rest of the time, if the time was closed
// meanwhile, or if the booking ended at least noShowUndo ago.
func (s *Service) UndoNoShow(ctx context.Context, actor Actor, id ID) (Booking, error) {
	if err := actor.mustBeStaff(); err != nil {
		return Booking{}, err
	}
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error {
		if b.State != NoShow {
			return ErrState
		}
		if !b.UndoableAt(c.at) {
			return ErrNoShowLate
		}
		if err := c.setup.checkClosed(b.Nets, b.Span); err != nil {
			return err
		}
		free, err := c.clearSlots(ctx, *b)
		if err != nil {
			return err
		}
		if !free {
			return ErrSlotTaken
		}
		if err := c.moveState(ctx, b, Confirmed); err != nil {
			return err
		}
		return c.recordChange(ctx, "undo_no_show", b, "", nil)
	})
}

// UndoableAt reports whether the booking is a no-show that can still be undone. at is a time of the database's clock.
func (b Booking) UndoableAt(at time.Time) bool {
	return b.State == NoShow && at.Before(b.Span.End.Add(noShowUndo))
}
