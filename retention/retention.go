package retention

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Days are the ages in days at which rows are deleted.
type Days struct {
	Audit         int // of bookings without a payment, except the first line of each; the schema refuses less than 365
	Notifications int // since they were sent or given up, of bookings in the past
	PaymentEvents int // since they were applied; their keys recognise repeated callbacks
	Inbox         int // since a message to the bot was answered; its key recognises a repeated update
}

// Retention deletes old rows.
type Retention struct {
	db    *pgxpool.Pool
	days  Days
	batch int
}

// rowsAtOnce is the number of rows of a batch. A batch is a transaction.
const rowsAtOnce = 1000

// New makes a Retention.
func New(db *pgxpool.Pool, days Days) *Retention {
	return &Retention{db: db, days: days, batch: rowsAtOnce}
}

// Run deletes the rows that are old now and returns their number. After an interrupted run the next one deletes the rest.
func (r *Retention) Run(ctx context.Context) (deleted int64, err error) {
	for _, rule := range rules(r.days) {
		for n := int64(r.batch); n == int64(r.batch); {
			if n, err = deleteBatch(ctx, r.db, rule, r.batch); err != nil {
				return deleted, err
			}
			deleted += n
		}
	}
	return deleted, nil
}
