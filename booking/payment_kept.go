package booking

import (
	"context"
	"slices"
)

// isReviewed reports whether the payment's money waits for a decision of the staff.
func (p Payment) isReviewed() bool { return p.State == InReview }

// keepForReview makes a hold last until its end while money for it is under review: its member has paid, so the slot must not be sold again. A hold
// that is over already, but still has its slot, comes back.
func (c *change) keepForReview(ctx context.Context, b *Booking) error {
	if b.State != Held || b.ExpiresAt.Equal(b.Span.End) {
		return nil
	}
	if err := updateExpiry(ctx, c.tx, b, b.Span.End, c.at); err != nil {
		return err
	}
	return c.recordChange(ctx, "keep", b, "", nil)
}

// keepMoved keeps a hold until its new end when money for it is under review.
func (c *change) keepMoved(ctx context.Context, b *Booking) error {
	if b.State != Held {
		return nil
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil || !slices.ContainsFunc(list, Payment.isReviewed) {
		return err
	}
	return c.keepForReview(ctx, b)
}

// releaseReviewed gives a hold its usual time again, once the money that was under review goes back: its member can pay anew.
func (c *change) releaseReviewed(ctx context.Context, b *Booking) error {
	if b.State != Held {
		return nil
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil || slices.ContainsFunc(list, Payment.isReviewed) {
		return err
	}
	until := earlier(c.at.Add(c.setup.club.Policy.Hold), b.Span.End)
	if err := updateExpiry(ctx, c.tx, b, until, c.at); err != nil {
		return err
	}
	return c.recordChange(ctx, "release", b, "", nil)
}

// mustNotBeReviewed refuses a member's change of a hold while money for it is under review.
func (c *change) mustNotBeReviewed(ctx context.Context, b Booking) error {
	if c.actor.isStaff() || b.State != Held {
		return nil
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err == nil && slices.ContainsFunc(list, Payment.isReviewed) {
		err = ErrPaymentReviewed
	}
	return err
}
