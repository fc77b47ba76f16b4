package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// selectWaits reads waits that match a condition, without their places.
func selectWaits(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]Wait, error) {
	return collectWaits(ctx, q, "0", condition, args...)
}

// collectWaits reads waits that match a condition. place is the expression of their places; the waits are w in it.
func collectWaits(ctx context.Context, q storage.Queryer, place, condition string, args ...any) ([]Wait, error) {
	list, err := collect(ctx, q, func(row pgx.CollectableRow) (w Wait, err error) {
		err = row.Scan(&w.ID, &w.Club, &w.Member, &w.Net, &w.Span.Start, &w.Span.End, &w.State, &w.Offer, &w.Place, &w.CreatedAt)
		return w, err
	}, `SELECT id, club_id, member_id, net_id, lower(during), upper(during), state, coalesce(booking_id, 0), `+place+`, created_at FROM waitlist w `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read waitlist: %w", err)
	}
	return list, nil
}

// placeOfWait is the place of a wait w: one more than the other members who joined earlier for an overlapping time and could get the same net. These
// still wait, or have an open offer of such a net.
const placeOfWait = `CASE WHEN w.state <> 'waiting' THEN 0 ELSE 1 + (SELECT count(*) FROM (
	SELECT o.member_id FROM waitlist o WHERE o.club_id = w.club_id AND o.state = 'waiting' AND o.during && w.during AND lower(o.during) > booking_clock()
		AND o.id < w.id AND o.member_id <> w.member_id AND (o.net_id = 0 OR w.net_id IN (0, o.net_id))
	UNION
	SELECT o.member_id FROM net n JOIN booking_slot s ON s.net_id = n.id AND s.occupied && w.during AND s.state = 'held'
		JOIN waitlist o ON o.booking_id = s.booking_id AND o.state = 'offered'
		WHERE n.club_id = w.club_id AND w.net_id IN (0, n.id) AND o.during && w.during AND o.id < w.id AND o.member_id <> w.member_id) ahead) END`

// selectWaitsOf reads a member's waits in a club that are not over, with their places.
func selectWaitsOf(ctx context.Context, q storage.Queryer, club ClubID, member MemberID) ([]Wait, error) {
	return collectWaits(ctx, q, placeOfWait, `WHERE club_id = $1 AND member_id = $2 AND state IN ('waiting', 'offered') ORDER BY id LIMIT 200`, club, member)
}

// selectPlace reads the place of a wait.
func selectPlace(ctx context.Context, q storage.Queryer, id WaitID) (place int, err error) {
	if err := q.QueryRow(ctx, `SELECT `+placeOfWait+` FROM waitlist w WHERE id = $1`, id).Scan(&place); err != nil {
		return 0, fmt.Errorf("read place of wait %d: %w", id, err)
	}
	return place, nil
}

// selectWaitsFor reads the waits for a net that overlap a freed span and start after an instant, the oldest first.
func selectWaitsFor(ctx context.Context, q storage.Queryer, club ClubID, net NetID, freed Span, at time.Time) ([]Wait, error) {
	return selectWaits(ctx, q, `WHERE club_id = $1 AND state = 'waiting' AND during && tstzrange($2, $3, '[)') AND lower(during) > $4
		AND net_id IN (0, $5) ORDER BY id LIMIT 100`, club, freed.Start, freed.End, at, net)
}

// selectOfferableWaits reads one page of waits, by id, that have an active net without live bookings in their span. Expired holds do not count.
func selectOfferableWaits(ctx context.Context, q storage.Queryer, after WaitID) ([]Wait, error) {
	return selectWaits(ctx, q, `WHERE state = 'waiting' AND lower(during) > booking_clock() AND id > $1 AND EXISTS (
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

// countWaits counts a member's waits that are not over. The member's lock is held, so two requests cannot both use the last place.
func countWaits(ctx context.Context, q storage.Queryer, club ClubID, member MemberID) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM waitlist WHERE club_id = $1 AND member_id = $2 AND state IN ('waiting', 'offered') AND lower(during) > booking_clock()`, club, member).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count waits: %w", err)
	}
	return n, nil
}

// leaveWait ends a member's wait. If the wait has an open offer, it changes nothing and returns the offer.
func leaveWait(ctx context.Context, q storage.Queryer, member MemberID, id WaitID) (offer ID, err error) {
	tag, err := q.Exec(ctx, `UPDATE waitlist SET state = 'left' WHERE id = $1 AND member_id = $2 AND state = 'waiting'`, id, member)
	if err == nil && tag.RowsAffected() == 0 {
		err = q.QueryRow(ctx, `SELECT booking_id FROM waitlist WHERE id = $1 AND member_id = $2 AND state = 'offered'`, id, member).Scan(&offer)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrNoWait
	}
	if err != nil {
		return 0, fmt.Errorf("leave waitlist: %w", err)
	}
	return offer, nil
}

// setOffered stores the hold that is offered for a wait. It fails with ErrBusy when the member has left meanwhile, which rolls the offer back.
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

// updateOffer stores how the offer of a booking ended.
func updateOffer(ctx context.Context, q storage.Queryer, offer ID, end string) error {
	if _, err := q.Exec(ctx, `UPDATE waitlist SET state = $2 WHERE booking_id = $1 AND state = 'offered'`, offer, end); err != nil {
		return fmt.Errorf("close offer %d: %w", offer, err)
	}
	return nil
}
