package booking

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// AuditEntry is one line of the audit. Lines are only added, never changed.
type AuditEntry struct {
	ID      int64
	At      time.Time
	Actor   MemberID
	Role    Role
	Origin  string
	Action  string
	Booking ID // 0: about the club
	Detail  map[string]any
	Reason  string // as the actor typed it; may be empty
}

// creationAction is the audit's action for a new booking.
func creationAction(b Booking) string {
	switch {
	case b.Kind == Block:
		return "block"
	case b.Kind == Offer:
		return "offer"
	case b.State == Confirmed:
		return "book"
	}
	return "hold"
}

// auditEntry makes the line for an action on a booking; the zero booking stands for the club. detail holds ids, times and amounts only.
func (c *change) auditEntry(action string, b Booking, detail map[string]any) AuditEntry {
	role := c.actor.Role
	if role == "" {
		role = Guest
	}
	if b.Series != 0 {
		detail = maps.Clone(detail)
		if detail == nil {
			detail = map[string]any{}
		}
		detail["series"] = b.Series
	}
	return AuditEntry{At: c.at, Actor: c.actor.ID, Role: role, Origin: c.actor.Origin, Action: action, Booking: b.ID, Detail: detail, Reason: c.actor.Reason}
}

// overridden adds the rules that staff overrode with a new or moved booking to detail: notice, horizon and quotas.
func (c *change) overridden(b Booking, u usage, detail map[string]any) map[string]any {
	if b.Kind != Play || !c.actor.isStaff() || c.actor.ID == 0 {
		return detail
	}
	var rules []string
	for _, err := range []error{c.setup.checkNotice(b.Day, b.Span, c.at), c.setup.club.Policy.checkQuota(u, b)} {
		if err != nil {
			rules = append(rules, fault.CodeOf(err))
		}
	}
	if len(rules) > 0 {
		detail["override"] = rules
	}
	return detail
}

// recordAudit adds a line to the audit, in the transaction of the change.
func (c *change) recordAudit(ctx context.Context, action string, b Booking, detail map[string]any) error {
	if err := insertAudit(ctx, c.tx, c.setup.club.ID, c.auditEntry(action, b, detail), nil); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// recordChange ends every change of a booking: it replaces the tokens of its slots, adds the audit line and notifies the member.
func (c *change) recordChange(ctx context.Context, action string, b *Booking, tell notice, detail map[string]any) error {
	err := insertAudit(ctx, c.tx, c.setup.club.ID, c.auditEntry(action, *b, detail), c.setup.slotTokens(b.Nets, b.occupied()))
	if err != nil {
		return fmt.Errorf("%s booking %d: %w", action, b.ID, err)
	}
	return c.notify(ctx, tell, *b)
}

// AuditQuery selects lines of a club, or of one booking.
type AuditQuery struct {
	Club    ClubID
	Booking ID    // 0: all lines of the club
	After   int64 // only lines with a greater id
	Limit   int   // 100 where 0, at most 1000
	Newest  bool  // the last lines instead of the first
}

// Audit reads lines, oldest first.
func (s *Service) Audit(ctx context.Context, actor Actor, query AuditQuery) ([]AuditEntry, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	if query.Limit <= 0 {
		query.Limit = 100
	}
	query.Limit = min(query.Limit, 1000)
	lines, err := selectAudit(ctx, s.db, query)
	if err != nil {
		return nil, translate(ctx, err)
	}
	if query.Newest {
		slices.Reverse(lines)
	}
	return lines, nil
}
