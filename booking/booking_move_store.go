package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// extendHold gives a live hold a later expiry.
func extendHold(ctx context.Context, q storage.Queryer, b *Booking, until, at time.Time) error {
	err := q.QueryRow(ctx, `UPDATE booking SET expires_at = $2, changed_at = $3, revision = revision + 1 WHERE id = $1 AND state = 'held' AND expires_at > $3 RETURNING revision`,
		b.ID, until, at).Scan(&b.Revision)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrState
	}
	if err != nil {
		return fmt.Errorf("extend hold %d: %w", b.ID, err)
	}
	b.ExpiresAt, b.ChangedAt = &until, at
	return nil
}

// updateExpiry sets the expiry of a hold, even if the hold has expired.
func updateExpiry(ctx context.Context, q storage.Queryer, b *Booking, until, at time.Time) error {
	err := q.QueryRow(ctx, `UPDATE booking SET expires_at = $2, changed_at = $3, revision = revision + 1 WHERE id = $1 AND state = 'held' RETURNING revision`, b.ID, until, at).Scan(&b.Revision)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrState
	}
	if err != nil {
		return fmt.Errorf("keep hold %d: %w", b.ID, err)
	}
	b.ExpiresAt, b.ChangedAt = &until, at
	return nil
}

// updateSlots moves all slots of a booking in one statement. The constraint is checked at its end, so a slot may move onto its own old time. When
// the number of nets changes, it replaces the rows.
func updateSlots(ctx context.Context, q storage.Queryer, b *Booking, old Booking, at time.Time) error {
	lines, err := encodeLines(b.Lines)
	if err != nil {
		return err
	}
	err = q.QueryRow(ctx, `
		UPDATE booking SET day = $3, price_minor = $4, price_lines = $5, changed_at = $6, add_on_ids = $7, version = version + 1, revision = revision + 1
		WHERE id = $1 AND state = $2 RETURNING version, revision`,
		b.ID, b.State, b.Day.date(), b.Price.Minor, lines, at, b.AddOns).Scan(&b.Version, &b.Revision)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrState
	}
	if err != nil {
		return fmt.Errorf("move booking %d: %w", b.ID, err)
	}
	b.ChangedAt = at
	if len(b.Nets) != len(old.Nets) {
		return replaceSlots(ctx, q, b)
	}
	_, err = q.Exec(ctx, `
		UPDATE booking_slot s SET net_id = t.new_net, during = tstzrange($4, $5, '[)'), occupied = tstzrange($4, $6, '[)')
		FROM unnest($2::bigint[], $3::bigint[]) AS t(old_net, new_net) WHERE s.booking_id = $1 AND s.net_id = t.old_net`,
		b.ID, old.Nets, b.Nets, b.Span.Start, b.Span.End, b.bufferEnd)
	if err != nil {
		return fmt.Errorf("move slots of booking %d: %w", b.ID, err)
	}
	return nil
}

// replaceSlots writes the slots of a booking that moves to more or fewer nets.
func replaceSlots(ctx context.Context, q storage.Queryer, b *Booking) error {
	if _, err := q.Exec(ctx, `DELETE FROM booking_slot WHERE booking_id = $1`, b.ID); err != nil {
		return fmt.Errorf("move slots of booking %d: %w", b.ID, err)
	}
	_, err := q.Exec(ctx, `
		INSERT INTO booking_slot (booking_id, state, net_id, during, occupied)
		SELECT $1, $2, net, tstzrange($4, $5, '[)'), tstzrange($4, $6, '[)') FROM unnest($3::bigint[]) net`,
		b.ID, b.State, b.Nets, b.Span.Start, b.Span.End, b.bufferEnd)
	if err != nil {
		return fmt.Errorf("move slots of booking %d: %w", b.ID, err)
	}
	return nil
}

// swapSlots exchanges the slots of two bookings in one statement. Each slot only changes its booking, so the constraint never sees an overlap.
func swapSlots(ctx context.Context, q storage.Queryer, a, b *Booking, at time.Time) error {
	for _, swapped := range []*Booking{a, b} {
		lines, err := encodeLines(swapped.Lines)
		if err != nil {
			return err
		}
		err = q.QueryRow(ctx, `UPDATE booking SET day = $3, changed_at = $4, price_lines = $5, version = version + 1, revision = revision + 1
			WHERE id = $1 AND state = $2 RETURNING version, revision`,
			swapped.ID, swapped.State, swapped.Day.date(), at, lines).Scan(&swapped.Version, &swapped.Revision)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrState
		}
		if err != nil {
			return fmt.Errorf("swap booking %d: %w", swapped.ID, err)
		}
		swapped.ChangedAt = at
	}
	_, err := q.Exec(ctx, `UPDATE booking_slot SET booking_id = CASE booking_id WHEN $1 THEN $2 ELSE $1 END WHERE booking_id IN ($1, $2)`, a.ID, b.ID)
	if err != nil {
		return fmt.Errorf("swap bookings %d and %d: %w", a.ID, b.ID, err)
	}
	return nil
}

// updateBuffers gives the live slots of a club the club's buffer, cut where the next booking on one of their nets begins. Blocks have none.
func updateBuffers(ctx context.Context, q storage.Queryer, club Club, at time.Time) error {
	_, err := q.Exec(ctx, `
		UPDATE booking_slot s SET occupied = tstzrange(lower(s.during), w.until, '[)')
		FROM (
			SELECT s.booking_id, least(max(upper(s.during)) + $2::interval, min(n.starts)) AS until
			FROM booking_slot s JOIN booking b ON b.id = s.booking_id
			LEFT JOIN LATERAL (
				SELECT min(lower(o.during)) AS starts FROM booking_slot o
				WHERE o.net_id = s.net_id AND o.state IN ('held', 'confirmed', 'checked_in') AND lower(o.during) >= upper(s.during)
					AND o.occupied && tstzrange(upper(s.during), upper(s.during) + $2::interval, '[)')) n ON true
			WHERE b.club_id = $1 AND b.kind <> 'block' AND s.state IN ('held', 'confirmed', 'checked_in') AND upper(s.during) > $3::timestamptz - $2::interval
				AND s.net_id = ANY(ARRAY(SELECT id FROM net WHERE club_id = $1)) AND s.occupied && tstzrange($3::timestamptz - $2::interval, NULL)
			GROUP BY s.booking_id) w
		WHERE s.booking_id = w.booking_id`, club.ID, club.Policy.Buffer, at)
	if err != nil {
		return fmt.Errorf("change buffers of club %d: %w", club.ID, err)
	}
	return nil
}
