package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// everyDay is the day of a token that counts for all days, as tokens are read.
const everyDay = Day(-1 << 31)

// tokenKey names a token: net 0 is every net.
type tokenKey struct {
	net NetID
	day Day
}

// tokens are the state of a club as far as some days are concerned.
type tokens map[tokenKey]string

// version is everything that an answer about one net and day depends on: broad, net, date, net+date.
func (t tokens) version(net NetID, day Day) string {
	return t.clubToken() + "/" + t[tokenKey{net, everyDay}] + "/" + t[tokenKey{0, day}] + "/" + t[tokenKey{net, day}]
}

// clubToken stands for the club's settings.
func (t tokens) clubToken() string { return t[tokenKey{0, everyDay}] }

// batcher sends several statements in one round trip; a connection and a transaction both do.
type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// selectTokens reads the clock and the tokens for days in one round trip.
func selectTokens(ctx context.Context, q batcher, club ClubID, from, to Day) (tokens, time.Time, error) {
	found := tokens{}
	var at time.Time
	b := new(pgx.Batch)
	b.Queue(`SELECT booking_clock()`).QueryRow(func(row pgx.Row) error { return row.Scan(&at) })
	b.Queue(`SELECT net_id, CASE WHEN isfinite(day) THEN day - date '1970-01-01' ELSE $4 END, token::text
		FROM availability_token WHERE club_id = $1 AND (day BETWEEN $2 AND $3 OR day = '-infinity')`, club, from.date(), to.date(), int32(everyDay)).
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

// manyDays is the length from which a change replaces the token of a net instead of one for each day.
const manyDays = 40

// queueTokensOf replaces the tokens of what a change of slots makes wrong, in its transaction: there is no moment at which the change is
// visible and the old token is too. A span that ends at 01:00 is also part of the evening before.
func (c *change) queueTokensOf(batch *pgx.Batch, nets []NetID, span Span) {
	keys := map[tokenKey]bool{}
	first, last := DayIn(span.Start, c.setup.club.Zone)-1, DayIn(span.End, c.setup.club.Zone)
	for _, net := range nets {
		if last-first > manyDays {
			keys[tokenKey{net, everyDay}] = true
			continue
		}
		for day := first; day <= last; day++ {
			keys[tokenKey{net, day}] = true
		}
	}
	queueTokens(batch, c.setup.club.ID, keys)
}

// replaceTokensOf is queueTouch by itself.
func (c *change) replaceTokensOf(ctx context.Context, nets []NetID, span Span) error {
	batch := new(pgx.Batch)
	c.queueTokensOf(batch, nets, span)
	if err := c.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("replace tokens of club %d: %w", c.setup.club.ID, err)
	}
	return nil
}

// replaceClubToken replaces the broad token: settings changed.
func (c *change) replaceClubToken(ctx context.Context) error {
	return replaceTokens(ctx, c.tx, c.setup.club.ID, map[tokenKey]bool{{0, everyDay}: true})
}

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
