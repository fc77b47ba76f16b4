package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

func selectWaits(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]Wait, error) {
	list, err := collect(ctx, q, func(row pgx.CollectableRow) (w Wait, err error) {
		err = row.Scan(&w.ID, &w.Club, &w.Member, &w.Net, &w.Span.Start, &w.Span.End, &w.State, &w.Offer, &w.CreatedAt)
		return w, err
	}, `SELECT id, club_id, member_id, net_id, lower(during), upper(during), state, coalesce(booking_id, 0), created_at FROM waitlist `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read waitlist: %w", err)
	}
	return list, nil
}

// selectOfferableWaits are the wishes after one of them that could come true: some net that they mean has nothing but holds that have run out then.
func selectOfferableWaits(ctx context.Context, q storage.Queryer, after WaitID) ([]Wait, error) {
	return selectWaits(ctx, q, `w WHERE state = 'waiting' AND lower(during) > booking_clock() AND id > $1 AND EXISTS (
		SELECT FROM net n WHERE n.club_id = w.club_id AND n.active AND w.net_id IN (0, n.id) AND NOT EXISTS (
			SELECT FROM booking_slot s JOIN booking b ON b.id = s.booking_id WHERE s.net_id = n.id AND s.occupied && w.during
				AND s.state IN ('held', 'confirmed', 'checked_in') AND (b.state <> 'held' OR b.expires_at > booking_clock())))
		ORDER BY id LIMIT $2`, after, sweepPage)
}

func insertWait(ctx context.Context, q storage.Queryer, w *Wait, at time.Time) error {
	err := q.QueryRow(ctx, `INSERT INTO waitlist (club_id, member_id, net_id, during, created_at) VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6) RETURNING id`,
		w.Club, w.Member, w.Net, w.Span.Start, w.Span.End, at).Scan(&w.ID)
	if storage.Violated(err, "waitlist_once") {
		return ErrWaitTwice
	}
	if err != nil {
		return fmt.Errorf("join waitlist: %w", err)
	}
	w.CreatedAt = at
	return nil
}

// countWaits counts a member's wishes that are not over; the member's lock is held, so two requests cannot both be the last.
func countWaits(ctx context.Context, q storage.Queryer, club ClubID, member MemberID) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM waitlist WHERE club_id = $1 AND member_id = $2 AND state IN ('waiting', 'offered') AND lower(during) > booking_clock()`, club, member).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count waits: %w", err)
	}
	return n, nil
}

func leaveWait(ctx context.Context, q storage.Queryer, member MemberID, id WaitID) error {
	tag, err := q.Exec(ctx, `UPDATE waitlist SET state = 'left' WHERE id = $1 AND member_id = $2 AND state = 'waiting'`, id, member)
	if err != nil {
		return fmt.Errorf("leave waitlist: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNoWait
	}
	return nil
}

// setOffered ties a wish to the hold made for it. A member who left in this very moment keeps the transaction from making the offer.
func setOffered(ctx context.Context, q storage.Queryer, id WaitID, offer ID) error {
	tag, err := q.Exec(ctx, `UPDATE waitlist SET state = 'offered', booking_id = $2 WHERE id = $1 AND state = 'waiting'`, id, offer)
	if err != nil {
		return fmt.Errorf("offer to waiter %d: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return ErrBusy
	}
	return nil
}

// closeOffer notes how an offer ended; other bookings have none.
func (c *change) closeOffer(ctx context.Context, b Booking, end string) error {
	if b.Kind != Offer {
		return nil
	}
	if _, err := c.tx.Exec(ctx, `UPDATE waitlist SET state = $2 WHERE booking_id = $1 AND state = 'offered'`, b.ID, end); err != nil {
		return fmt.Errorf("close offer %d: %w", b.ID, err)
	}
	return nil
}
