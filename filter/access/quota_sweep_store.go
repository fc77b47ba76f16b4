package access

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// selectResumable postpones the reservations that are due, and returns their data, the oldest first. With all it takes those of an earlier process, and keeps
// expired ones a little longer, because the file may have been delivered.
func (s quotaStore) selectResumable(ctx context.Context, all bool) ([][]byte, error) {
	rows, err := s.db.Query(ctx, `WITH due AS (
			UPDATE quota_reservation SET resume_at = now() + $2::interval, expires_at = CASE WHEN $1 THEN greatest(expires_at, now() + 2 * $2::interval) ELSE expires_at END
			WHERE resume_at IS NOT NULL AND ($1 OR resume_at <= now() AND expires_at > now()) RETURNING id, resume
		) SELECT resume FROM due ORDER BY id`, all, resumeAfter)
	var list [][]byte
	if err == nil {
		list, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
	}
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return list, nil
}

const sweepBatch = 100

// releaseExpired releases expired reservations, each in a transaction of its own, and returns how many.
func (s quotaStore) releaseExpired(ctx context.Context) (released int, err error) {
	for {
		rows, err := s.db.Query(ctx, `SELECT id FROM quota_reservation WHERE expires_at <= now() ORDER BY expires_at LIMIT $1`, sweepBatch)
		if err != nil {
			return released, fmt.Errorf("read expired reservations: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil || len(ids) == 0 {
			return released, err
		}
		for _, id := range ids {
			if err := s.releaseIfExpired(ctx, id); err != nil {
				return released, err
			}
			released++
		}
	}
}

// releaseIfExpired releases a reservation, unless its owner has extended it meanwhile.
func (s quotaStore) releaseIfExpired(ctx context.Context, id int64) error {
	return storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		_, _, err := s.lockReservation(ctx, tx, id)
		var expired bool
		if err == nil {
			err = tx.QueryRow(ctx, `SELECT expires_at <= now() FROM quota_reservation WHERE id = $1`, id).Scan(&expired)
		}
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil
		case err != nil:
			return fmt.Errorf("release reservation %d: %w", id, err)
		case !expired:
			return nil
		}
		return s.releaseInTx(ctx, tx, id)
	})
}

// deleteOld deletes days that are over and charges that do not make a file free any more.
func (s quotaStore) deleteOld(ctx context.Context) error {
	for _, statement := range []string{
		`DELETE FROM quota_delivered WHERE charged_at < now() - interval '2 days'`,
		`DELETE FROM quota_day d WHERE day < now() - interval '30 days' AND NOT EXISTS (SELECT FROM quota_reservation r WHERE r.person = d.person AND r.day = d.day)`,
	} {
		if _, err := s.db.Exec(ctx, statement); err != nil {
			return fmt.Errorf("delete old rows of the quota: %w", err)
		}
	}
	return nil
}
