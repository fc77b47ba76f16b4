package booking

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// insertAudit adds a line and replaces tokens, in one round trip.
func insertAudit(ctx context.Context, tx pgx.Tx, club ClubID, e AuditEntry, replaced map[tokenKey]bool) error {
	batch := new(pgx.Batch)
	if len(replaced) > 0 {
		queueTokens(batch, club, replaced)
	}
	if err := queueAudit(batch, club, e); err != nil {
		return err
	}
	return tx.SendBatch(ctx, batch).Close()
}

func queueAudit(batch *pgx.Batch, club ClubID, e AuditEntry) error {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("encode detail: %w", err)
	}
	batch.Queue(`INSERT INTO audit (club_id, at, actor_id, actor_role, origin, action, booking_id, detail, reason) VALUES ($1, $2, $3, $4, $5, $6, nullif($7::bigint, 0), $8, $9)`,
		club, e.At, e.Actor, e.Role, e.Origin, e.Action, e.Booking, detail, e.Reason)
	return nil
}

// selectAudit reads lines in the order of their ids, the last ones first when the query asks for the newest.
func selectAudit(ctx context.Context, q storage.Queryer, query AuditQuery) ([]AuditEntry, error) {
	order, of, args := "", "", []any{query.Club, query.After, query.Limit}
	if query.Newest {
		order = " DESC"
	}
	if query.Booking != 0 {
		of, args = " AND booking_id = $4", append(args, query.Booking)
	}
	lines, err := collect(ctx, q, scanAudit, `
		SELECT id, at, actor_id, actor_role, origin, action, coalesce(booking_id, 0), detail, reason FROM audit
		WHERE club_id = $1 AND id > $2`+of+` ORDER BY id`+order+` LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("read audit: %w", err)
	}
	return lines, nil
}

func scanAudit(row pgx.CollectableRow) (e AuditEntry, err error) {
	var detail []byte
	if err = row.Scan(&e.ID, &e.At, &e.Actor, &e.Role, &e.Origin, &e.Action, &e.Booking, &detail, &e.Reason); err != nil {
		return e, err
	}
	return e, json.Unmarshal(detail, &e.Detail)
}
