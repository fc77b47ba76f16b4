package booking

import (
	"time"

	"pavilion/internal/fault"
)

// Errors of quotas.
var (
	ErrQuotaActive = fault.New(fault.Conflict, "quota_active", "You have as many bookings ahead as the club allows.")
	ErrQuotaWeek   = fault.New(fault.Conflict, "quota_week", "That is more time in one week than the club allows.")
)

// usage is what a member has already.
type usage struct {
	active int           // bookings ahead
	week   time.Duration // net time in the week, Monday to Sunday, of the opening day
}

// checkQuota refuses more bookings ahead, or more net time in a week, than the club allows one member. Two nets for an hour are two hours.
func (p Policy) checkQuota(u usage, nets int, span Span) error {
	if p.QuotaActive > 0 && u.active >= p.QuotaActive {
		return ErrQuotaActive
	}
	if p.QuotaWeek > 0 && u.week+time.Duration(nets)*span.Length() > p.QuotaWeek {
		return ErrQuotaWeek
	}
	return nil
}
