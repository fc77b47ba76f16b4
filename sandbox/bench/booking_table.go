package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// overlaps returns the number of live bookings of this run that overlap another.
const overlaps = `
	SELECT count(*) FROM booking_slot a WHERE a.booking_id > $1 AND a.state IN ('held', 'confirmed', 'checked_in') AND EXISTS (
		SELECT FROM booking_slot b WHERE a.net_id = b.net_id AND a.occupied && b.occupied AND a.booking_id <> b.booking_id AND b.state IN ('held', 'confirmed', 'checked_in'))`

var errBroken = errors.New("the bookings are not as they must be")

// table prints the results of each load and the checks of the database. A broken invariant is an error; answers of an overloaded server are only
// printed.
func (b *bookingBench) table(ctx context.Context) error {
	fmt.Fprintln(b.out, "\n| load | tries | won | taken | other answers |\n|---|---|---|---|---|")
	var broken []string
	for _, l := range b.loads {
		others := "0"
		if len(l.other) > 0 {
			var list []string
			for _, status := range slices.Sorted(maps.Keys(l.other)) {
				list = append(list, fmt.Sprintf("%d × %d", l.other[status], status))
				if status != http.StatusServiceUnavailable {
					broken = append(broken, l.name+": "+list[len(list)-1])
				}
			}
			others = strings.Join(list, ", ")
		}
		fmt.Fprintf(b.out, "| %s | %d | %d | %d | %s |\n", l.name, l.tries, l.won, l.lost, others)
	}
	var over, dead int64
	if err := b.db.QueryRow(ctx, overlaps, b.filled).Scan(&over); err != nil {
		return fmt.Errorf("count overlaps: %w", err)
	}
	if err := b.db.QueryRow(ctx, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&dead); err != nil {
		return fmt.Errorf("count deadlocks: %w", err)
	}
	fmt.Fprintf(b.out, "\n# overlaps in the database: %d, deadlocks in Postgres: %d; 503 says that the server is busy, try again\n", over, dead)
	if over > 0 {
		broken = append(broken, fmt.Sprintf("%d overlaps", over))
	}
	if dead > 0 { // a retry resolves most of them, but the lock order should prevent all
		broken = append(broken, fmt.Sprintf("%d deadlocks", dead))
	}
	if len(broken) > 0 {
		return fmt.Errorf("%w: %s", errBroken, strings.Join(broken, "; "))
	}
	return nil
}
