package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
)

// banStore keeps bans. An ended ban stays as a row until it is replaced or lifted, and is read by nothing.
type banStore struct{ db *pgxpool.Pool }

const banColumns = "person, reason, until, banned_by, banned_at"

func scanBan(row pgx.Row, more ...any) (b Ban, err error) {
	var until *time.Time
	err = row.Scan(append([]any{&b.Person, &b.Reason, &until, &b.By, &b.At}, more...)...)
	if until != nil {
		b.Until = *until
	}
	return b, err
}

func (s banStore) selectBan(ctx context.Context, person filter.UserID) (b Ban, told, banned bool, err error) {
	b, err = scanBan(s.db.QueryRow(ctx, `SELECT `+banColumns+`, told_at IS NOT NULL FROM ban WHERE person = $1 AND (until IS NULL OR until > now())`, person), &told)
	if errors.Is(err, pgx.ErrNoRows) {
		return Ban{}, false, false, nil
	}
	if err != nil {
		return Ban{}, false, false, fmt.Errorf("read ban of %d: %w", person, err)
	}
	return b, told, true, nil
}

// markTold notes that a person was told of their ban; false where they had been told.
func (s banStore) markTold(ctx context.Context, person filter.UserID) (bool, error) {
	tag, err := s.db.Exec(ctx, `UPDATE ban SET told_at = now() WHERE person = $1 AND told_at IS NULL`, person)
	if err != nil {
		return false, fmt.Errorf("mark ban of %d as told: %w", person, err)
	}
	return tag.RowsAffected() == 1, nil
}

func (s banStore) insertBan(ctx context.Context, b Ban, length time.Duration) (Ban, error) {
	b, err := scanBan(s.db.QueryRow(ctx, `
		INSERT INTO ban (person, reason, until, banned_by) VALUES ($1, $2, CASE WHEN $3::bigint > 0 THEN now() + $3 * interval '1 second' END, $4)
		ON CONFLICT (person) DO UPDATE SET reason = excluded.reason, until = excluded.until, banned_by = excluded.banned_by, banned_at = now(), told_at = NULL
		RETURNING `+banColumns, b.Person, b.Reason, int64(length/time.Second), b.By))
	if err != nil {
		return Ban{}, fmt.Errorf("store ban: %w", err)
	}
	return b, nil
}

func (s banStore) deleteBan(ctx context.Context, person filter.UserID) (bool, error) {
	tag, err := s.db.Exec(ctx, `DELETE FROM ban WHERE person = $1 AND (until IS NULL OR until > now())`, person)
	if err != nil {
		return false, fmt.Errorf("delete ban of %d: %w", person, err)
	}
	return tag.RowsAffected() == 1, nil
}

func (s banStore) selectBans(ctx context.Context, skip, limit int) (bans []Ban, total int, err error) {
	rows, err := s.db.Query(ctx, `SELECT `+banColumns+`, count(*) OVER () FROM ban WHERE until IS NULL OR until > now()
		ORDER BY banned_at DESC, person OFFSET $1 LIMIT $2`, skip, limit)
	if err == nil {
		bans, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Ban, error) { return scanBan(row, &total) })
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read bans: %w", err)
	}
	return bans, total, nil
}
