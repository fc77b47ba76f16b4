package nets

import (
	"context"

	"pavilion/booking"
)

// attendance notes check-ins and no-shows.
type attendance struct{ *visit }

func (a attendance) checkIn(ctx context.Context, s step) (screen, error) {
	err := a.asMember(ctx, s.Booking, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := a.Booking.CheckIn(ctx, actor, s.Booking)
		return err
	})
	return bookingScreen(a).showAfter(ctx, s, err)
}

func (a attendance) noShow(ctx context.Context, s step) (screen, error) {
	return a.decide(ctx, s, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := a.Booking.NoShow(ctx, actor, s.Booking)
		return err
	})
}

func (a attendance) undoNoShow(ctx context.Context, s step) (screen, error) {
	return a.decide(ctx, s, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := a.Booking.UndoNoShow(ctx, actor, s.Booking)
		return err
	})
}
