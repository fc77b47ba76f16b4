package booking

import (
	"context"
	"time"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// ErrTooLate refuses to cancel or move a booking after its start.
var ErrTooLate = fault.New(fault.Conflict, "too_late")

// Cancel cancels a hold, an offer or a booking. A hold is free. A booking is free until Policy.CancelFree before its start; after that the club
// keeps a share of the price, CancelFee, which staff may waive.
func (s *Service) Cancel(ctx context.Context, actor Actor, id ID, waive bool) (Booking, error) {
	if waive {
		if err := actor.mustBeStaff(); err != nil {
			return Booking{}, err
		}
	}
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error {
		if b.expired(c.at) {
			return ErrHoldExpired
		}
		if !b.Span.Start.After(c.at) && !actor.isStaff() {
			return ErrTooLate
		}
		if b.State == CheckedIn && !actor.isStaff() {
			return ErrState
		}
		return c.cancelBooking(ctx, b, waive, notifyCancelled)
	})
}

// cancelBooking cancels a booking, refunds its payments above the fee, and offers the slot to the waitlist. It notifies the member unless tell is
// empty. If a closure run is about to cancel the booking, a member who cancels it pays no fee either.
func (c *change) cancelBooking(ctx context.Context, b *Booking, waive bool, tell notice) error {
	fee := b.cancelFee(c.setup.club.Policy, c.at)
	if !waive {
		var err error
		if waive, err = b.waivesFee(ctx, c.tx, fee); err != nil {
			return err
		}
	}
	detail := map[string]any{"currency": fee.Currency}
	if waive {
		detail["waived_minor"] = fee.Minor
		fee.Minor = 0
	}
	detail["fee_minor"] = fee.Minor
	b.CancelFee = &fee
	if err := c.moveState(ctx, b, Cancelled); err != nil {
		return err
	}
	if err := c.closeOffer(ctx, *b, offerPassed); err != nil {
		return err
	}
	if b.Kind != Play {
		tell = ""
	}
	if err := c.recordChange(ctx, "cancel", b, tell, detail); err != nil {
		return err
	}
	if err := c.refundCancelled(ctx, b); err != nil {
		return err
	}
	return c.offerFreed(ctx, b.Nets, b.occupied())
}

// waivesFee reports whether a closure run is about to cancel the booking, so that its member pays no fee.
func (b Booking) waivesFee(ctx context.Context, q storage.Queryer, fee Money) (bool, error) {
	if fee.Minor == 0 {
		return false, nil
	}
	return selectClosing(ctx, q, b.ID)
}

// cancelFee is the share of the price that the club keeps when the booking is cancelled at an instant.
func (b Booking) cancelFee(p Policy, at time.Time) Money {
	rule := p.CancelRule(b.Span.Start, b.Price)
	if b.State != Confirmed && b.State != CheckedIn || b.Kind != Play || !at.After(rule.FreeUntil) {
		return Money{Currency: b.Price.Currency}
	}
	return rule.Fee
}

// CancelRule is the club's cancellation policy for one booking.
type CancelRule struct {
	FreeUntil time.Time // cancelling is free until then
	Fee       Money     // kept by the club after FreeUntil
}

// CancelRule applies the policy to a start and a price.
func (p Policy) CancelRule(start time.Time, price Money) CancelRule {
	return CancelRule{FreeUntil: start.Add(-p.CancelFree), Fee: price.Share(p.CancelFee)}
}

// CancelTerms is the cost of cancelling a booking at one moment.
type CancelTerms struct {
	Fee       Money     // the share of the price that the club keeps
	Back      []Money   // refunds, one for each payment
	FreeUntil time.Time // up to then cancelling is free
}

// CancelTerms reads what cancelling a booking would cost now. Cancel computes it again at its own time.
func (s *Service) CancelTerms(ctx context.Context, actor Actor, id ID) (CancelTerms, error) {
	seen, at, err := s.BookingsByID(ctx, []ID{id})
	if err != nil {
		return CancelTerms{}, err
	}
	if len(seen) == 0 {
		return CancelTerms{}, ErrNoBooking
	}
	b := seen[0]
	if err := b.checkAccess(actor); err != nil {
		return CancelTerms{}, err
	}
	club, err := s.Club(ctx, b.Club)
	if err != nil {
		return CancelTerms{}, err
	}
	list, err := s.Payments(ctx, actor, id)
	if err != nil {
		return CancelTerms{}, err
	}
	terms := CancelTerms{Fee: b.cancelFee(club.Policy, at), FreeUntil: b.Span.Start.Add(-club.Policy.CancelFree)}
	waived, err := b.waivesFee(ctx, s.db, terms.Fee)
	if err != nil {
		return CancelTerms{}, translate(ctx, err)
	}
	if waived {
		terms.Fee.Minor = 0
	}
	for _, p := range list {
		if back := p.refundOnCancel(terms.Fee); back.Minor > 0 {
			terms.Back = append(terms.Back, back)
		}
	}
	return terms, nil
}
