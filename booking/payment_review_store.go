package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// insertReview opens a review. Its id is 0 when one for the same cause is open already.
func insertReview(ctx context.Context, q storage.Queryer, r Review, at time.Time) (id ReviewID, err error) {
	err = q.QueryRow(ctx, `
		INSERT INTO payment_review (reason, club_id, payment_id, event_id, refund_id, opened_at) VALUES ($1, nullif($2::bigint, 0), nullif($3::bigint, 0), nullif($4::bigint, 0), nullif($5::bigint, 0), $6)
		ON CONFLICT (reason, payment_id, event_id, refund_id) WHERE closed_at IS NULL DO NOTHING RETURNING id`, r.Reason, r.Club, r.Payment, r.Event, r.Refund, at).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("open review: %w", err)
	}
	return id, nil
}

// selectOpenReviews reads the open reviews that match a condition.
func selectOpenReviews(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]Review, error) {
	list, err := collect(ctx, q, func(row pgx.CollectableRow) (r Review, err error) {
		err = row.Scan(&r.ID, &r.Reason, &r.Club, &r.Payment, &r.Event, &r.Refund, &r.OpenedAt)
		return r, err
	}, `SELECT id, reason, coalesce(club_id, 0), coalesce(payment_id, 0), coalesce(event_id, 0), coalesce(refund_id, 0), opened_at FROM payment_review
		WHERE closed_at IS NULL AND `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	return list, nil
}

// selectReview reads an open review, or returns ErrNoReview.
func selectReview(ctx context.Context, q storage.Queryer, id ReviewID) (Review, error) {
	list, err := selectOpenReviews(ctx, q, `id = $1`, id)
	return firstOf(list, err, ErrNoReview)
}

// selectReviewsOf reads the open reviews of a club, oldest first. With ofNoClub it also reads those without a known club.
func selectReviewsOf(ctx context.Context, q storage.Queryer, club ClubID, ofNoClub bool) ([]Review, error) {
	return selectOpenReviews(ctx, q, `(club_id = $1 OR club_id IS NULL AND $2) ORDER BY id LIMIT 200`, club, ofNoClub)
}

// closeReview closes an open review. It returns ErrNoReview if the review is closed already.
func closeReview(ctx context.Context, q storage.Queryer, id ReviewID, v Verdict, by MemberID) error {
	tag, err := q.Exec(ctx, `UPDATE payment_review SET closed_at = booking_clock(), resolution = $1, closed_by = $2 WHERE closed_at IS NULL AND id = $3`, string(v), by, id)
	if err != nil {
		return fmt.Errorf("close review %d: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNoReview
	}
	return nil
}

// closeReviewsOfRefund closes the open reviews about a refund that staff made by hand.
func closeReviewsOfRefund(ctx context.Context, q storage.Queryer, id RefundID, by MemberID) error {
	_, err := q.Exec(ctx, `UPDATE payment_review SET closed_at = booking_clock(), resolution = 'gave_back', closed_by = $1 WHERE closed_at IS NULL AND refund_id = $2`, by, id)
	if err != nil {
		return fmt.Errorf("close reviews of refund %d: %w", id, err)
	}
	return nil
}
