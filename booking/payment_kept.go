package booking

import (
	"context"
	"slices"
)

// IsReviewed reports whether the payment is under review. After a refund of a part, the rest is still under review.
func (p Payment) IsReviewed() bool { return p.State == InReview || p.suspended && holdsMoney(p) }

// holdsNothing reports whether a payment without any money is under review. A gateway may report a capture of 0, or of an amount that is not a whole
// number of our units.
func (p Payment) holdsNothing() bool { return p.State == InReview && p.Received.Minor == 0 }

// isKept reports whether the booking is a hold that keepForReview has extended.
func (b Booking) isKept() bool { return b.State == Held && b.ExpiresAt.Equal(b.Span.End) }

// keepForReview extends a hold to the end of the booking while a payment for it is under review. The member has paid, so nobody else may get the slot.
// It also extends a hold that has expired and was not swept yet.
func (c *change) keepForReview(ctx context.Context, b *Booking) error {
	if b.State != Held || b.isKept() {
		return nil
	}
	if err := updateExpiry(ctx, c.tx, b, b.Span.End, c.at); err != nil {
		return err
	}
	return c.recordChange(ctx, "keep", b, "", nil)
}

// keepMoved calls keepForReview for a moved hold if a payment for it is under review.
func (c *change) keepMoved(ctx context.Context, b *Booking) error {
	if b.State != Held {
		return nil
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil || !slices.ContainsFunc(list, Payment.IsReviewed) {
		return err
	}
	return c.keepForReview(ctx, b)
}

// releaseReviewed gives a kept hold the usual hold time again after all reviewed money is refunded. The member can pay again in this time. It runs after
// each refund, because staff can refund in several ways.
func (c *change) releaseReviewed(ctx context.Context, b *Booking) error {
	if !b.isKept() {
		return nil
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil || slices.ContainsFunc(list, Payment.IsReviewed) {
		return err
	}
	until := earlier(c.at.Add(c.setup.club.Policy.Hold), b.Span.End)
	if err := updateExpiry(ctx, c.tx, b, until, c.at); err != nil {
		return err
	}
	return c.recordChange(ctx, "release", b, "", nil)
}

// mustNotBeReviewed returns ErrPaymentReviewed if a member changes a hold while a payment for it is under review.
func (c *change) mustNotBeReviewed(ctx context.Context, b Booking) error {
	if c.actor.isStaff() || b.State != Held {
		return nil
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err == nil && slices.ContainsFunc(list, Payment.IsReviewed) {
		err = ErrPaymentReviewed
	}
	return err
}
