package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"pavilion/internal/fault"
)

// ReviewID names a review.
type ReviewID int64

// ReviewReason is the reason of a review.
type ReviewReason string

// The reasons.
const (
	ReviewAmount        ReviewReason = "amount"         // another amount or currency was paid
	ReviewPrice         ReviewReason = "price"          // the booking's price changed after the payment was created
	ReviewPayer         ReviewReason = "payer"          // another person paid than the member
	ReviewMismatch      ReviewReason = "mismatch"       // the gateway contradicts itself: another checkout or charge, or more refunded than paid
	ReviewUnknown       ReviewReason = "unknown"        // the payment is not ours
	ReviewRefunded      ReviewReason = "refunded"       // a refund was made on the gateway's side
	ReviewRefundRefused ReviewReason = "refund_refused" // the gateway refused a refund, or a refund did not arrive
	ReviewRefundByHand  ReviewReason = "refund_by_hand" // staff have to make a refund
	ReviewDifference    ReviewReason = "difference"     // a paid booking moved to a time of another price
)

// Review asks staff to decide about money that cannot be handled automatically.
type Review struct {
	ID       ReviewID
	Reason   ReviewReason
	Club     ClubID // 0: unknown
	Payment  PaymentID
	Event    int64
	Refund   RefundID
	OpenedAt time.Time
}

// ReviewedPayment is an open review with its payment, which is zero for money that belongs to no payment.
type ReviewedPayment struct {
	Review

	Paid Payment
}

// Left is the part of the payment that can still be refunded.
func (r ReviewedPayment) Left() Money { return r.Paid.refundable() }

// Verdicts are the verdicts that Resolve accepts for the payment as it is.
func (r ReviewedPayment) Verdicts() []Verdict {
	var list []Verdict
	if r.Paid.State == InReview {
		list = append(list, Accept)
	}
	if r.Left().Minor > 0 {
		list = append(list, RefundAll)
	}
	if !r.Paid.IsReviewed() || r.Paid.holdsNothing() {
		list = append(list, Close)
	}
	return list
}

// Errors of reviews.
var (
	ErrNoReview = fault.New(fault.NotFound, "no_review")
	ErrInReview = fault.New(fault.Conflict, "in_review")
	ErrVerdict  = fault.New(fault.Invalid, "verdict")
)

// alerter alerts the staff of a new review. After a crash it may be called again for the same review.
type alerter interface {
	Alert(ctx context.Context, r Review) error
}

// alertArgs is the job that alerts the staff of a review.
type alertArgs struct {
	Review ReviewID `json:"review"`
}

// Kind names the job.
func (alertArgs) Kind() string { return "booking_alert" }

// requestReview opens a review in the transaction of its cause.
func (c *change) requestReview(ctx context.Context, r Review) error {
	return c.openReview(ctx, c.tx, r, c.at)
}

// openReview writes a review and the job that alerts the staff, once for each cause.
func (s *Service) openReview(ctx context.Context, tx pgx.Tx, r Review, at time.Time) error {
	id, err := insertReview(ctx, tx, r, at)
	if err != nil || id == 0 {
		return err
	}
	if _, err := s.jobs.InsertTx(ctx, tx, alertArgs{Review: id}, &river.InsertOpts{Queue: string(ChatQueue), MaxAttempts: deliverAttempts}); err != nil {
		return fmt.Errorf("enqueue alert %d: %w", id, err)
	}
	return nil
}

// alertReview alerts the staff of a review that is still open.
func (s *Service) alertReview(ctx context.Context, a alerter, id ReviewID) error {
	if a == nil {
		return nil
	}
	r, err := selectReview(ctx, s.db, id)
	if errors.Is(err, ErrNoReview) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := a.Alert(ctx, r); err != nil {
		return fmt.Errorf("alert of review %d: %w", id, err)
	}
	return nil
}

// Reviews lists the open reviews of a club, oldest first; for its staff. Operators also get reviews without a known club.
func (s *Service) Reviews(ctx context.Context, actor Actor, club ClubID) ([]Review, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	list, err := selectReviewsOf(ctx, s.db, club, actor.Operator)
	return list, translate(ctx, err)
}

