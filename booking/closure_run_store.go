package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// selectInsideClosure reads the live bookings on some nets that overlap a span or its buffer and end after an instant. It leaves out blocks, and bookings
// that a run is about to cancel.
func selectInsideClosure(ctx context.Context, q storage.Queryer, nets []NetID, during Span, at time.Time) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.id IN (SELECT booking_id FROM `+liveSlots+`) AND b.kind <> 'block' AND s.ends > $4
		AND NOT EXISTS (SELECT FROM closure_run_booking r WHERE r.booking_id = b.id AND r.outcome IS NULL) ORDER BY b.id`, nets, during.Start, during.End, at)
}

// insertClosureRun stores a run and its bookings.
func insertClosureRun(ctx context.Context, q storage.Queryer, run *ClosureRun, bookings []Booking) error {
	nets := run.Closure.Nets
	if nets == nil {
		nets = []NetID{}
	}
	err := q.QueryRow(ctx, `
		WITH run AS (
			INSERT INTO closure_run (club_id, closure_id, net_ids, during, reason, preview, actor_id, actor_role, origin, started_at)
			VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6, $7, $8, $9, $10, $11) RETURNING id
		), inside AS (
			INSERT INTO closure_run_booking (booking_id, run_id) SELECT b.id, run.id FROM run, unnest($12::bigint[]) b (id)
		)
		SELECT id FROM run`,
		run.Club, run.Closure.ID, nets, run.Closure.During.Start, run.Closure.During.End, run.Closure.Reason, run.preview,
		run.actor.ID, run.actor.Role, run.actor.Origin, run.StartedAt, idsOf(bookings)).Scan(&run.ID)
	if err != nil {
		return fmt.Errorf("insert closure run: %w", err)
	}
	return nil
}

// selectRuns reads the runs that match a condition with their progress.
func selectRuns(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]ClosureRun, error) {
	runs, err := collect(ctx, q, func(row pgx.CollectableRow) (r ClosureRun, err error) {
		r.Closure.Every = Once
		err = row.Scan(&r.ID, &r.Club, &r.Closure.ID, &r.Closure.Nets, &r.Closure.During.Start, &r.Closure.During.End, &r.Closure.Reason, &r.preview,
			&r.actor.ID, &r.actor.Role, &r.actor.Origin, &r.StartedAt, &r.Bookings, &r.Cancelled, &r.Left, &r.People, &r.reviewed)
		r.actor.Reason = r.Closure.Reason
		return r, err
	}, `SELECT run.id, run.club_id, run.closure_id, run.net_ids, lower(run.during), upper(run.during), run.reason, run.preview,
			run.actor_id, run.actor_role, run.origin, run.started_at, n.bookings, n.cancelled, n.gone, n.people, n.reviewed
		FROM closure_run run CROSS JOIN LATERAL (
			SELECT count(*) AS bookings, count(*) FILTER (WHERE r.outcome = 'cancelled') AS cancelled, count(*) FILTER (WHERE r.outcome = 'left') AS gone,
				count(DISTINCT b.member_id) AS people, coalesce(sum((SELECT count(*) FROM payment p WHERE p.booking_id = r.booking_id
					AND (p.state = 'review' OR p.suspended AND p.refund_minor < p.received_minor))) FILTER (WHERE r.outcome = 'cancelled'), 0)::bigint AS reviewed
			FROM closure_run_booking r JOIN booking b ON b.id = r.booking_id WHERE r.run_id = run.id
		) n `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read closure runs: %w", err)
	}
	return runs, selectRunRefunds(ctx, q, runs)
}

// selectRunWhere reads the first run that matches a condition, or returns ErrNoClosureRun.
func selectRunWhere(ctx context.Context, q storage.Queryer, condition string, args ...any) (ClosureRun, error) {
	runs, err := selectRuns(ctx, q, condition, args...)
	return firstOf(runs, err, ErrNoClosureRun)
}

func selectClosureRun(ctx context.Context, q storage.Queryer, id ClosureRunID) (ClosureRun, error) {
	return selectRunWhere(ctx, q, `WHERE run.id = $1`, id)
}

// selectLastRun reads the last run of a closure, or returns ErrNoClosureRun.
func selectLastRun(ctx context.Context, q storage.Queryer, closure ClosureID) (ClosureRun, error) {
	return selectRunWhere(ctx, q, `WHERE run.closure_id = $1 ORDER BY run.id DESC LIMIT 1`, closure)
}

// selectClosureRuns reads a club's last runs, the latest first.
func selectClosureRuns(ctx context.Context, q storage.Queryer, club ClubID, limit int) ([]ClosureRun, error) {
	return selectRuns(ctx, q, `WHERE run.club_id = $1 ORDER BY run.id DESC LIMIT $2`, club, limit)
}

// selectRunRefunds sums the refunds of runs by way of paying. Of each payment it counts the refund for the cancellation and the later ones.
func selectRunRefunds(ctx context.Context, q storage.Queryer, runs []ClosureRun) error {
	byID := map[ClosureRunID]*ClosureRun{}
	ids := make([]ClosureRunID, len(runs))
	for i := range runs {
		ids[i] = runs[i].ID
		byID[ids[i]] = &runs[i]
	}
	_, err := collect(ctx, q, func(row pgx.CollectableRow) (r RunRefunds, err error) {
		var id ClosureRunID
		err = row.Scan(&id, &r.Provider, &r.Method, &r.Amount.Currency, &r.Payments, &r.Amount.Minor, &r.Done.Minor, &r.waiting, &r.ByHand, &r.Failed)
		if err != nil {
			return r, err
		}
		r.Done.Currency = r.Amount.Currency
		byID[id].Refunds = append(byID[id].Refunds, r)
		return r, nil
	}, `SELECT b.run_id, p.provider, p.method, back.currency, count(*), sum(back.going + CASE WHEN back.failed THEN p.received_minor - p.refund_minor ELSE 0 END)::bigint,
			sum(back.done)::bigint, sum(back.waiting)::bigint, sum(back.by_hand)::bigint, count(*) FILTER (WHERE back.failed AND p.refund_minor < p.received_minor)
		FROM closure_run run JOIN closure_run_booking b ON b.run_id = run.id JOIN payment p ON p.booking_id = b.booking_id
		CROSS JOIN LATERAL (
			SELECT r.currency, bool_or(r.state = 'failed') AS failed, coalesce(sum(r.amount_minor) FILTER (WHERE r.state <> 'failed'), 0) AS going,
				coalesce(sum(r.amount_minor) FILTER (WHERE r.state = 'done'), 0) AS done,
				count(*) FILTER (WHERE r.state = 'pending' AND NOT r.by_hand) AS waiting, count(*) FILTER (WHERE r.state = 'pending' AND r.by_hand) AS by_hand
			FROM refund r WHERE r.payment_id = p.id
				AND r.id >= (SELECT min(c.id) FROM refund c WHERE c.payment_id = p.id AND (c.reason = $2 OR c.created_at > run.started_at))
			GROUP BY r.currency
		) back
		WHERE run.id = ANY($1) AND b.outcome = 'cancelled' GROUP BY b.run_id, p.provider, p.method, back.currency ORDER BY b.run_id, p.provider, p.method, back.currency`,
		ids, refundCancelled)
	if err != nil {
		return fmt.Errorf("sum refunds of closure runs: %w", err)
	}
	return nil
}

// selectOpenInRun reads those of some bookings that the run has not finished yet, by id.
func selectOpenInRun(ctx context.Context, q storage.Queryer, run ClosureRunID, ids []ID) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.id = ANY(ARRAY(SELECT booking_id FROM closure_run_booking WHERE booking_id = ANY($2) AND run_id = $1 AND outcome IS NULL))
		ORDER BY b.id`, run, ids)
}

