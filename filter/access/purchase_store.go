package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

// lockPerson makes changes of one person's purchases and entitlements wait for one another until the transaction ends.
func lockPerson(ctx context.Context, tx pgx.Tx, person filter.UserID) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('premium', $1))`, int64(person)); err != nil {
		return fmt.Errorf("lock person %d: %w", person, err)
	}
	return nil
}

const purchaseColumns = "replace(u.reference::text, '-', ''), u.plan_id, u.buyer, u.receiver, u.days, u.stars, u.subscription, u.link, u.created_at"

func (u *Purchase) fields() []any {
	return []any{&u.Reference, &u.Plan, &u.Buyer, &u.Receiver, &u.Days, &u.Stars, &u.Subscription, &u.Link, &u.CreatedAt}
}

// insertPurchase stores a purchase, or returns an unpaid one of the same terms that is younger than recent.
func insertPurchase(ctx context.Context, tx pgx.Tx, u Purchase, recent time.Duration) (Purchase, error) {
	err := tx.QueryRow(ctx, `SELECT `+purchaseColumns+` FROM premium_purchase u WHERE buyer = $1 AND created_at > now() - $7::interval
		AND plan_id = $2 AND receiver = $3 AND days = $4 AND stars = $5 AND subscription = $6
		AND NOT EXISTS (SELECT FROM premium_payment y WHERE y.reference = u.reference) ORDER BY created_at DESC LIMIT 1`,
		u.Buyer, u.Plan, u.Receiver, u.Days, u.Stars, u.Subscription, recent).Scan(u.fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		err = tx.QueryRow(ctx, `INSERT INTO premium_purchase AS u (buyer, plan_id, receiver, days, stars, subscription) VALUES ($1, $2, $3, $4, $5, $6)
			RETURNING `+purchaseColumns, u.Buyer, u.Plan, u.Receiver, u.Days, u.Stars, u.Subscription).Scan(u.fields()...)
	}
	if err != nil {
		return u, fmt.Errorf("store purchase of plan %d by %d: %w", u.Plan, u.Buyer, err)
	}
	return u, nil
}

func updateLink(ctx context.Context, q storage.Queryer, r Reference, link string) error {
	if _, err := q.Exec(ctx, `UPDATE premium_purchase SET link = $2 WHERE reference = $1::uuid`, string(r), link); err != nil {
		return fmt.Errorf("store link of purchase: %w", err)
	}
	return nil
}

// selectPurchase reads a purchase with its plan, and whether it was paid. It returns ErrPurchase if there is none.
func selectPurchase(ctx context.Context, q storage.Queryer, r Reference) (u Purchase, p Plan, paid bool, err error) {
	err = q.QueryRow(ctx, `SELECT `+purchaseColumns+`, `+planColumns+`, EXISTS (SELECT FROM premium_payment y WHERE y.reference = u.reference)
		FROM premium_purchase u JOIN plan p ON p.id = u.plan_id WHERE u.reference = $1::uuid`, string(r)).Scan(append(append(u.fields(), p.fields()...), &paid)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, p, false, ErrPurchase
	}
	if err != nil {
		return u, p, false, fmt.Errorf("read purchase: %w", err)
	}
	return u, p, paid, nil
}

func hasSubscription(ctx context.Context, q storage.Queryer, person filter.UserID, plan PlanID) (has bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM entitlement WHERE person = $1 AND plan_id = $2 AND renews AND ended_at IS NULL AND until_at + $3::interval > now())`,
		person, plan, renewalGrace).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("read subscription of %d: %w", person, err)
	}
	return has, nil
}

const boughtQuery = `SELECT y.charge_id, coalesce(p.title, ''), y.stars, y.paid_at, y.refund, coalesce(e.renews AND e.ended_at IS NULL, false),
		coalesce(replace(u.reference::text, '-', ''), ''), coalesce(u.plan_id, 0), y.payer, coalesce(u.receiver, y.payer), coalesce(u.subscription, false)
	FROM premium_payment y LEFT JOIN premium_purchase u USING (reference) LEFT JOIN plan p ON p.id = u.plan_id LEFT JOIN entitlement e ON e.charge_id = y.charge_id `

func (b *Bought) fields() []any {
	u := &b.Purchase
	return []any{&b.Charge, &b.Title, &b.Stars, &b.At, &b.Refund, &b.Renews, &u.Reference, &u.Plan, &u.Buyer, &u.Receiver, &u.Subscription}
}

func collectBought(ctx context.Context, q storage.Queryer, where string, args ...any) ([]Bought, error) {
	rows, err := q.Query(ctx, boughtQuery+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Bought, err error) { return b, row.Scan(b.fields()...) })
}

func selectBought(ctx context.Context, q storage.Queryer, person filter.UserID, limit int) ([]Bought, error) {
	list, err := collectBought(ctx, q, `WHERE y.payer = $1 ORDER BY y.paid_at DESC, y.charge_id LIMIT $2`, person, limit)
	if err != nil {
		return nil, fmt.Errorf("read payments of %d: %w", person, err)
	}
	return list, nil
}

func selectSubscription(ctx context.Context, q storage.Queryer, person filter.UserID, plan PlanID) (Bought, error) {
	list, err := collectBought(ctx, q, `WHERE u.buyer = $1 AND u.plan_id = $2 AND u.subscription AND e.renews AND e.ended_at IS NULL AND e.until_at + $3::interval > now()
		ORDER BY e.until_at DESC LIMIT 1`, person, plan, renewalGrace)
	if err != nil {
		return Bought{}, fmt.Errorf("read subscription of %d: %w", person, err)
	}
	if len(list) == 0 {
		return Bought{}, ErrNoSubscription
	}
	return list[0], nil
}

// cancelPurchase ends the renewals of a subscription.
func cancelPurchase(ctx context.Context, tx pgx.Tx, r Reference) error {
	b := new(pgx.Batch)
	b.Queue(`UPDATE premium_purchase SET canceled_at = coalesce(canceled_at, now()) WHERE reference = $1::uuid`, string(r))
	b.Queue(`UPDATE entitlement e SET renews = false FROM premium_payment y WHERE y.charge_id = e.charge_id AND y.reference = $1::uuid`, string(r))
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("cancel subscription: %w", err)
	}
	return nil
}
