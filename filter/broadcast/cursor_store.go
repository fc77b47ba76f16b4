package broadcast

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// cursor is how far a broadcast is in a pool.
type cursor struct {
	pool     string
	last     RecipientID
	finished bool
}

// openCursors reads a broadcast's cursors in the order of the pools. It makes those that are missing.
func (s store) openCursors(ctx context.Context, id ID, pools []string) ([]cursor, error) {
	_, err := s.db.Exec(ctx, `
		INSERT INTO broadcast_cursor (broadcast, pool, position) SELECT $1, name, n FROM unnest($2::text[]) WITH ORDINALITY AS p(name, n)
		ON CONFLICT DO NOTHING`, id, pools)
	if err != nil {
		return nil, fmt.Errorf("open cursors of broadcast %d: %w", id, err)
	}
	rows, err := s.db.Query(ctx, "SELECT pool, last_id, finished FROM broadcast_cursor WHERE broadcast = $1 AND pool = ANY($2) ORDER BY position", id, pools)
	if err != nil {
		return nil, fmt.Errorf("read cursors of broadcast %d: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c cursor, err error) {
		return c, row.Scan(&c.pool, &c.last, &c.finished)
	})
	if err != nil {
		return nil, fmt.Errorf("read cursors of broadcast %d: %w", id, err)
	}
	return list, nil
}

// park notes that a pool does not answer, or that it does again.
func (s store) park(ctx context.Context, id ID, pool string, parked bool) error {
	_, err := s.db.Exec(ctx, "UPDATE broadcast_cursor SET parked = $3 WHERE broadcast = $1 AND pool = $2 AND parked <> $3", id, pool, parked)
	if err != nil {
		return fmt.Errorf("park %s of broadcast %d: %w", pool, id, err)
	}
	return nil
}
