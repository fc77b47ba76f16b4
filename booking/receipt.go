package booking

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/fault"
)

// Receipt is a payment that was received, with everything that a receipt names.
type Receipt struct {
	Payment Payment
	PaidAt  time.Time
	Booking Booking
	Refunds []Refund // made or under way
}

// ErrNoReceipt refuses a receipt for a payment whose money the club does not have.
var ErrNoReceipt = fault.New(fault.Conflict, "no_receipt")

// Receipt reads a receipt for the booking's member or the staff. It reads one snapshot, so the refunds are those of the payment's state.
func (s *Service) Receipt(ctx context.Context, actor Actor, club ClubID, id PaymentID) (r Receipt, err error) {
	err = s.snapshot(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if r.Payment, err = selectPayment(ctx, tx, id); err != nil {
			return err
		}
		if r.Booking, err = selectBooking(ctx, tx, r.Payment.Booking); err != nil {
			return err
		}
		switch {
		case r.Booking.Club != club || r.Booking.checkAccess(actor) != nil:
			return ErrNoPayment
		case !r.Payment.State.received() || r.Payment.suspended:
			return ErrNoReceipt
		}
		if r.PaidAt, err = selectCaptured(ctx, tx, id); err != nil {
			return err
		}
		all, err := selectRefundsOf(ctx, tx, club, id)
		for _, refund := range all {
			if refund.State != RefundFailed {
				r.Refunds = append(r.Refunds, refund)
			}
		}
		return err
	})
	return r, err
}
