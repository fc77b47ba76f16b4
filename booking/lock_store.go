package booking

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// Classes of advisory locks. Each lock is held until the transaction ends. All changes take them in one order (club, members by id, nets by id), so
// two changes cannot wait for each other in a circle. The EXCLUDE constraint alone would be correct too, but would end in deadlocks under load.
const (
	lockClub = 0x70617601 // shared by every change of a booking, exclusive for changes of the club's settings
	lockNet  = 0x70617602
)

// silentTransaction is how long Postgres waits for the next statement of a transaction. Then it ends the transaction and releases its locks. This frees
// the locks of a process that was cut off and could not close its connections. It is longer than the timeout of a request (5 s).
const silentTransaction = "10s"

// takeLocks takes the locks, then reads the clock and the club token and makes the check, all in one round trip. It is preceded by one more if the
// transaction has a key that was not looked up yet: a repeated request must not wait for locks.
func takeLocks(ctx context.Context, tx pgx.Tx, l locks, wait time.Duration) (at time.Time, token string, err error) {
	if err := storage.Flush(ctx, tx); err != nil {
		return at, "", err
	}
	b := new(pgx.Batch)
	b.Queue(`SELECT set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)`, strconv.FormatInt(wait.Milliseconds(), 10), silentTransaction)
	if l.admin {
		b.Queue(`SELECT pg_advisory_xact_lock($1, $2)`, lockClub, int32(l.club)) //nolint:gosec // an id that overflows locks another club's key, which only costs time
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
		QueryRow(func(row pgx.Row) error { return row.Scan(&at, &token) })
	if l.check != nil {
		l.check.queue(b)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return at, "", fmt.Errorf("lock club %d: %w", l.club, err)
	}
	return at, token, nil
}
