package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// ReviewID names something that does not add up.
type ReviewID int64

// ReviewReason is why a person has to look.
type ReviewReason string

// The reasons.
const (
	ReviewAmount        ReviewReason = "amount"         // other money came than was asked for
	ReviewPrice         ReviewReason = "price"          // the booking's price changed after the payment was made
	ReviewPayer         ReviewReason = "payer"          // somebody else paid than the member who holds it
	ReviewMismatch      ReviewReason = "mismatch"       // the gateway contradicts itself: another page, other money, more back than came
	ReviewUnknown       ReviewReason = "unknown"        // money that nobody here asked for
	ReviewRefunded      ReviewReason = "refunded"       // the gateway gave money back by itself
	ReviewRefundRefused ReviewReason = "refund_refused" // the gateway will not give money back
	ReviewRefundByHand  ReviewReason = "refund_by_hand" // a person has to give money back
	ReviewDifference    ReviewReason = "difference"     // a paid booking moved to a time of another price
)

// Review is something that does not add up, for a person to look at.
type Review struct {
	ID       ReviewID
	Reason   ReviewReason
	Club     ClubID // 0: nobody knows whose money it is
	Payment  PaymentID
	Event    int64
	Refund   RefundID
	OpenedAt time.Time
}

// Errors of reviews.
var (
	ErrNoReview = fault.New(fault.NotFound, "no_review", "There is nothing open to look at under this number.")
	ErrInReview = fault.New(fault.Conflict, "in_review", "This money is under review; decide there what becomes of it.")
	ErrVerdict  = fault.New(fault.Invalid, "verdict", "Decide to accept, to refund, or to close.")
)

// alerter tells those who run the club that something does not add up. It may be called again for a review that it was called for just
// before a crash.
type alerter interface {
	Alert(ctx context.Context, r Review) error
}

// alertArgs is the job that tells of a review.
type alertArgs struct {
	Review ReviewID `json:"review"`
}

// Kind names the job.
func (alertArgs) Kind() string { return "booking_alert" }

// requestReview opens a review in the transaction of what does not add up.
func (c *change) requestReview(ctx context.Context, r Review) error {
	return c.openReview(ctx, c.tx, r, c.at)
}

// openReview writes a review and the job that alerts, once for each cause.
func (s *Service) openReview(ctx context.Context, tx pgx.Tx, r Review, at time.Time) error {
	var id ReviewID
	err := tx.QueryRow(ctx, `
		INSERT INTO payment_review (reason, club_id, payment_id, event_id, refund_id, opened_at) VALUES ($1, nullif($2::bigint, 0), nullif($3::bigint, 0), nullif($4::bigint, 0), nullif($5::bigint, 0), $6)
		ON CONFLICT (reason, payment_id, event_id, refund_id) WHERE closed_at IS NULL DO NOTHING RETURNING id`, r.Reason, r.Club, r.Payment, r.Event, r.Refund, at).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open review: %w", err)
	}
	if _, err := s.jobs.InsertTx(ctx, tx, alertArgs{Review: id}, &river.InsertOpts{Queue: string(ChatQueue), MaxAttempts: deliverAttempts}); err != nil {
		return fmt.Errorf("enqueue alert %d: %w", id, err)
	}
	return nil
}

