package booking

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// Advisory locks, each until the transaction ends. They are taken in this order, nets by id, so no two steps wait for each other in a
// circle: club, then member, then nets. EXCLUDE alone would be correct and would end in deadlocks under load.
const (
	lockClub = 0x70617601 // shared by every change of a booking, exclusive for changes of the club itself
	lockNet  = 0x70617602
)

// locks say what a change must have for itself.
type locks struct {
	club    ClubID
	admin   bool       // the club's own settings change: no booking may be in between
	members []MemberID // whose quotas count
	nets    []NetID
}

// change is one transaction over a club's bookings, after its locks were taken.
type change struct {
	*Service
	tx            pgx.Tx
	actor         Actor
	at            time.Time // the database's clock, read when all locks were held
	setup         *setup
	locked        []NetID
	withholdFreed bool // freed time is not offered: something else is about to take it
}

// withLocks locks, reads the clock and the club, and runs fn.
func (s *Service) withLocks(ctx context.Context, actor Actor, l locks, fn func(ctx context.Context, c *change) error) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		c := &change{Service: s, tx: tx, actor: actor, locked: l.nets}
		token, err := c.acquireLocks(ctx, l)
		if err != nil {
			return err
		}
		if c.setup, err = s.setups.load(ctx, tx, l.club, token); err != nil {
			return err
		}
		return fn(ctx, c)
	})
}

// acquireLocks takes the locks and reads clock and broad token in one round trip.
func (c *change) acquireLocks(ctx context.Context, l locks) (token string, err error) {
	b := new(pgx.Batch)
	b.Queue(`SELECT set_config('lock_timeout', $1, true)`, strconv.FormatInt(c.lockWait.Milliseconds(), 10))
	if l.admin {
		b.Queue(`SELECT pg_advisory_xact_lock($1, $2)`, lockClub, int32(l.club)) //nolint:gosec // a wrapped id only waits for a stranger
	} else {
		b.Queue(`SELECT pg_advisory_xact_lock_shared($1, $2)`, lockClub, int32(l.club)) //nolint:gosec // as above
	}
	slices.Sort(l.members)
	for _, m := range slices.Compact(l.members) {
		b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended('pavilion booking member ' || $1::text, 0))`, strconv.FormatInt(int64(m), 10))
	}
	for _, key := range netLockKeys(l.nets) {
		b.Queue(`SELECT pg_advisory_xact_lock($1, $2)`, lockNet, key)
	}
	b.Queue(`SELECT booking_clock(), coalesce((SELECT token::text FROM availability_token WHERE club_id = $1 AND net_id = 0 AND day = '-infinity'), '')`, l.club).
		QueryRow(func(row pgx.Row) error { return row.Scan(&c.at, &token) })
	if err := c.tx.SendBatch(ctx, b).Close(); err != nil {
		return "", fmt.Errorf("lock club %d: %w", l.club, err)
	}
	return token, nil
}

// netLockKeys are the locks of nets in their order. It is the keys that are sorted: a made-up id that wraps must not come out of turn.
func netLockKeys(nets []NetID) []int32 {
	keys := make([]int32, len(nets))
	for i, n := range nets {
		keys[i] = int32(n) //nolint:gosec // as above
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// sortedNets is a copy in lock order without repeats.
func sortedNets(nets []NetID) []NetID {
	sorted := slices.Clone(nets)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
