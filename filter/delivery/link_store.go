package delivery

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

const linkColumns = `id, kind, document, channel, first_message, last_message, query, protect, premium_only, most_people, people, expires_at, revoked_at IS NOT NULL, created_by, created_at`

func scanLink(row pgx.Row, more ...any) (l StoredLink, err error) {
	var expires *time.Time
	err = row.Scan(append([]any{
		&l.ID, &l.Target.Kind, &l.Target.Document, &l.Target.Channel, &l.Target.First, &l.Target.Last, &l.Target.Query, &l.Protect, &l.PremiumOnly,
		&l.MostPeople, &l.People, &expires, &l.Revoked, &l.CreatedBy, &l.CreatedAt,
	}, more...)...)
	if expires != nil {
		l.Expires = *expires
	}
	return l, err
}

func insertLink(ctx context.Context, q storage.Queryer, by filter.UserID, t Target, protect bool, origin string) (StoredLink, error) {
	l, err := scanLink(q.QueryRow(ctx, `
		INSERT INTO delivery_link (origin, kind, document, channel, first_message, last_message, query, protect, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (origin) DO UPDATE SET origin = excluded.origin RETURNING `+linkColumns,
		origin, t.Kind, t.Document, t.Channel, t.First, t.Last, t.Query, protect, by))
	if err != nil {
		return l, fmt.Errorf("insert link: %w", err)
	}
	return l, nil
}

func selectLink(ctx context.Context, q storage.Queryer, id LinkID) (StoredLink, error) {
	l, err := scanLink(q.QueryRow(ctx, `SELECT `+linkColumns+` FROM delivery_link WHERE id = $1`, id))
	if err != nil {
		return l, fmt.Errorf("read link %d: %w", id, orRevoked(err))
	}
	return l, nil
}

func selectLinksOf(ctx context.Context, q storage.Queryer, by filter.UserID, skip, limit int) ([]StoredLink, error) {
	rows, err := q.Query(ctx, `SELECT `+linkColumns+` FROM delivery_link WHERE created_by = $1 AND revoked_at IS NULL ORDER BY id DESC OFFSET $2 LIMIT $3`, by, skip, limit)
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (StoredLink, error) { return scanLink(row) })
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	return list, nil
}

func updateLimits(ctx context.Context, q storage.Queryer, id LinkID, by filter.UserID, c LimitChange) (StoredLink, error) {
	got, err := scanLink(q.QueryRow(ctx, `
		UPDATE delivery_link SET protect = coalesce($3, protect), premium_only = coalesce($4, premium_only), most_people = coalesce($5, most_people),
			expires_at = CASE WHEN $6::interval IS NULL THEN expires_at WHEN $6::interval > interval '0' THEN now() + $6::interval END
		WHERE id = $1 AND created_by = $2 AND revoked_at IS NULL RETURNING `+linkColumns, id, by, c.Protect, c.PremiumOnly, c.MostPeople, c.Lasts))
	if err != nil {
		return got, fmt.Errorf("limit link %d: %w", id, orRevoked(err))
	}
	return got, nil
}

func revokeLink(ctx context.Context, q storage.Queryer, id LinkID, by filter.UserID) error {
	if _, err := q.Exec(ctx, `UPDATE delivery_link SET revoked_at = now() WHERE id = $1 AND created_by = $2 AND revoked_at IS NULL`, id, by); err != nil {
		return fmt.Errorf("revoke link %d: %w", id, err)
	}
	return nil
}

// lockLink reads a link and locks it until the transaction ends. The database's clock decides whether it has expired.
func lockLink(ctx context.Context, tx pgx.Tx, id LinkID) (l StoredLink, expired bool, err error) {
	l, err = scanLink(tx.QueryRow(ctx, `SELECT `+linkColumns+`, coalesce(expires_at <= clock_timestamp(), false) FROM delivery_link WHERE id = $1 FOR UPDATE`, id), &expired)
	return l, expired, orRevoked(err)
}

// insertPerson notes that a person opened a link; false where that is known.
func insertPerson(ctx context.Context, tx pgx.Tx, id LinkID, person filter.UserID) (bool, error) {
	tag, err := tx.Exec(ctx, `INSERT INTO delivery_link_person (link, person) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, person)
	return tag.RowsAffected() > 0, err
}

func countPerson(ctx context.Context, tx pgx.Tx, id LinkID) error {
	_, err := tx.Exec(ctx, `UPDATE delivery_link SET people = people + 1 WHERE id = $1`, id)
	return err
}
