package booking

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// locks names what a change locks.
type locks struct {
	club    ClubID
	admin   bool       // the club's settings change: no booking changes at the same time
	members []MemberID // whose quotas count
	nets    []NetID
	check   *slotCheck // runs under the locks, in their round trip; nil for none
}

// change is one transaction over a club's bookings that holds its locks.
type change struct {
	*Service
	tx         pgx.Tx
	actor      Actor
	at         time.Time // the database's clock, read when all locks were held
	setup      *setup
	locked     []NetID
	check      *slotCheck     // made with the locks; insertBooking uses it if it fits
	changed    map[string]any // before and after, for the audit, of what is no part of the settings
	noted      map[string]any // more that the audit line of a change of settings has
	redated    []Booking      // bookings that this change moved to another day
	skipOffers bool           // freed time is not offered to the waitlist, because this change takes it

	paidFromChat bool // a payment that the member began in the chat confirms the booking
}

// withLocks begins a transaction, takes the locks, reads the clock and the club's settings, and runs fn.
func (s *Service) withLocks(ctx context.Context, actor Actor, l locks, fn func(ctx context.Context, c *change) error) error {
	if actor.Reason = cleanText(actor.Reason); tooLong(actor.Reason, maxReason) {
		return ErrReason
	}
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		at, token, err := takeLocks(ctx, tx, l, s.lockWait)
		if err != nil {
			return err
		}
		set, err := s.setups.load(ctx, tx, l.club, token)
		if err != nil {
			return err
		}
		return fn(ctx, &change{Service: s, tx: tx, actor: actor, at: at, setup: set, locked: l.nets, check: l.check})
	})
}

// netLockKeys returns the lock keys of nets in lock order. It sorts the keys, not the ids: a made-up id may overflow to another key, and keys out
// of order could deadlock.
func netLockKeys(nets []NetID) []int32 {
	keys := make([]int32, len(nets))
	for i, n := range nets {
		keys[i] = int32(n) //nolint:gosec // a made-up id that overflows locks another net's key, which only costs time
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// sortedNets returns a copy in lock order without repeats.
func sortedNets(nets []NetID) []NetID {
	sorted := slices.Clone(nets)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
