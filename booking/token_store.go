package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// batcher sends several statements in one round trip. Connections and transactions are batchers.
type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// selectTokens reads the clock and the tokens for days in one round trip.
func selectTokens(ctx context.Context, q batcher, club ClubID, from, to Day) (tokens, time.Time, error) {
	found := tokens{}
	var at time.Time
	b := new(pgx.Batch)
	b.Queue(`SELECT booking_clock()`).QueryRow(func(row pgx.Row) error { return row.Scan(&at) })
	b.Queue(`SELECT net_id, day - date '1970-01-01', token::text
		FROM availability_token WHERE club_id = $1 AND day BETWEEN $2 AND $3
		UNION ALL SELECT net_id, $4, token::text FROM availability_token WHERE club_id = $1 AND day = '-infinity'`, club, from.date(), to.date(), int32(everyDay)).
		Query(func(rows pgx.Rows) error {
			var k tokenKey
			var token string
			_, err := pgx.ForEachRow(rows, []any{&k.net, &k.day, &token}, func() error {
				found[k] = token
				return nil
			})
			return err
		})
	if err := q.SendBatch(ctx, b).Close(); err != nil {
		return nil, at, fmt.Errorf("read tokens of club %d: %w", club, err)
	}
	return found, at, nil
}

// replaceTokens gives tokens new random values. It runs in the transaction of the change, so readers see the change and the new tokens at once.
func replaceTokens(ctx context.Context, q batcher, club ClubID, keys map[tokenKey]bool) error {
	batch := new(pgx.Batch)
	queueTokens(batch, club, keys)
	if err := q.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("replace tokens of club %d: %w", club, err)
	}
	return nil
}

func queueTokens(batch *pgx.Batch, club ClubID, keys map[tokenKey]bool) {
	nets, days := make([]int64, 0, len(keys)), make([]*int32, 0, len(keys))
	for k := range keys {
		nets = append(nets, int64(k.net))
		var day *int32
		if k.day != everyDay {
			n := int32(k.day) //nolint:gosec // a date
			day = &n
		}
		days = append(days, day)
	}
	batch.Queue(`
		INSERT INTO availability_token (club_id, net_id, day)
		SELECT $1, net, coalesce(date '1970-01-01' + day, '-infinity') FROM unnest($2::bigint[], $3::int[]) AS t(net, day) ORDER BY 2, 3
		ON CONFLICT (club_id, net_id, day) DO UPDATE SET token = gen_random_uuid()`, club, nets, days)
}
