package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/storage"
)

// quotaStore keeps days, reservations and charged files. The row of a day is the lock of its person's reservations on that day.
type quotaStore struct{ db *pgxpool.Pool }

const freeFor = "24 hours" // a charged file

// insertReservation reserves those of a claim's files that fit into the limit, the first ones first. It returns the open reservation of the claim's key,
// if there is one. The id is 0 if nothing fits.
func (s quotaStore) insertReservation(ctx context.Context, c claim, day time.Time, limit int) (id int64, fit []filter.DocumentID, left int, err error) {
	err = storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		id, fit, left = 0, nil, 0
		used, err := s.lockDay(ctx, tx, c.person, day)
		if err != nil {
			return err
		}
		left = max(0, limit-used)
		if c.key != "" {
			if id, fit, err = s.selectOpen(ctx, tx, c.key); err != nil || id != 0 {
				return err
			}
		}
		free, err := s.selectFree(ctx, tx, c.person, c.documents)
		if err != nil {
			return err
		}
		var counted []bool
		seen := map[filter.DocumentID]bool{}
		for _, d := range c.documents {
			switch {
			case seen[d]:
				continue
			case free[d]:
			case left == 0:
				continue
			default:
				left--
			}
			seen[d] = true
			fit, counted = append(fit, d), append(counted, !free[d])
		}
		if len(fit) == 0 {
			return nil
		}
		id, err = s.insertFiles(ctx, tx, c, day, fit, counted)
		return err
	})
	return id, fit, left, err
}

// lockDay locks the row of a person's day, which it makes if there is none, and returns how many files it counts.
func (s quotaStore) lockDay(ctx context.Context, tx pgx.Tx, person filter.UserID, day time.Time) (used int, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO quota_day AS d (person, day, used) VALUES ($1, $2, 0) ON CONFLICT (person, day) DO UPDATE SET used = d.used RETURNING used`, person, day).Scan(&used)
	if err != nil {
		return 0, fmt.Errorf("lock day: %w", err)
	}
	return used, nil
}

func (s quotaStore) selectOpen(ctx context.Context, tx pgx.Tx, key string) (id int64, documents []filter.DocumentID, err error) {
	err = tx.QueryRow(ctx, `SELECT id, (SELECT coalesce(array_agg(document), '{}') FROM quota_file WHERE reservation = r.id)
		FROM quota_reservation r WHERE key = $1 FOR UPDATE`, key).Scan(&id, &documents)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("read reservation: %w", err)
	}
	return id, documents, nil
}

// selectFree returns those of some files that a person was charged for lately.
func (s quotaStore) selectFree(ctx context.Context, tx pgx.Tx, person filter.UserID, documents []filter.DocumentID) (map[filter.DocumentID]bool, error) {
	rows, err := tx.Query(ctx, `SELECT document FROM quota_delivered WHERE person = $1 AND document = ANY($2) AND charged_at > now() - $3::interval`, person, documents, freeFor)
	var list []filter.DocumentID
	if err == nil {
		list, err = pgx.CollectRows(rows, pgx.RowTo[filter.DocumentID])
	}
	if err != nil {
		return nil, fmt.Errorf("read charged files: %w", err)
	}
	free := map[filter.DocumentID]bool{}
	for _, d := range list {
		free[d] = true
	}
	return free, nil
}

func (s quotaStore) insertFiles(ctx context.Context, tx pgx.Tx, c claim, day time.Time, fit []filter.DocumentID, counted []bool) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		WITH r AS (
			INSERT INTO quota_reservation (person, day, key, resume, resume_at, expires_at)
			VALUES ($1, $2, nullif($3, ''), $4, CASE WHEN $4::bytea IS NOT NULL THEN now() + $8::interval END, now() + $7::interval) RETURNING id
		), f AS (
			INSERT INTO quota_file (reservation, document, counted) SELECT r.id, x.document, x.counted FROM r, unnest($5::bigint[], $6::boolean[]) AS x (document, counted)
		), d AS (
			UPDATE quota_day SET used = used + (SELECT count(*) FROM unnest($6::boolean[]) AS x (counted) WHERE x.counted) WHERE person = $1 AND day = $2
		)
		SELECT id FROM r`, c.person, day, c.key, c.resume, fit, counted, reservationLife, resumeAfter).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("insert reservation: %w", err)
	}
	return id, nil
}

