package booking

import (
	"context"
	"time"

	"pavilion/internal/fault"
)

// Errors of quotas.
var (
	ErrQuotaActive = fault.New(fault.Conflict, "quota_active")
	ErrQuotaWeek   = fault.New(fault.Conflict, "quota_week")
)

// usage is a member's share of the quotas without the booking that is being checked.
type usage struct {
	active int           // bookings ahead
	week   time.Duration // net time in the week, Monday to Sunday, of the opening day
}

// limitsMembers tells whether a member's other bookings must be counted.
func (p Policy) limitsMembers() bool { return p.QuotaActive > 0 || p.QuotaWeek > 0 }

// checkQuota applies the club's limits to a member who has u and asks for another booking. Two nets for an hour are two hours.
func (p Policy) checkQuota(u usage, nets int, span Span) error {
	if p.QuotaActive > 0 && u.active >= p.QuotaActive {
		return ErrQuotaActive
	}
	if p.QuotaWeek > 0 && u.week+time.Duration(nets)*span.Length() > p.QuotaWeek {
		return ErrQuotaWeek
	}
	return nil
}

// checkMemberQuota applies the quotas to the booking's member, and returns the member's usage. The member's lock is held, so two requests cannot both
// use the last free place.
func (c *change) checkMemberQuota(ctx context.Context, b Booking) (usage, error) {
	if !c.setup.club.Policy.limitsMembers() {
		return usage{}, nil
	}
	u, err := selectUsage(ctx, c.tx, b, c.at)
	if err != nil {
		return u, err
	}
	return u, c.checkUsage(u, b)
}

// checkUsage applies the quotas to a usage that was read before. Quotas do not apply to staff.
func (c *change) checkUsage(u usage, b Booking) error {
	if c.actor.isStaff() {
		return nil
	}
	return c.setup.club.Policy.checkQuota(u, len(b.Nets), b.Span)
}
