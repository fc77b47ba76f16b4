package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// freezeStatistics disables autovacuum for the tables that holds write. The planner then has no statistics of them.
func (b *bookingBench) freezeStatistics(ctx context.Context) error {
	for _, table := range []string{"booking", "booking_slot", "availability_token", "audit", "idempotency_key"} {
		if _, err := b.db.Exec(ctx, fmt.Sprintf(`ALTER TABLE %s SET (autovacuum_enabled = false)`, table)); err != nil {
			return fmt.Errorf("freeze statistics: %w", err)
		}
	}
	return nil
}

// fill adds past bookings until there are size of them. Every fifth is cancelled. Their ids are below those of the club's bookings.
func (b *bookingBench) fill(ctx context.Context, size int64) error {
	start := time.Now()
	err := storage.InTx(ctx, b.db, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO booking (id, club_id, member_id, kind, state, day, rate, currency, price_minor, cancel_fee_minor, created_at, changed_at)
			OVERRIDING SYSTEM VALUE
			SELECT n, $1, $2 + n % $3, 'play', CASE n % 5 WHEN 0 THEN 'cancelled' ELSE 'confirmed' END, (at AT TIME ZONE 'UTC')::date, 'member', 'INR', 40000,
				CASE n % 5 WHEN 0 THEN 0 END, at, at
			FROM generate_series($4 + 1, $5) n, LATERAL (SELECT $6::timestamptz - (n / $7 + 1) * $8::interval AS at) t`,
			b.club.id, int64(firstMember), int64(everybody), b.filled, size, b.club.first.Add(-7*24*time.Hour), int64(lanes), slotSteps)
		if err != nil {
			return err
		}
		if tag.RowsAffected() != size-b.filled {
			return fmt.Errorf("%d rows were made", tag.RowsAffected())
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO booking_slot (booking_id, state, net_id, during, occupied)
			SELECT id, state, $1 + id % $2, span, span
			FROM booking, LATERAL (SELECT tstzrange(created_at, created_at + $3::interval, '[)') AS span) t WHERE id > $4 AND id <= $5`,
			b.club.firstNet, int64(lanes), slotSteps, b.filled, size)
		return err
	})
	if err != nil {
		return err
	}
	b.filled = size
	fmt.Fprintf(b.out, "# %d past bookings beside those of this run, added in %s; there are no statistics of them\n", size, time.Since(start).Round(time.Second))
	return nil
}