// settleFile takes a file out of a reservation and remembers the charge. If another delivery was charged for the same file meanwhile, this one is free.
func (s quotaStore) settleFile(ctx context.Context, reservation int64, document filter.DocumentID) error {
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		person, day, err := s.lockReservation(ctx, tx, reservation)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		var counted bool
		err = tx.QueryRow(ctx, `DELETE FROM quota_file WHERE reservation = $1 AND document = $2 RETURNING counted`, reservation, document).Scan(&counted)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if counted {
			tag, err := tx.Exec(ctx, `INSERT INTO quota_delivered AS old (person, document) VALUES ($1, $2)
				ON CONFLICT (person, document) DO UPDATE SET charged_at = now() WHERE old.charged_at <= now() - $3::interval`, person, document, freeFor)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				if err := s.giveBack(ctx, tx, person, day, 1); err != nil {
					return err
				}
			}
		}
		_, err = tx.Exec(ctx, `DELETE FROM quota_reservation WHERE id = $1 AND NOT EXISTS (SELECT FROM quota_file WHERE reservation = $1)`, reservation)
		return err
	})
	if err != nil {
		return fmt.Errorf("settle file %d of reservation %d: %w", document, reservation, err)
	}
	return nil
}

// lockReservation locks a reservation's day, then the reservation. It returns pgx.ErrNoRows for one that has ended.
func (s quotaStore) lockReservation(ctx context.Context, tx pgx.Tx, reservation int64) (person filter.UserID, day time.Time, err error) {
	if err = tx.QueryRow(ctx, `SELECT person, day FROM quota_reservation WHERE id = $1`, reservation).Scan(&person, &day); err != nil {
		return 0, day, err
	}
	if _, err = s.lockDay(ctx, tx, person, day); err != nil {
		return 0, day, err
	}
	err = tx.QueryRow(ctx, `SELECT person FROM quota_reservation WHERE id = $1 FOR UPDATE`, reservation).Scan(&person)
	return person, day, err
}

func (s quotaStore) giveBack(ctx context.Context, tx pgx.Tx, person filter.UserID, day time.Time, files int) error {
	_, err := tx.Exec(ctx, `UPDATE quota_day SET used = used - $3 WHERE person = $1 AND day = $2`, person, day, files)
	return err
}

// releaseReservation ends a reservation and gives its counted files back to its day.
func (s quotaStore) releaseReservation(ctx context.Context, reservation int64) error {
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		return s.releaseInTx(ctx, tx, reservation)
	})
	if err != nil {
		return fmt.Errorf("release reservation %d: %w", reservation, err)
	}
	return nil
}

func (s quotaStore) releaseInTx(ctx context.Context, tx pgx.Tx, reservation int64) error {
	person, day, err := s.lockReservation(ctx, tx, reservation)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var files int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM quota_file WHERE reservation = $1 AND counted`, reservation).Scan(&files); err != nil {
		return err
	}
	if err := s.giveBack(ctx, tx, person, day, files); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM quota_reservation WHERE id = $1`, reservation)
	return err
}

func (s quotaStore) extendReservation(ctx context.Context, reservation int64) error {
	if _, err := s.db.Exec(ctx, `UPDATE quota_reservation SET expires_at = now() + $2::interval WHERE id = $1`, reservation, reservationLife); err != nil {
		return fmt.Errorf("extend reservation %d: %w", reservation, err)
	}
	return nil
}

func (s quotaStore) selectUsed(ctx context.Context, person filter.UserID, day time.Time) (used int, err error) {
	err = s.db.QueryRow(ctx, `SELECT coalesce((SELECT used FROM quota_day WHERE person = $1 AND day = $2), 0)`, person, day).Scan(&used)
	if err != nil {
		return 0, fmt.Errorf("read quota of %d: %w", person, err)
	}
	return used, nil
}
