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
	ErrQuotaHeld   = fault.New(fault.Conflict, "quota_held")
)

// usage is a member's share of the quotas without the booking that is being checked.
type usage struct {
	active int           // bookings ahead
	held   int           // nets in live holds, without those that are kept for money under review
	week   time.Duration // net time in the week, Monday to Sunday, of the opening day
}

// checkQuota applies the club's limits to a member with usage u and the new booking b. Two nets for an hour count as two hours. QuotaHeld does not apply
// to a waitlist offer.
func (p Policy) checkQuota(u usage, b Booking) error {
	if b.State == Held && b.Kind == Play && u.held+len(b.Nets) > p.QuotaHeld {
		return ErrQuotaHeld
	}
	if p.QuotaActive > 0 && u.active >= p.QuotaActive {
		return ErrQuotaActive
	}
	if p.QuotaWeek > 0 && u.week+time.Duration(len(b.Nets))*b.Span.Length() > p.QuotaWeek {
		return ErrQuotaWeek
	}
	return nil
}

// checkMemberQuota reads the usage of the booking's member, applies the quotas and returns the usage. The caller holds the member's lock, so two
// requests cannot both use the rest of a quota.
func (c *change) checkMemberQuota(ctx context.Context, b Booking) (usage, error) {
	u, err := selectUsage(ctx, c.tx, b)
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
	return c.setup.club.Policy.checkQuota(u, b)
}