func selectReviews(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]Review, error) {
	list, err := collect(ctx, q, func(row pgx.CollectableRow) (r Review, err error) {
		err = row.Scan(&r.ID, &r.Reason, &r.Club, &r.Payment, &r.Event, &r.Refund, &r.OpenedAt)
		return r, err
	}, `SELECT id, reason, coalesce(club_id, 0), coalesce(payment_id, 0), coalesce(event_id, 0), coalesce(refund_id, 0), opened_at FROM payment_review `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	return list, nil
}

// closeReviews closes open reviews; the condition names $3.
func closeReviews(ctx context.Context, q storage.Queryer, condition, resolution string, by MemberID, arg any) error {
	_, err := q.Exec(ctx, `UPDATE payment_review SET closed_at = booking_clock(), resolution = $1, closed_by = $2 WHERE closed_at IS NULL AND `+condition, resolution, by, arg)
	if err != nil {
		return fmt.Errorf("close reviews: %w", err)
	}
	return nil
}

// alertReview tells of a review that is still open.
func (s *Service) alertReview(ctx context.Context, a alerter, id ReviewID) error {
	if a == nil {
		return nil
	}
	list, err := selectReviews(ctx, s.db, `WHERE id = $1 AND closed_at IS NULL`, id)
	if err != nil || len(list) == 0 {
		return err
	}
	if err := a.Alert(ctx, list[0]); err != nil {
		return fmt.Errorf("alert of review %d: %w", id, err)
	}
	return nil
}

// Reviews lists what is open in a club, and what nobody knows the club of, oldest first; for staff.
func (s *Service) Reviews(ctx context.Context, actor Actor, club ClubID) ([]Review, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	list, err := selectReviews(ctx, s.db, `WHERE closed_at IS NULL AND (club_id = $1 OR club_id IS NULL) ORDER BY id LIMIT 200`, club)
	return list, translate(ctx, err)
}

// Verdict is what a person decides about a review.
type Verdict string

// The verdicts.
const (
	Accept  Verdict = "accept" // the money counts as what was asked for
	GiveAll Verdict = "refund" // all that is left goes back
	Close   Verdict = "close"  // it was seen to elsewhere; of money under review only one of the others
)

// Resolve ends a review. Of two who decide at once, the second finds it closed.
func (s *Service) Resolve(ctx context.Context, actor Actor, club ClubID, id ReviewID, v Verdict) error {
	if err := actor.mustBeStaff(); err != nil {
		return err
	}
	if v != Accept && v != GiveAll && v != Close {
		return ErrVerdict
	}
	list, err := selectReviews(ctx, s.db, `WHERE id = $1 AND closed_at IS NULL AND (club_id = $2 OR club_id IS NULL)`, id, club)
	if err != nil {
		return translate(ctx, err)
	}
	if len(list) == 0 {
		return ErrNoReview
	}
	if list[0].Payment == 0 {
		if v != Close {
			return ErrVerdict
		}
		return translate(ctx, closeReviews(ctx, s.db, `id = $3`, string(v), actor.ID, id))
	}
	return s.withPayment(ctx, actor, list[0].Payment, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		if list, err := selectReviews(ctx, c.tx, `WHERE id = $1 AND closed_at IS NULL`, id); err != nil || len(list) == 0 {
			return errors.Join(err, ErrNoReview)
		}
		if err := c.applyVerdict(ctx, b, p, v); err != nil {
			return err
		}
		if err := c.recordAudit(ctx, "review", *b, map[string]any{"payment": p.ID, "review": id, "verdict": string(v)}); err != nil {
			return err
		}
		return closeReviews(ctx, c.tx, `id = $3`, string(v), actor.ID, id)
	})
}

// applyVerdict does what a verdict means for the money.
func (c *change) applyVerdict(ctx context.Context, b *Booking, p *Payment, v Verdict) error {
	switch {
	case v == GiveAll:
		return c.refundAll(ctx, *b, p, refundReview)
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
	case v == Accept && p.suspended, v == Close && p.State == InReview:
		return ErrVerdict // a part of it is gone already; somebody's money would lie here for ever
	}
	return nil
}

// reviewDifference asks a person about a booking that is paid and whose price has changed.
func (c *change) reviewDifference(ctx context.Context, b Booking, old Money) error {
	if b.Price == old {
		return nil
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return err
	}
	for _, p := range list {
		if holdsMoney(p) {
			return c.requestReview(ctx, Review{Reason: ReviewDifference, Club: b.Club, Payment: p.ID})
		}
	}
	return nil
}
