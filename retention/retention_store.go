package retention

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// rule selects the old rows of a table by their key. The query takes the number of days and of rows.
type rule struct {
	table, key, old string
	days            int
	first           string // a statement that deletes what refers to the rows $1; may be empty
}

func rules(d Days) []rule {
	return []rule{
		{table: "bot_inbox", key: "ctid", days: d.Inbox, old: `SELECT ctid FROM bot_inbox WHERE handled_at < now() - make_interval(days => $1) LIMIT $2`},
		{
			table: "notification", key: "id", days: d.Notifications, first: `DELETE FROM notification_failure WHERE notification_id = ANY ($1)`,
			old: `SELECT n.id FROM notification n LEFT JOIN booking b ON b.id = n.booking_id
				WHERE n.created_at < booking_clock() - make_interval(days => $1) AND num_nonnulls(n.sent_at, n.dropped_at, n.failed_at) > 0
					AND coalesce(b.day, n.day) < (booking_clock() - make_interval(days => $1))::date
				LIMIT $2`,
		},
		{
			table: "payment_event", key: "id", days: d.PaymentEvents,
			old: `SELECT e.id FROM payment_event e WHERE e.applied_at < booking_clock() - make_interval(days => $1)
				AND NOT EXISTS (SELECT FROM payment_review r WHERE r.event_id = e.id) LIMIT $2`,
		},
		{
			table: "audit", key: "id", days: d.Audit,
			// The first line of a booking stays: it names the maker, and doctor checks that it exists.
			old: `SELECT a.id FROM audit a WHERE a.at < booking_clock() - make_interval(days => $1)
				AND EXISTS (SELECT FROM audit made WHERE made.booking_id = a.booking_id AND made.id < a.id)
				AND NOT EXISTS (SELECT FROM payment p WHERE p.booking_id = a.booking_id) LIMIT $2`,
		},
	}
}

// deleteBatch deletes at most most rows of a rule in one transaction.
func deleteBatch(ctx context.Context, db storage.Beginner, r rule, most int) (n int64, err error) {
	err = storage.InTx(ctx, db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('pavilion.expiring', 'on', true), set_config('lock_timeout', '2s', true)`); err != nil {
			return err
		}
		if r.first == "" {
			tag, err := tx.Exec(ctx, `DELETE FROM `+r.table+` WHERE `+r.key+` = ANY (ARRAY(`+r.old+`))`, r.days, most)
			n = tag.RowsAffected()
			return err
		}
		rows, err := tx.Query(ctx, r.old, r.days, most)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, r.first, ids); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM `+r.table+` WHERE `+r.key+` = ANY ($1)`, ids)
		n = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("delete old rows of %s: %w", r.table, err)
	}
	return n, nil
}
