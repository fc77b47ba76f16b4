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

func isUnknownPurchase(err error) bool { return errors.Is(err, ErrPurchase) }

// selectPurchaseOf is selectPurchase that also takes an empty reference.
func selectPurchaseOf(ctx context.Context, tx pgx.Tx, r Reference) (Purchase, error) {
	if r == "" {
		return Purchase{}, ErrPurchase
	}
	bought, _, _, err := selectPurchase(ctx, tx, r)
	return bought, err
}

// insertPayment stores a payment; false where its charge is stored. A payment without a purchase is due for a refund.
func insertPayment(ctx context.Context, tx pgx.Tx, paid Paid, r Reference, known bool) (bool, error) {
	reference, refund := new(string(r)), RefundNone
	if !known {
		reference, refund = nil, RefundDue
	}
	tag, err := tx.Exec(ctx, `INSERT INTO premium_payment (charge_id, reference, payer, stars, paid_at, refund) VALUES ($1, $2::uuid, $3, $4, $5, $6) ON CONFLICT (charge_id) DO NOTHING`,
		paid.Charge, reference, paid.Payer, paid.Stars, paid.At, refund)
	if err != nil {
		return false, fmt.Errorf("store payment %s: %w", paid.Charge, err)
	}
	return tag.RowsAffected() == 1, nil
}

// markRefunded notes that a payment went back; false where it was noted.
func markRefunded(ctx context.Context, tx pgx.Tx, charge string) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE premium_payment SET refund = 'done' WHERE charge_id = $1 AND refund <> 'done'`, charge)
	if err != nil {
		return false, fmt.Errorf("mark payment %s as refunded: %w", charge, err)
	}
	return tag.RowsAffected() == 1, nil
}

// markRefundDue notes that a payment has to go back. It returns the purchase if it is a subscription.
func markRefundDue(ctx context.Context, tx pgx.Tx, charge string, by filter.UserID) (Reference, error) {
	var state Refund
	var subscription Reference
	err := tx.QueryRow(ctx, `SELECT y.refund, CASE WHEN u.subscription THEN replace(u.reference::text, '-', '') ELSE '' END
		FROM premium_payment y JOIN premium_purchase u USING (reference) WHERE y.charge_id = $1 FOR UPDATE OF y`, charge).Scan(&state, &subscription)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", ErrCharge
	case err == nil && (state == RefundDone || state == RefundDue):
		return "", ErrChargeRefunded
	}
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE premium_payment SET refund = 'due', refunded_by = $2, try_at = now() WHERE charge_id = $1`, charge, by)
	}
	if err != nil {
		return "", fmt.Errorf("mark payment %s for a refund: %w", charge, err)
	}
	return subscription, nil
}

// selectReceiver returns the person whose entitlement a charge paid for; 0 where there is none.
func selectReceiver(ctx context.Context, tx pgx.Tx, charge string) (person filter.UserID, err error) {
	err = tx.QueryRow(ctx, `SELECT person FROM entitlement WHERE charge_id = $1`, charge).Scan(&person)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("read receiver of payment %s: %w", charge, err)
	}
	return person, nil
}

// appendEntitlement adds time behind what the person has of the plan; from e.From, or now where that is zero, if they have none then. by is the admin who
// gives it.
func appendEntitlement(ctx context.Context, tx pgx.Tx, e Entitlement, by filter.UserID, length time.Duration) error {
	var charge, giver, from any
	if e.Charge != "" {
		charge, from = e.Charge, e.From
	} else {
		giver = by
	}
	b := new(pgx.Batch)
	b.Queue(`INSERT INTO entitlement (person, plan_id, charge_id, given_by, from_at, until_at, renews)
		SELECT $1, $2, $3, $4::bigint, begin, begin + $6::interval, $7 FROM (SELECT greatest(coalesce($5::timestamptz, now()),
			(SELECT max(until_at) FROM entitlement WHERE person = $1 AND plan_id = $2 AND ended_at IS NULL)) AS begin) AS chain`,
		e.Person, e.Plan, charge, giver, from, length, e.Renews)
	if e.Renews { // a renewal takes the grace of the periods before, and proves that the subscription goes on
		b.Queue(`UPDATE entitlement SET renews = false WHERE person = $1 AND plan_id = $2 AND charge_id IS DISTINCT FROM $3::text AND renews`, e.Person, e.Plan, charge)
		b.Queue(`UPDATE premium_purchase u SET canceled_at = NULL FROM premium_payment y WHERE y.charge_id = $1::text AND u.reference = y.reference`, charge)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("add entitlement of %d to plan %d: %w", e.Person, e.Plan, err)
	}
	return nil
}

