package booking

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
)

// DefaultPolicy is the policy of a new club. An admin can change every value of it.
func DefaultPolicy() Policy {
	return Policy{
		Grid: 30 * time.Minute, Min: 30 * time.Minute, Max: 3 * time.Hour, Horizon: 30,
		Hold: 10 * time.Minute, HoldMax: 30 * time.Minute, Offer: 15 * time.Minute, CancelFree: 24 * time.Hour, CancelFee: 50,
		CheckIn: 30 * time.Minute, NoShow: 15 * time.Minute, Reminder: 2 * time.Hour,
		QuotaHeld: DefaultQuotaHeld, QuotaActive: DefaultQuotaActive, QuotaWeek: DefaultQuotaWeek,
	}
}

// Overview is a club with all its settings except closures.
type Overview struct {
	Club    Club
	Nets    []Net // retired ones included
	Hours   []OpeningHours
	Prices  []PriceRule
	Members []Membership
}

// Overview reads a club with its nets, hours, prices and roles; for its admins. Inside SetUp it sees the changes of that transaction.
func (s *Service) Overview(ctx context.Context, actor Actor, id ClubID) (o Overview, err error) {
	if err := actor.mustBeAdmin(); err != nil {
		return o, err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		set, err := selectSetup(ctx, tx, id)
		if err != nil {
			return err
		}
		members, err := selectMembers(ctx, tx, id, 0, math.MaxInt32)
		o = Overview{Club: set.club, Nets: set.nets, Hours: set.hours, Prices: set.prices, Members: members}
		return err
	})
	return o, err
}

// SetUp runs several changes of settings in one transaction. A lock lets only one SetUp run at a time, so two callers cannot both create the first
// club.
func (s *Service) SetUp(ctx context.Context, fn func(ctx context.Context, s *Service) error) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, _, err := takeLocks(ctx, tx, locks{admin: true}, s.lockWait); err != nil {
			return fmt.Errorf("set up: %w", err)
		}
		return fn(ctx, s.within(tx))
	})
}
