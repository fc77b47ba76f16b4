package personal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// selectConsequences counts what an erasure keeps and what it ends.
func selectConsequences(ctx context.Context, tx pgx.Tx, person int64, c *Consequences) error {
	var until *time.Time
	err := tx.QueryRow(ctx, `SELECT
		(SELECT count(*) FROM booking WHERE member_id = $1),
		(SELECT count(*) FROM payment WHERE member_id = $1 AND received_minor > 0) + (SELECT count(*) FROM premium_payment WHERE payer = $1),
		EXISTS (SELECT FROM ban WHERE person = $1),
		(SELECT max(until_at) FROM entitlement WHERE person = $1 AND ended_at IS NULL AND until_at > clock_timestamp()),
		(SELECT count(*) FROM calendar_feed WHERE member_id = $1),
		(SELECT count(*) FROM club_member WHERE member_id = $1)`, person).Scan(&c.Bookings, &c.Payments, &c.Banned, &until, &c.Feeds, &c.Roles)
	if err != nil {
		return fmt.Errorf("consequences of an erasure: %w", err)
	}
	if until != nil {
		c.PremiumUntil = *until
	}
	return nil
}

// upsertErasure stores a person's question with the hash of its token, in place of an earlier one that was not confirmed.
func upsertErasure(ctx context.Context, tx pgx.Tx, hash []byte, person int64, from Origin) error {
	tag, err := tx.Exec(ctx, `INSERT INTO erasure (token_hash, person, origin) VALUES ($1, $2, $3)
		ON CONFLICT (person) DO UPDATE SET token_hash = $1, origin = $3, asked_at = clock_timestamp() WHERE erasure.confirmed_at IS NULL`, hash, person, from)
	if err != nil {
		return fmt.Errorf("ask about an erasure: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrUnderWay
	}
	return nil
}

// confirmErasure marks the erasure of a token as confirmed. first is true if this call marked it. person is 0 if the erasure is already finished.
func confirmErasure(ctx context.Context, tx pgx.Tx, hash []byte) (person int64, from Origin, first bool, err error) {
	var known *int64
	var confirmed, fresh bool
	err = tx.QueryRow(ctx, `SELECT person, origin, confirmed_at IS NOT NULL, asked_at > clock_timestamp() - make_interval(secs => $2) FROM erasure WHERE token_hash = $1 FOR UPDATE`,
		hash, ConfirmWithin.Seconds()).Scan(&known, &from, &confirmed, &fresh)
	switch {
	case errors.Is(err, pgx.ErrNoRows), err == nil && !confirmed && !fresh:
		return 0, "", false, ErrStale
	case err != nil:
		return 0, "", false, fmt.Errorf("confirm an erasure: %w", err)
	case known == nil:
		return 0, from, false, nil
	case confirmed:
		return *known, from, false, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE erasure SET confirmed_at = clock_timestamp() WHERE token_hash = $1`, hash); err != nil {
		return 0, "", false, fmt.Errorf("confirm an erasure: %w", err)
	}
	return *known, from, true, nil
}

// lockConfirmed locks the confirmed erasure of a person. It returns false if there is none, or if it is done.
func lockConfirmed(ctx context.Context, tx pgx.Tx, person int64) (bool, error) {
	tag, err := tx.Exec(ctx, `SELECT FROM erasure WHERE person = $1 AND confirmed_at IS NOT NULL FOR UPDATE`, person)
	if err != nil {
		return false, fmt.Errorf("lock a confirmed erasure: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// withdrawErasure deletes the confirmed erasure of a person.
func withdrawErasure(ctx context.Context, q storage.Queryer, person int64) error {
	if _, err := q.Exec(ctx, `DELETE FROM erasure WHERE person = $1 AND confirmed_at IS NOT NULL`, person); err != nil {
		return fmt.Errorf("withdraw an erasure: %w", err)
	}
	return nil
}

// finishErasure marks the confirmed erasure of a person as done, and deletes a question that was not confirmed.
func finishErasure(ctx context.Context, tx pgx.Tx, person int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM erasure WHERE person = $1 AND confirmed_at IS NULL`, person); err != nil {
		return fmt.Errorf("finish an erasure: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE erasure SET person = NULL, done_at = clock_timestamp() WHERE person = $1`, person); err != nil {
		return fmt.Errorf("finish an erasure: %w", err)
	}
	return nil
}

// confirmedErasure is one that is not done.
type confirmedErasure struct {
	Person int64
	Origin Origin
}

// selectConfirmed reads a page of confirmed erasures in the order of their people.
func selectConfirmed(ctx context.Context, q storage.Queryer, after int64, most int) ([]confirmedErasure, error) {
	rows, err := q.Query(ctx, `SELECT person, origin FROM erasure WHERE confirmed_at IS NOT NULL AND person > $1 ORDER BY person LIMIT $2`, after, most)
	if err != nil {
		return nil, fmt.Errorf("confirmed erasures: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[confirmedErasure])
	if err != nil {
		return nil, fmt.Errorf("confirmed erasures: %w", err)
	}
	return found, nil
}

// deleteOldErasures deletes questions that nobody can confirm any more, and erasures that were done a week ago.
func deleteOldErasures(ctx context.Context, q storage.Queryer) error {
	_, err := q.Exec(ctx, `DELETE FROM erasure WHERE confirmed_at IS NULL AND asked_at < clock_timestamp() - interval '1 day' OR done_at < clock_timestamp() - interval '7 days'`)
	if err != nil {
		return fmt.Errorf("old erasures: %w", err)
	}
	return nil
}

// insertAudit adds a line about an erasure to the audit of each club that knew the person. The line has the pseudonym.
func insertAudit(ctx context.Context, tx pgx.Tx, person, pseudonym int64, origin string) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit (club_id, actor_id, actor_role, origin, action)
		SELECT club_id, $2, 'member', $3, 'erase' FROM (SELECT club_id FROM club_member WHERE member_id = $1 UNION SELECT club_id FROM booking WHERE member_id = $1) known`, person, pseudonym, origin)
	if err != nil {
		return fmt.Errorf("audit of an erasure: %w", err)
	}
	return nil
}