// endEntitlement ends the entitlement of a charge, or the one with an id, and moves the later ones of the person and plan into its unused time.
func endEntitlement(ctx context.Context, tx pgx.Tx, charge string, id int64) error {
	_, err := tx.Exec(ctx, `WITH ended AS (
			UPDATE entitlement SET ended_at = now(), renews = false WHERE (charge_id = $1 OR id = $2) AND ended_at IS NULL
			RETURNING id, person, plan_id, until_at, greatest(interval '0', until_at - greatest(from_at, now())) AS unused
		)
		UPDATE entitlement later SET from_at = later.from_at - ended.unused, until_at = later.until_at - ended.unused FROM ended
		WHERE later.person = ended.person AND later.plan_id = ended.plan_id AND later.ended_at IS NULL AND later.id <> ended.id AND later.from_at >= ended.until_at`, charge, id)
	if err != nil {
		return fmt.Errorf("end entitlement: %w", err)
	}
	return nil
}

func selectNewest(ctx context.Context, q storage.Queryer, person filter.UserID) (id int64, err error) {
	if err := q.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM entitlement WHERE person = $1`, person).Scan(&id); err != nil {
		return 0, fmt.Errorf("read newest entitlement of %d: %w", person, err)
	}
	return id, nil
}

const entitlementColumns = "e.id, e.person, e.plan_id, p.title, coalesce(e.charge_id, ''), e.from_at, e.until_at, e.renews"

func (e *Entitlement) fields() []any {
	return []any{&e.ID, &e.Person, &e.Plan, &e.Title, &e.Charge, &e.From, &e.Until, &e.Renews}
}

func selectEntitlement(ctx context.Context, q storage.Queryer, id int64, person filter.UserID) (e Entitlement, err error) {
	err = q.QueryRow(ctx, `SELECT `+entitlementColumns+` FROM entitlement e JOIN plan p ON p.id = e.plan_id WHERE e.id = $1 AND e.person = $2 AND e.ended_at IS NULL`, id, person).Scan(e.fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, ErrEntitlementUnknown
	}
	if err != nil {
		return e, fmt.Errorf("read entitlement %d: %w", id, err)
	}
	return e, nil
}

func selectEntitlements(ctx context.Context, q storage.Queryer, person filter.UserID) ([]Entitlement, error) {
	rows, err := q.Query(ctx, `SELECT `+entitlementColumns+` FROM entitlement e JOIN plan p ON p.id = e.plan_id
		WHERE e.person = $1 AND e.ended_at IS NULL AND e.until_at + CASE WHEN e.renews THEN $2::interval ELSE interval '0' END > now() ORDER BY e.from_at, e.id`, person, renewalGrace)
	var list []Entitlement
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entitlement, err error) { return e, row.Scan(e.fields()...) })
	}
	if err != nil {
		return nil, fmt.Errorf("read entitlements of %d: %w", person, err)
	}
	return list, nil
}

// selectPremium returns those of some people who have a plan now.
func selectPremium(ctx context.Context, q storage.Queryer, people []filter.UserID) ([]filter.UserID, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT person FROM entitlement
		WHERE person = ANY($1) AND ended_at IS NULL AND from_at <= now() AND until_at + CASE WHEN renews THEN $2::interval ELSE interval '0' END > now()`, people, renewalGrace)
	var list []filter.UserID
	if err == nil {
		list, err = pgx.CollectRows(rows, pgx.RowTo[filter.UserID])
	}
	if err != nil {
		return nil, fmt.Errorf("read people with premium: %w", err)
	}
	return list, nil
}

// selectPerks reads the perks of the plans that a person has now.
func selectPerks(ctx context.Context, q storage.Queryer, person filter.UserID) ([]Perks, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT p.files_per_day, p.unprotected, p.priority FROM entitlement e JOIN plan p ON p.id = e.plan_id
		WHERE e.person = $1 AND e.ended_at IS NULL AND e.from_at <= now() AND e.until_at + CASE WHEN e.renews THEN $2::interval ELSE interval '0' END > now()`, person, renewalGrace)
	var list []Perks
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Perks, err error) {
			return k, row.Scan(&k.FilesPerDay, &k.Unprotected, &k.Priority)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read perks of %d: %w", person, err)
	}
	return list, nil
}