// finishInRun records the outcome of a booking in a run.
func finishInRun(ctx context.Context, q storage.Queryer, run ClosureRunID, id ID, outcome string, at time.Time) error {
	if _, err := q.Exec(ctx, `UPDATE closure_run_booking SET outcome = $3, done_at = $4 WHERE booking_id = $2 AND run_id = $1 AND outcome IS NULL`, run, id, outcome, at); err != nil {
		return fmt.Errorf("finish booking %d in closure run %d: %w", id, run, err)
	}
	return nil
}

// selectClosing reports whether a run is about to cancel the booking.
func selectClosing(ctx context.Context, q storage.Queryer, id ID) (closing bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM closure_run_booking WHERE booking_id = $1 AND outcome IS NULL)`, id).Scan(&closing)
	if err != nil {
		return false, fmt.Errorf("look for a closure of booking %d: %w", id, err)
	}
	return closing, nil
}

// selectCancelledInRun reads the run that cancelled a booking; its error is ErrNoClosureRun if none did.
func selectCancelledInRun(ctx context.Context, q storage.Queryer, id ID) (run ClosureRunID, err error) {
	err = q.QueryRow(ctx, `SELECT run_id FROM closure_run_booking WHERE booking_id = $1 AND outcome = 'cancelled'`, id).Scan(&run)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrNoClosureRun
	}
	if err != nil {
		return 0, fmt.Errorf("look for the closure run of booking %d: %w", id, err)
	}
	return run, nil
}

// selectMemberInRun reads the bookings of a member that a run cancelled, by start.
func selectMemberInRun(ctx context.Context, q storage.Queryer, run ClosureRunID, member MemberID) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.id = ANY(ARRAY(SELECT booking_id FROM closure_run_booking WHERE run_id = $1 AND outcome = 'cancelled')) AND b.member_id = $2
		ORDER BY s.starts, b.id`, run, member)
}
