package booking

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
)

// applyReport updates a payment by a report of its gateway, with all locks held. Reports may come late, twice and in any order: a report of a rank
// that the payment has reached changes nothing, and a report of a refund also reports the capture. event is 0 when we asked the gateway.
func (c *change) applyReport(ctx context.Context, b *Booking, p *Payment, r Report, event int64) error {
	if r.State == RefundUndone { // staff decide how the member gets the money instead
		return c.requestReview(ctx, Review{Reason: ReviewRefundRefused, Club: p.Club, Payment: p.ID, Event: event})
	}
	p, err := c.paymentOfCharge(ctx, p, r)
	if err != nil {
		return err
	}
	if odd, err := c.mismatches(ctx, *p, r); err != nil || odd {
		if err != nil {
			return err
		}
		return c.requestReview(ctx, Review{Reason: ReviewMismatch, Club: p.Club, Payment: p.ID, Event: event})
	}
	switch {
	case r.State.rank() <= p.State.rank():
	case r.State == Captured:
		if err := c.recordCapture(ctx, b, p, r); err != nil {
			return err
		}
	case r.State == Failed || r.State == Authorized:
		if err := c.movePayment(ctx, p, r.State); err != nil {
			return err
		}
	}
	return c.recordGatewayRefund(ctx, b, p, r)
}

// paymentOfCharge returns the payment that a reported charge belongs to. An invoice in the chat can be paid twice, while its first charge is not
// applied yet. The second charge gets a payment of its own, so that it is refunded like any second payment of a booking.
func (c *change) paymentOfCharge(ctx context.Context, p *Payment, r Report) (*Payment, error) {
	if !p.Provider.inChat() || !p.State.received() || r.State != Captured || r.Charge == p.Charge {
		return p, nil
	}
	list, err := c.lockPayments(ctx, p.Booking)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(list, func(other Payment) bool { return other.Provider == p.Provider && other.Charge == r.Charge }); i >= 0 {
		return &list[i], nil
	}
	second := Payment{
		Reference: rand.Text(), Club: p.Club, Booking: p.Booking, Member: p.Member, Version: p.Version, Provider: p.Provider, State: Failed,
		Amount: p.Amount, Price: p.Price, Received: Money{Currency: p.Amount.Currency}, CreatedAt: c.at, fromChat: p.fromChat,
	}
	return &second, insertPayment(ctx, c.tx, &second)
}

// mismatches reports whether a report names another checkout or charge than the payment, or the charge of another payment.
func (c *change) mismatches(ctx context.Context, p Payment, r Report) (bool, error) {
	if r.Checkout != "" && p.Checkout != "" && r.Checkout != p.Checkout {
		return true, nil
	}
	if r.State != Captured || r.Charge == "" {
		return false, nil // a failed attempt may have another charge
	}
	if p.State.received() {
		return p.Charge != r.Charge, nil
	}
	return hasOtherPayment(ctx, c.tx, p, r.Charge)
}

// recordCapture records received money. The money counts if amount, currency and payer are as requested and the booking's price is unchanged. Otherwise
// it goes to review, the member is notified, and a hold is kept.
func (c *change) recordCapture(ctx context.Context, b *Booking, p *Payment, r Report) error {
	old := p.State
	p.Charge, p.Payer, p.Received = r.Charge, r.Payer, r.Amount
	p.Received.Minor = max(0, p.Received.Minor) // gateways report -1 for an amount that is not a whole number of our units
	reason := ReviewReason("")
	switch {
	case r.Amount != p.Amount:
		reason = ReviewAmount
	case p.Price != b.Price:
		reason = ReviewPrice
	case r.Payer != 0 && r.Payer != p.Member:
		reason = ReviewPayer
	}
	next := Captured
	if reason != "" {
		next, p.suspended = InReview, true
	}
	if err := old.To(next); err != nil {
		return err
	}
	p.State = next
	if err := updatePayment(ctx, c.tx, *p, old, c.at); err != nil {
		return err
	}
	if err := c.postCapture(ctx, *p); err != nil {
		return err
	}
	if err := c.recordAudit(ctx, "paid", *b, map[string]any{"payment": p.ID, "amount_minor": p.Received.Minor, "currency": p.Received.Currency, "review": string(reason)}); err != nil {
		return err
	}
	if reason != "" {
		if err := c.keepForReview(ctx, b); err != nil {
			return err
		}
		if err := c.notify(ctx, notifyReviewed, *b); err != nil {
			return err
		}
		return c.requestReview(ctx, Review{Reason: reason, Club: p.Club, Payment: p.ID})
	}
	return c.confirmOrRefund(ctx, b, p)
}

