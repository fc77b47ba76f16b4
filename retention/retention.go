package retention

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Days say after how many days rows go.
type Days struct {
	Audit         int // of what happened to bookings without a payment after they were made; at least 365, which the schema holds
	Notifications int // since they were sent or given up, of bookings in the past
	PaymentEvents int // since they were applied; their keys drop repeated callbacks
	Inbox         int // since a message to the bot was answered; its key drops what Telegram repeats
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

// Run deletes what is old now and returns the number of rows. What a run that ends early leaves is for the next one.
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
