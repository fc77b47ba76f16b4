package booking

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
)

// applyReport brings a payment up to what a report says, with all locks held. Reports are hints that come late, twice and in any order: what is
// behind the payment's rank changes nothing, and what says "given back" says "came" as well. event is 0 where we asked ourselves.
func (c *change) applyReport(ctx context.Context, b *Booking, p *Payment, r Report, event int64) error {
	if r.State == RefundUndone { // by which way the member gets it now is a person's decision
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
	return c.recordGatewayRefund(ctx, *b, p, r)
}

// paymentOfCharge is the payment whose money a report tells of. An invoice in the chat can be paid again while its first money is on its way; the second
// charge is a payment of its own, so that it goes back as any booking's second money does.
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
		Amount: p.Amount, Price: p.Price, Received: Money{Currency: p.Amount.Currency}, CreatedAt: c.at,
	}
	return &second, insertPayment(ctx, c.tx, &second)
}

// mismatches tells whether a report names another page, another payer or other money than this payment's.
func (c *change) mismatches(ctx context.Context, p Payment, r Report) (bool, error) {
	if r.Checkout != "" && p.Checkout != "" && r.Checkout != p.Checkout {
		return true, nil
	}
	if r.State != Captured || r.Charge == "" {
		return false, nil // a failed try may have had another charge
	}
	if p.State.received() {
		return p.Charge != r.Charge, nil
	}
	list, err := selectPayments(ctx, c.tx, `WHERE provider = $1 AND charge = $2 AND id <> $3`, p.Provider, r.Charge, p.ID)
	return len(list) > 0, err
}

// recordCapture takes note of money. Exactly what was asked for, for the price that the booking still has, counts; anything else waits for a person.
func (c *change) recordCapture(ctx context.Context, b *Booking, p *Payment, r Report) error {
	old := p.State
	p.Charge, p.Payer, p.Received = r.Charge, r.Payer, r.Amount
	p.Received.Minor = max(0, p.Received.Minor) // -1: an amount that is not a whole number of our units
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
		return c.requestReview(ctx, Review{Reason: reason, Club: p.Club, Payment: p.ID})
	}
	return c.confirmOrRefund(ctx, b, p)
}

// confirmOrRefund lets money that adds up do what it was paid for, or sends it back.
func (c *change) confirmOrRefund(ctx context.Context, b *Booking, p *Payment) error {
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(other Payment) bool { return other.ID != p.ID && holdsMoney(other) && !other.suspended }) {
		return c.refundAll(ctx, *b, p, refundDuplicate)
	}
	switch b.State {
	case Held, Expired:
		return c.confirmPaid(ctx, b, p)
	case Confirmed, CheckedIn, NoShow: // the staff let the member play before the money came
		return nil
	case Cancelled, SlotLost:
	}
	return c.refundAll(ctx, *b, p, refundLate)
}

// confirmPaid makes a hold the booking that was paid for. A hold that has run out still has its slot while nobody else has taken it; one
// that was moved to expired takes its slot again where it is free. Otherwise the slot is lost, and the money goes back.
func (c *change) confirmPaid(ctx context.Context, b *Booking, p *Payment) error {
	if b.State == Expired || b.expired(c.at) {
		mine, err := c.canRegainSlots(ctx, *b)
		if err != nil {
			return err
		}
		if !mine {
			if b.State == Held {
				if err := c.closeOffer(ctx, *b, offerPassed); err != nil {
					return err
				}
			}
			if err := moveState(ctx, c.tx, b, SlotLost, c.at); err != nil {
				return err
			}
			if err := c.recordChange(ctx, "slot_lost", b, notifySlotLost, map[string]any{"payment": p.ID}); err != nil {
				return err
			}
			return c.refundAll(ctx, *b, p, refundSlotLost)
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
	if err := moveState(ctx, c.tx, b, Confirmed, c.at); err != nil {
		return err
	}
	return c.recordChange(ctx, "pay", b, notifyConfirmed, map[string]any{"payment": p.ID})
}

// canRegainSlots tells whether a hold that has run out can have its slot back: before its start, on nets that are still open then, and free.
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
		return true, nil // its slot is in the constraint until somebody takes it
	}
	// Holds of others that have run out make room for money; whoever waits is offered what is left over by the sweep.
	c.withholdFreed = true
	defer func() { c.withholdFreed = false }()
	if err := c.expireHoldsIn(ctx, b.Nets, b.occupied()); err != nil {
		return false, err
	}
	return c.slotsFree(ctx, b.Nets, b.occupied(), b.ID)
}

// recordGatewayRefund takes note of money that went back without us. What is not more than our own refunds, done or under way, is ours.
func (c *change) recordGatewayRefund(ctx context.Context, b Booking, p *Payment, r Report) error {
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
	if err := c.recordRefunded(ctx, b, p, made); err != nil {
		return err
	}
	// Whether the booking still stands is a person's decision.
	return c.requestReview(ctx, Review{Reason: ReviewRefunded, Club: p.Club, Payment: p.ID, Refund: made.ID})
}
