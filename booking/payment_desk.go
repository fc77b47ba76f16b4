package booking

import (
	"context"
	"crypto/rand"
	"slices"

	"pavilion/internal/fault"
)

// Methods of paying at the desk.
const (
	Cash = "cash"
	Card = "card"
)

// ErrMethod refuses methods but Cash and Card.
var ErrMethod = fault.New(fault.Invalid, "method")

// PayAtDesk records that staff took the price of a booking, and confirms it. A repeated call, also by another person, returns the same payment. An
// expired hold is refused: the member is at the desk and can book again.
func (s *Service) PayAtDesk(ctx context.Context, actor Actor, booking ID, method string) (Payment, error) {
	if err := actor.mustBeStaff(); err != nil {
		return Payment{}, err
	}
	if method != Cash && method != Card {
		return Payment{}, ErrMethod
	}
	var p Payment
	err := s.withBooking(ctx, actor, booking, nil, func(ctx context.Context, c *change, b *Booking) error {
		list, err := c.lockPayments(ctx, booking)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(list, Payment.settles); i >= 0 {
			if p = list[i]; p.Provider != Desk {
				return ErrPaid
			}
			return nil
		}
		if slices.ContainsFunc(list, Payment.IsReviewed) {
			return ErrInReview
		}
		if err := c.checkPayable(ctx, *b); err != nil {
			return err
		}
		p = Payment{
			Reference: rand.Text(), Club: b.Club, Booking: b.ID, Member: b.Member, Version: b.Version, Provider: Desk, State: Captured, Method: method,
			Amount: b.Price, Price: b.Price, Received: b.Price, CreatedAt: c.at,
		}
		if err := insertPayment(ctx, c.tx, &p); err != nil {
			return err
		}
		if err := c.closeUnpaid(ctx, list, Payment.hasPage); err != nil {
			return err
		}
		if err := c.postCapture(ctx, p); err != nil {
			return err
		}
		if err := c.recordAudit(ctx, "paid", *b, map[string]any{"payment": p.ID, "method": method, "amount_minor": p.Amount.Minor, "currency": p.Amount.Currency}); err != nil {
			return err
		}
		return c.confirmOrRefund(ctx, b, &p)
	})
	if err != nil {
		return Payment{}, err
	}
	return p, nil
}
