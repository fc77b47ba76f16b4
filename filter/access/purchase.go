package access

import (
	"cmp"
	"context"
	"encoding/hex"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// Errors of purchases.
var (
	ErrPurchase       = fault.New(fault.Invalid, "premium_invoice")
	ErrPurchasePrice  = fault.New(fault.Conflict, "premium_price")
	ErrPurchasePaid   = fault.New(fault.Conflict, "premium_paid")
	ErrSubscribed     = fault.New(fault.Conflict, "premium_subscribed")
	ErrNoSubscription = fault.New(fault.NotFound, "premium_no_subscription")
	ErrCharge         = fault.New(fault.NotFound, "premium_charge")
	ErrChargeRefunded = fault.New(fault.Conflict, "premium_refunded")
)

// StarCurrency is the currency of Telegram's Stars.
const StarCurrency = "XTR"

// purchasePrefix begins the payload of every invoice of premium. Other features' invoices begin otherwise.
const purchasePrefix = "premium."

// IsPurchase tells whether an invoice's payload is one of premium's.
func IsPurchase(payload []byte) bool { return strings.HasPrefix(string(payload), purchasePrefix) }

// Reference is the number of a purchase: 32 hexadecimal digits that nobody can guess.
type Reference string

// Payload is the payload of the purchase's invoice.
func (r Reference) Payload() []byte { return []byte(purchasePrefix + string(r)) }

// parsePurchase reads the payload of an invoice. The reference is empty if the payload is not one of premium's.
func parsePurchase(payload []byte) (r Reference, ok bool) {
	text, ok := strings.CutPrefix(string(payload), purchasePrefix)
	raw, err := hex.DecodeString(text)
	if !ok || err != nil || len(raw) != 16 {
		return "", false
	}
	return Reference(text), true
}

// Purchase is an invoice with the terms for which it was made.
type Purchase struct {
	Reference    Reference
	Plan         PlanID
	Buyer        filter.UserID
	Receiver     filter.UserID // another person for a gift
	Days         int
	Stars        int64
	Subscription bool
	Link         string // of a subscription
	CreatedAt    time.Time
}

// repeatedTap is the time in which a second tap gets the purchase of the first.
const repeatedTap = 30 * time.Second

// Buy begins a purchase of a plan. It returns ErrPlanNotSold for a plan that is not sold in this way, and ErrSubscribed if the buyer has a subscription
// to the plan.
func (p *Premium) Buy(ctx context.Context, id PlanID, buyer, receiver filter.UserID, subscription bool) (Purchase, Plan, error) {
	var bought Purchase
	var plan Plan
	err := storage.InTx(ctx, p.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		if err := lockPerson(ctx, tx, buyer); err != nil {
			return err
		}
		if plan, err = selectPlan(ctx, tx, id); err != nil {
			return err
		}
		if plan.Withdrawn || plan.Stars == 0 || subscription && (!plan.Monthly || buyer != receiver) {
			return ErrPlanNotSold
		}
		if subscription {
			if has, err := hasSubscription(ctx, tx, buyer, id); err != nil || has {
				return cmp.Or(err, ErrSubscribed)
			}
		}
		bought = Purchase{Plan: id, Buyer: buyer, Receiver: receiver, Days: plan.Days, Stars: plan.Stars, Subscription: subscription}
		bought, err = insertPurchase(ctx, tx, bought, repeatedTap)
		return err
	})
	return bought, plan, err
}

// SetLink stores the link of a subscription.
func (p *Premium) SetLink(ctx context.Context, r Reference, link string) error {
	return updateLink(ctx, p.db, r, link)
}

// Check is Telegram's question before it takes the money of a first payment. Renewals are not asked about.
type Check struct {
	Payload  []byte
	Payer    filter.UserID
	Currency string
	Stars    int64
}

// PreCheckout decides about a payment; nil accepts it. The invoice must be the payer's, unpaid, and still offered on its terms.
func (p *Premium) PreCheckout(ctx context.Context, c Check) error {
	reference, ok := parsePurchase(c.Payload)
	if !ok {
		return ErrPurchase
	}
	bought, plan, paid, err := selectPurchase(ctx, p.db, reference)
	switch {
	case err != nil:
		return err
	case bought.Buyer != c.Payer:
		return ErrPurchase
	case c.Currency != StarCurrency, c.Stars != bought.Stars, plan.Withdrawn, plan.Stars != bought.Stars, plan.Days != bought.Days:
		return ErrPurchasePrice
	case !bought.Subscription && paid:
		return ErrPurchasePaid
	case !bought.Subscription:
		return nil
	}
	has, err := hasSubscription(ctx, p.db, bought.Buyer, bought.Plan)
	if err == nil && has {
		err = ErrSubscribed
	}
	return err
}

// Bought is a payment of a person, for their list of payments and for admins.
type Bought struct {
	Charge   string
	Title    string // of the plan; empty for a payment without a purchase
	Purchase Purchase
	Stars    int64
	At       time.Time
	Refund   Refund
	Renews   bool
}

// Refund is the state of a payment's refund.
type Refund string

// The states.
const (
	RefundNone    Refund = ""
	RefundDue     Refund = "due"
	RefundDone    Refund = "done"
	RefundRefused Refund = "refused" // by Telegram, for good
)

// BoughtBy returns the last payments of a person, the newest first.
func (p *Premium) BoughtBy(ctx context.Context, person filter.UserID, limit int) ([]Bought, error) {
	return selectBought(ctx, p.db, person, limit)
}

// Subscription returns the last payment of a person's subscription to a plan that renews, or ErrNoSubscription.
func (p *Premium) Subscription(ctx context.Context, person filter.UserID, plan PlanID) (Bought, error) {
	return selectSubscription(ctx, p.db, person, plan)
}

// NoteCanceled records that a subscription is not renewed any more. Its paid time stays.
func (p *Premium) NoteCanceled(ctx context.Context, b Bought) error {
	defer p.known.Remove(b.Purchase.Receiver)
	return storage.InTx(ctx, p.db, func(ctx context.Context, tx pgx.Tx) error { return cancelPurchase(ctx, tx, b.Purchase.Reference) })
}
