package access

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// Errors of entitlements.
var (
	ErrEntitlementUnknown = fault.New(fault.NotFound, "entitlement_unknown")
	// ErrEntitlementPaid refuses to take back what was paid for. It is refunded instead.
	ErrEntitlementPaid = fault.New(fault.Conflict, "entitlement_paid")
	// ErrEntitlementChanged refuses a gift by somebody who has not seen the person's newest entitlement.
	ErrEntitlementChanged = fault.New(fault.Conflict, "entitlement_changed")
)

// Entitlement is time that a person has of a plan.
type Entitlement struct {
	ID          int64
	Person      filter.UserID
	Plan        PlanID
	Title       string // of the plan
	Charge      string // empty: given by an admin
	From, Until time.Time
	Renews      bool
}

// Paid is Telegram's message about a payment. It may be repeated or late.
type Paid struct {
	Charge  string
	Payload []byte
	Payer   filter.UserID
	Stars   int64
	At      time.Time
	Until   time.Time // end of the subscription's paid period; zero for a single payment
}

// NotePaid stores a payment and extends the receiver's time: from the end of what they have of the plan, or from the payment. A repeated message changes
// nothing; then fresh is false. A payment that belongs to no purchase is marked for a refund.
func (p *Premium) NotePaid(ctx context.Context, paid Paid) (fresh bool, err error) {
	reference, _ := parsePurchase(paid.Payload)
	if paid.Charge == "" {
		return false, ErrPurchase
	}
	var receiver filter.UserID
	err = storage.InTx(ctx, p.db, func(ctx context.Context, tx pgx.Tx) error {
		fresh = false
		bought, err := selectPurchaseOf(ctx, tx, reference)
		known := err == nil
		if err != nil && !isUnknownPurchase(err) {
			return err
		}
		receiver = bought.Receiver
		if err := lockPerson(ctx, tx, receiver); err != nil {
			return err
		}
		if fresh, err = insertPayment(ctx, tx, paid, reference, known); err != nil || !fresh || !known {
			return err
		}
		length, begin := time.Duration(bought.Days)*24*time.Hour, paid.At
		if bought.Subscription && !paid.Until.IsZero() {
			begin = paid.Until.Add(-length)
		}
		return appendEntitlement(ctx, tx, Entitlement{Person: receiver, Plan: bought.Plan, Charge: paid.Charge, From: begin, Renews: bought.Subscription}, 0, length)
	})
	p.known.Remove(receiver)
	return fresh, err
}

// NoteRefunded records that a payment went back, whether an admin asked for it or not. What it paid for ends. fresh is false where that is known.
func (p *Premium) NoteRefunded(ctx context.Context, paid Paid) (fresh bool, err error) {
	if paid.Charge == "" {
		return false, ErrPurchase
	}
	err = p.endPaid(ctx, paid.Charge, func(ctx context.Context, tx pgx.Tx) error {
		reference, _ := parsePurchase(paid.Payload)
		_, err := selectPurchaseOf(ctx, tx, reference)
		if err != nil && !isUnknownPurchase(err) {
			return err
		}
		if _, err := insertPayment(ctx, tx, paid, reference, err == nil); err != nil { // the message about the payment may come later
			return err
		}
		fresh, err = markRefunded(ctx, tx, paid.Charge)
		return err
	})
	return fresh, err
}

// RequestRefund ends what a payment paid for and marks the payment for a refund, which DueRefunds returns. A subscription is not renewed any more.
func (p *Premium) RequestRefund(ctx context.Context, charge string, by filter.UserID) error {
	return p.endPaid(ctx, charge, func(ctx context.Context, tx pgx.Tx) error {
		reference, err := markRefundDue(ctx, tx, charge, by)
		if err != nil || reference == "" {
			return err
		}
		return cancelPurchase(ctx, tx, reference)
	})
}

// RefundEntitlement is RequestRefund for the payment behind an entitlement of a person.
func (p *Premium) RefundEntitlement(ctx context.Context, id int64, person, by filter.UserID) error {
	e, err := selectEntitlement(ctx, p.db, id, person)
	if err != nil {
		return err
	}
	return p.RequestRefund(ctx, e.Charge, by)
}

// endPaid runs mark and ends the entitlement of a charge, if it has one, in one transaction.
func (p *Premium) endPaid(ctx context.Context, charge string, mark func(ctx context.Context, tx pgx.Tx) error) error {
	var person filter.UserID
	err := storage.InTx(ctx, p.db, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		if person, err = selectReceiver(ctx, tx, charge); err != nil {
			return err
		}
		if err := lockPerson(ctx, tx, person); err != nil {
			return err
		}
		if err := mark(ctx, tx); err != nil {
			return err
		}
		return endEntitlement(ctx, tx, charge, 0)
	})
	p.known.Remove(person)
	return err
}

// Gift is time of a plan that an admin gives.
type Gift struct {
	Plan   PlanID
	Person filter.UserID
	By     filter.UserID
	Days   int
	Seen   *int64 // the gift is refused if the newest entitlement is another, so a repeated tap gives once; nil skips the check
}

// Give adds time of a plan to a person.
func (p *Premium) Give(ctx context.Context, g Gift) error {
	if g.Days < 1 || g.Days > maxPlanDays {
		return ErrPlanBounds
	}
	err := storage.InTx(ctx, p.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := selectPlan(ctx, tx, g.Plan); err != nil {
			return err
		}
		if err := lockPerson(ctx, tx, g.Person); err != nil {
			return err
		}
		if newest, err := selectNewest(ctx, tx, g.Person); err != nil || g.Seen != nil && newest != *g.Seen {
			return cmp.Or(err, ErrEntitlementChanged)
		}
		return appendEntitlement(ctx, tx, Entitlement{Person: g.Person, Plan: g.Plan}, g.By, time.Duration(g.Days)*24*time.Hour)
	})
	p.known.Remove(g.Person)
	return err
}

// Newest returns the id of the newest entitlement that a person has or had; 0 without one.
func (p *Premium) Newest(ctx context.Context, person filter.UserID) (int64, error) {
	return selectNewest(ctx, p.db, person)
}

// TakeBack ends time that an admin gave.
func (p *Premium) TakeBack(ctx context.Context, id int64, person filter.UserID) error {
	err := storage.InTx(ctx, p.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockPerson(ctx, tx, person); err != nil {
			return err
		}
		e, err := selectEntitlement(ctx, tx, id, person)
		if err != nil {
			return err
		}
		if e.Charge != "" {
			return ErrEntitlementPaid
		}
		return endEntitlement(ctx, tx, "", id)
	})
	p.known.Remove(person)
	return err
}

// EntitlementsOf returns the time that a person has now and later, the earliest first.
func (p *Premium) EntitlementsOf(ctx context.Context, person filter.UserID) ([]Entitlement, error) {
	return selectEntitlements(ctx, p.db, person)
}