// confirmOrRefund confirms the booking that correct money was paid for, or refunds the money when the booking is paid, cancelled or lost.
func (c *change) confirmOrRefund(ctx context.Context, b *Booking, p *Payment) error {
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(other Payment) bool { return other.ID != p.ID && holdsMoney(other) && !other.IsReviewed() }) {
		return c.refundAll(ctx, b, p, refundDuplicate)
	}
	switch b.State {
	case Held, Expired:
		return c.confirmPaid(ctx, b, p)
	case Confirmed, CheckedIn, NoShow: // staff confirmed it before the money came
		return nil
	case Cancelled, SlotLost:
	}
	return c.refundAll(ctx, b, p, refundLate)
}

// confirmPaid confirms a hold that was paid. An expired hold is confirmed as well if its slot is still free. Otherwise the slot is lost and the money
// is refunded.
func (c *change) confirmPaid(ctx context.Context, b *Booking, p *Payment) error {
	if b.State == Expired || b.expired(c.at) {
		regained, err := c.canRegainSlots(ctx, *b)
		if err != nil {
			return err
		}
		if !regained {
			if b.State == Held {
				if err := c.closeOffer(ctx, *b, offerPassed); err != nil {
					return err
				}
			}
			if err := c.moveState(ctx, b, SlotLost); err != nil {
				return err
			}
			if err := c.recordChange(ctx, "slot_lost", b, notifySlotLost, map[string]any{"payment": p.ID}); err != nil {
				return err
			}
			return c.refundAll(ctx, b, p, refundSlotLost)
		}
	}
	if b.Kind == Offer {
		if b.State == Held {
			if err := c.closeOffer(ctx, *b, offerTaken); err != nil {
				return err
			}
		}
		b.Kind = Play
	}
	if err := c.moveState(ctx, b, Confirmed); err != nil {
		return err
	}
	c.paidFromChat = p.fromChat
	return c.recordChange(ctx, "pay", b, notifyConfirmed, map[string]any{"payment": p.ID})
}

// canRegainSlots reports whether an expired hold can be confirmed: it has not started, its nets are still open then, and its slots are free.
func (c *change) canRegainSlots(ctx context.Context, b Booking) (bool, error) {
	if !b.Span.Start.After(c.at) {
		return false, nil
	}
	for _, net := range b.Nets {
		if _, err := c.setup.activeNet(net); err != nil {
			return false, nil // retired
		}
		if _, err := c.setup.checkSpan(net, b.Span); err != nil {
			return false, nil // closed
		}
	}
	if b.State == Held {
		return true, nil // its slots are still in the constraint
	}
	// Stale holds of others are expired without offering their time to the waitlist: this booking comes first, and the sweep offers the rest.
	c.skipOffers = true
	defer func() { c.skipOffers = false }()
	return c.clearSlots(ctx, b)
}

// recordGatewayRefund records a refund that was made on the gateway's side. A reported sum up to our own refunds, done or pending, is ours.
func (c *change) recordGatewayRefund(ctx context.Context, b *Booking, p *Payment, r Report) error {
	if r.State != Captured || !p.State.received() || r.Refunded <= p.Refund {
		return nil
	}
	if r.Refunded > p.Received.Minor {
		return c.requestReview(ctx, Review{Reason: ReviewMismatch, Club: p.Club, Payment: p.ID})
	}
	made := Refund{
		Reference: fmt.Sprintf("gateway-%d-%d-%s", p.ID, r.Refunded, p.Reference), Key: fmt.Sprintf("refund:%d:%s:%d", p.ID, refundGateway, r.Refunded), Payment: p.ID,
		Reason: refundGateway, State: RefundDone, Amount: Money{r.Refunded - p.Refund, p.Received.Currency}, GatewayRef: r.Charge, CreatedAt: c.at,
	}
	isNew, err := insertRefund(ctx, c.tx, &made, c.actor.ID)
	if err != nil || !isNew {
		return err
	}
	p.Refund += made.Amount.Minor
	if err := c.recordRefunded(ctx, *b, p, made); err != nil {
		return err
	}
	if err := c.releaseReviewed(ctx, b); err != nil {
		return err
	}
	// Staff decide whether the booking stays.
	return c.requestReview(ctx, Review{Reason: ReviewRefunded, Club: p.Club, Payment: p.ID, Refund: made.ID})
}
