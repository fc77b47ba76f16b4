package booking

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// recordAudit adds a line to the audit, in the transaction of what it tells of. detail holds ids, times and amounts only.
func (c *change) recordAudit(ctx context.Context, action string, b Booking, detail map[string]any) error {
	batch := new(pgx.Batch)
	if err := c.queueAudit(batch, action, b, detail); err != nil {
		return err
	}
	if err := c.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

func (c *change) queueAudit(batch *pgx.Batch, action string, b Booking, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	data, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	var booking *ID
	if b.ID != 0 {
		booking = &b.ID
	}
	role, origin := c.actor.Role, c.actor.Origin
	if role == "" {
		role = Guest
	}
	batch.Queue(`INSERT INTO audit (club_id, at, actor_id, actor_role, origin, action, booking_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.setup.club.ID, c.at, c.actor.ID, role, origin, action, booking, data)
	return nil
}

// recordChange ends every change of a booking: the tokens of its slots, the audit, and what its member is told.
func (c *change) recordChange(ctx context.Context, action string, b *Booking, tell notice, detail map[string]any) error {
	batch := new(pgx.Batch)
	c.queueTokensOf(batch, b.Nets, b.occupied())
	if err := c.queueAudit(batch, action, *b, detail); err != nil {
		return err
	}
	if err := c.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("%s booking %d: %w", action, b.ID, err)
	}
	return c.notify(ctx, tell, *b)
}

// AuditQuery picks lines: of one booking, or of the club after a line.
type AuditQuery struct {
	Club    ClubID
	Booking ID
	After   int64
	Limit   int  // 100 where 0, at most 1000
	Newest  bool // the last ones, not the first
}

// Audit reads lines, oldest first.
func (s *Service) Audit(ctx context.Context, actor Actor, query AuditQuery) ([]AuditEntry, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	limit := query.Limit
	if limit <= 0 {
		limit = 100
	}
	order := ""
	if query.Newest {
		order = " DESC"
	}
	lines, err := collect(ctx, s.db, scanAudit, `
		SELECT id, at, actor_id, actor_role, origin, action, coalesce(booking_id, 0), detail FROM audit
		WHERE club_id = $1 AND id > $2 AND ($3 = 0 OR booking_id = $3) ORDER BY id`+order+` LIMIT $4`, query.Club, query.After, query.Booking, min(limit, 1000))
	if err != nil {
		return nil, translate(ctx, fmt.Errorf("read audit: %w", err))
	}
	if query.Newest {
		slices.Reverse(lines)
	}
	return lines, nil
}

func scanAudit(row pgx.CollectableRow) (e AuditEntry, err error) {
	var detail []byte
	if err = row.Scan(&e.ID, &e.At, &e.Actor, &e.Role, &e.Origin, &e.Action, &e.Booking, &detail); err != nil {
		return e, err
	}
	return e, json.Unmarshal(detail, &e.Detail)
}
