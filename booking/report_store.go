package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// salesEntry is an entry of the sales account with the way of its payment.
type salesEntry struct {
	at       time.Time
	provider Provider
	method   string
	currency string
	minor    int64
}

// selectSalesEntries reads the entries of a club's sales in some time.
func selectSalesEntries(ctx context.Context, q storage.Queryer, club ClubID, during Span) ([]salesEntry, error) {
	list, err := collect(ctx, q, func(row pgx.CollectableRow) (e salesEntry, err error) {
		err = row.Scan(&e.at, &e.provider, &e.method, &e.currency, &e.minor)
		return e, err
	}, `SELECT l.at, p.provider, p.method, l.currency, l.minor FROM ledger l JOIN payment p ON p.id = l.payment_id
		WHERE l.account = 'sales' AND l.at >= $2 AND l.at < $3 AND p.club_id = $1`, club, during.Start, during.End)
	if err != nil {
		return nil, fmt.Errorf("read the sales of club %d: %w", club, err)
	}
	return list, nil
}
