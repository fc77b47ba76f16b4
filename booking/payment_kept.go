package booking

import (
	"context"
	"slices"
)

// isReviewed reports whether the payment is under review.
func (p Payment) isReviewed() bool { return p.State == InReview }

// keepForReview extends a hold to the end of the booking while a payment for it is under review. The member has paid, so nobody else may get the slot.
// It also extends a hold that has expired and was not swept yet.
func (c *change) keepForReview(ctx context.Context, b *Booking) error {
	if b.State != Held || b.ExpiresAt.Equal(b.Span.End) {
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
	if err != nil || !slices.ContainsFunc(list, Payment.isReviewed) {
		return err
	}
	return c.keepForReview(ctx, b)
}

// releaseReviewed gives a hold the usual hold time again after the reviewed money is refunded. The member can pay again in this time.
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

// mustNotBeReviewed returns ErrPaymentReviewed if a member changes a hold while a payment for it is under review.
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