// ReviewedPayments lists the reviews of Reviews with their payments.
func (s *Service) ReviewedPayments(ctx context.Context, actor Actor, club ClubID) ([]ReviewedPayment, error) {
	reviews, err := s.Reviews(ctx, actor, club)
	if err != nil {
		return nil, err
	}
	ids := make([]PaymentID, len(reviews))
	for i, r := range reviews {
		ids[i] = r.Payment
	}
	payments, err := selectPaymentsByID(ctx, s.db, ids)
	if err != nil {
		return nil, translate(ctx, err)
	}
	list := make([]ReviewedPayment, len(reviews))
	for i, r := range reviews {
		list[i] = ReviewedPayment{r, payments[r.Payment]}
	}
	return list, nil
}

// Verdict is a decision about a review.
type Verdict string

// The verdicts.
const (
	Accept    Verdict = "accept" // the money counts as the price
	RefundAll Verdict = "refund" // refund all that is left
	Close     Verdict = "close"  // handled elsewhere; not possible while there is money under review
)

// Resolve closes a review by a verdict; for the staff of its club. Operators can also close reviews without a known club; the audit line is then in the
// audit of the given club. If two decide at the same time, the second gets ErrNoReview.
func (s *Service) Resolve(ctx context.Context, actor Actor, club ClubID, id ReviewID, v Verdict) error {
	if err := actor.mustBeStaff(); err != nil {
		return err
	}
	if v != Accept && v != RefundAll && v != Close {
		return ErrVerdict
	}
	r, err := selectReview(ctx, s.db, id)
	if err != nil {
		return translate(ctx, err)
	}
	if r.Club != club && (r.Club != 0 || !actor.Operator) {
		return ErrNoReview
	}
	if r.Payment == 0 {
		if v != Close {
			return ErrVerdict
		}
		return s.closeStrayReview(ctx, actor, club, r)
	}
	return s.withPayment(ctx, actor, r.Payment, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		if b.Club != club {
			return ErrNoReview
		}
		if _, err := selectReview(ctx, c.tx, id); err != nil {
			return err
		}
		if err := c.applyVerdict(ctx, b, p, v); err != nil {
			return err
		}
		if err := c.recordAudit(ctx, "review", *b, map[string]any{"payment": p.ID, "review": id, "verdict": string(v), "about": string(r.Reason)}); err != nil {
			return err
		}
		return closeReview(ctx, c.tx, id, v, actor.ID)
	})
}

// closeStrayReview closes a review of money that belongs to no payment.
func (s *Service) closeStrayReview(ctx context.Context, actor Actor, club ClubID, r Review) error {
	return s.withLocks(ctx, actor, locks{club: club}, func(ctx context.Context, c *change) error {
		if err := closeReview(ctx, c.tx, r.ID, Close, actor.ID); err != nil {
			return err
		}
		return c.recordAudit(ctx, "review", Booking{}, map[string]any{"review": r.ID, "verdict": string(Close), "about": string(r.Reason)})
	})
}

// applyVerdict carries out a verdict on the payment.
func (c *change) applyVerdict(ctx context.Context, b *Booking, p *Payment, v Verdict) error {
	switch {
	case v != Accept && p.holdsNothing():
		if err := c.movePayment(ctx, p, Refunded); err != nil {
			return err
		}
		return c.releaseReviewed(ctx, b)
	case v == RefundAll:
		return c.refundAll(ctx, b, p, refundReview)
	case v == Accept && p.State == InReview:
		if err := acceptPayment(ctx, c.tx, p.ID, c.actor.ID); err != nil {
			return err
		}
		if err := c.postAcceptance(ctx, *p); err != nil {
			return err
		}
		p.suspended = false
		if err := c.movePayment(ctx, p, Captured); err != nil {
			return err
		}
		return c.confirmOrRefund(ctx, b, p)
	case v == Accept && p.suspended, v == Close && p.IsReviewed():
		return ErrVerdict // a part is refunded already; or the money would stay here without an owner
	}
	return nil
}

// applyNewPrice closes the pages on which the old price of a booking can be paid. If it is paid already, applyNewPrice opens a review.
func (c *change) applyNewPrice(ctx context.Context, b Booking, old Money) error {
	if b.Price == old {
		return nil
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return err
	}
	if err := c.closeUnpaid(ctx, list, func(p Payment) bool { return p.Price != b.Price }); err != nil {
		return err
	}
	if i := slices.IndexFunc(list, holdsMoney); i >= 0 {
		return c.requestReview(ctx, Review{Reason: ReviewDifference, Club: b.Club, Payment: list[i].ID})
	}
	return nil
}
