package booking

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"pavilion/internal/fault"
)

// RefundID names a refund.
type RefundID int64

// Refund is money that goes back to its payer.
type Refund struct {
	ID         RefundID
	Reference  string // the gateway's idempotency key
	Key        string // names the cause; a cause has one refund
	Payment    PaymentID
	Reason     string
	State      RefundState
	Amount     Money
	ByHand     bool // staff make it
	GatewayRef string
	CreatedAt  time.Time
	DoneAt     *time.Time
}

// RefundState is the state of a refund.
type RefundState string

// The states of refunds.
const (
	RefundOpen   RefundState = "pending"
	RefundDone   RefundState = "done"
	RefundFailed RefundState = "failed" // the gateway refuses it
)

// Reasons of refunds.
const (
	refundSlotLost  = "slot_lost"
	refundDuplicate = "duplicate" // the booking was paid already
	refundLate      = "late"      // the booking was cancelled or lost before the money came
	refundCancelled = "cancelled" // by policy, at the cancellation
	refundStaff     = "staff"
	refundReview    = "review"
	refundGateway   = "gateway" // made on the gateway's own side
)

// Errors of refunds.
var (
	ErrNoRefund      = fault.New(fault.NotFound, "no_refund")
	ErrNothingLeft   = fault.New(fault.Conflict, "nothing_left")
	ErrRefundChanged = fault.New(fault.Conflict, "refund_changed")
	ErrRefundAmount  = fault.New(fault.Invalid, "refund_amount")
)

// refundArgs is the job that makes a refund at the gateway.
type refundArgs struct {
	Refund RefundID `json:"refund"`
}

// Kind names the job.
func (refundArgs) Kind() string { return "booking_refund" }

const (
	refundAttempts = 25              // river waits attempt⁴ seconds: about three weeks in all
	refundLease    = 2 * time.Minute // for one call of the gateway; a job is stopped after one minute
)

// RefundRequest asks for a refund.
type RefundRequest struct {
	Club    ClubID // in which the actor is staff
	Payment PaymentID
	Amount  int64 // 0: all that is left
	Seen    int64 // Payment.Refund as the actor saw it
}

// Refund makes a refund; for staff. Of several requests with the same Seen, the first makes the refund. The others return it when they ask for the
// same amount; otherwise they get ErrRefundChanged.
func (s *Service) Refund(ctx context.Context, actor Actor, r RefundRequest) (Refund, error) {
	if err := actor.mustBeStaff(); err != nil {
		return Refund{}, err
	}
	var made Refund
	err := s.withPayment(ctx, actor, r.Payment, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		if p.Club != r.Club {
			return ErrNoPayment
		}
		if p.State == InReview {
			return ErrInReview
		}
		key := fmt.Sprintf("refund:%d:%s:%d", p.ID, refundStaff, r.Seen)
		switch stored, err := selectRefundByKey(ctx, c.tx, key); {
		case err == nil && (r.Amount == stored.Amount.Minor || r.Amount == 0 && r.Seen+stored.Amount.Minor == p.Received.Minor):
			made = stored
			return nil
		case err == nil:
			return ErrRefundChanged
		case !errors.Is(err, ErrNoRefund):
			return err
		}
		if p.Refund != r.Seen {
			return ErrRefundChanged
		}
		amount := p.refundable()
		if amount.Minor == 0 {
			return ErrNothingLeft
		}
		if r.Amount != 0 {
			if r.Amount < 0 || r.Amount > amount.Minor || r.Amount < amount.Minor && r.Amount%payableStep(amount.Currency) != 0 {
				return ErrRefundAmount
			}
			amount.Minor = r.Amount
		}
		var err error
		made, err = c.createRefund(ctx, b, p, amount, refundStaff, key)
		return err
	})
	return made, err
}

// withPayment locks a payment and its booking, and runs fn with both as they are then.
func (s *Service) withPayment(ctx context.Context, actor Actor, id PaymentID, fn func(ctx context.Context, c *change, b *Booking, p *Payment) error) error {
	seen, err := selectPayment(ctx, s.db, id)
	if err != nil {
		return translate(ctx, err)
	}
	return s.withBooking(ctx, actor, seen.Booking, nil, func(ctx context.Context, c *change, b *Booking) error {
		list, err := c.lockPayments(ctx, seen.Booking)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(p Payment) bool { return p.ID == id })
		if i < 0 {
			return ErrNoPayment
		}
		return fn(ctx, c, b, &list[i])
	})
}

// createRefund writes a refund and the job that makes it, in one transaction. A key has one refund. The schema checks that refunds do not exceed the
// received money. The last refund of money under review releases the hold that was kept for it.
func (c *change) createRefund(ctx context.Context, b *Booking, p *Payment, amount Money, reason, key string) (Refund, error) {
	r := Refund{Reference: rand.Text(), Key: key, Payment: p.ID, Reason: reason, State: RefundOpen, Amount: amount, CreatedAt: c.at}
	if made, err := insertRefund(ctx, c.tx, &r, c.actor.ID); err != nil || !made {
		return r, err
	}
	old := p.State
	p.Refund += amount.Minor
	if old != RefundPending {
		if err := old.To(RefundPending); err != nil {
			return r, err
		}
	}
	p.State = RefundPending
	if err := updatePayment(ctx, c.tx, *p, old, c.at); err != nil {
		return r, err
	}
	if err := c.recordAudit(ctx, "refund", *b, map[string]any{"payment": p.ID, "refund": r.ID, "reason": reason, "amount_minor": amount.Minor, "currency": amount.Currency}); err != nil {
		return r, err
	}
	if err := c.releaseReviewed(ctx, b); err != nil {
		return r, err
	}
	_, err := c.jobs.InsertTx(ctx, c.tx, refundArgs{Refund: r.ID}, &river.InsertOpts{Queue: string(p.Provider.refundQueue()), MaxAttempts: refundAttempts})
	if err != nil {
		return r, fmt.Errorf("enqueue refund %d: %w", r.ID, err)
	}
	return r, nil
}

// refundAll refunds all that is left of a payment, once for each reason.
func (c *change) refundAll(ctx context.Context, b *Booking, p *Payment, reason string) error {
	if p.refundable().Minor == 0 {
		return nil
	}
	_, err := c.createRefund(ctx, b, p, p.refundable(), reason, fmt.Sprintf("refund:%d:%s", p.ID, reason))
	return err
}

// refundCancelled refunds the payments of a cancelled booking above its fee, and closes the pages of the unpaid ones. Money under review stays until staff decide.
func (c *change) refundCancelled(ctx context.Context, b *Booking) error {
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return err
	}
	if err := c.closeUnpaid(ctx, list, Payment.hasPage); err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		back := p.refundOnCancel(*b.CancelFee)
		if back.Minor == 0 {
			continue
		}
		if _, err := c.createRefund(ctx, b, p, back, refundCancelled, fmt.Sprintf("refund:%d:%s", p.ID, refundCancelled)); err != nil {
			return err
		}
	}
	return nil
}

// refundOnCancel returns what the cancellation of the booking refunds. Money under review stays until staff decide.
func (p Payment) refundOnCancel(fee Money) Money {
	if !holdsMoney(p) || p.State == InReview || p.Price.Minor == 0 {
		return Money{Currency: p.Received.Currency}
	}
	return p.refundAbove(fee)
}

// refundAbove returns the refund of a payment if the club keeps a fee. If the money has another currency than the price, the club keeps the fee's share
// of the money. A partial refund is a multiple of the payable step. A full refund is the exact amount.
func (p Payment) refundAbove(fee Money) Money {
	keep := p.Received.part(fee.Minor, p.Price.Minor)
	back := p.refundable()
	if above := p.Received.Minor - keep.Minor - p.Refund; above < back.Minor {
		back.Minor = max(0, above-above%payableStep(back.Currency))
	}
	return back
}

// runRefund makes a refund at the gateway and records the result. After a crash in between, the job repeats the call with the same key.
func (s *Service) runRefund(ctx context.Context, id RefundID) error {
	r, p, err := claimRefund(ctx, s.db, id, refundLease)
	if errors.Is(err, errRefundClosed) {
		return nil
	}
	if err != nil {
		return translate(ctx, err)
	}
	if r.ID == 0 {
		return errRefundBusy
	}
	gateway, ok := s.payments.Gateways[p.Provider]
	if !ok {
		return errors.Join(fmt.Errorf("refund %d: %w", id, ErrNoGateway), releaseRefund(ctx, s.db, id))
	}
	payer := p.Payer
	if payer == 0 {
		payer = p.Member
	}
	ref, err := gateway.Refund(ctx, RefundOrder{Key: r.Reference, Charge: p.Charge, Amount: r.Amount, Whole: r.Amount == p.Received, Member: payer})
	switch {
	case err == nil:
		return s.finishRefund(ctx, id, ref)
	case errors.Is(err, ErrByHand):
		return s.requestManualRefund(ctx, p.ID, id)
	case errors.Is(err, ErrRefundRefused):
		if ferr := s.failRefund(ctx, p.ID, id); ferr != nil {
			return ferr
		}
		return s.reconcilePayment(ctx, p.ID) // it may have been refunded on the gateway's side
	}
	return errors.Join(fmt.Errorf("refund %d: %w", id, err), releaseRefund(ctx, s.db, id))
}

// errRefundBusy reports that another job has the refund's lease.
var errRefundBusy = errors.New("somebody is making this refund right now")

// gatewayActor is the actor of changes that a gateway reports.
func gatewayActor() Actor { return Actor{Role: Admin, Origin: "gateway"} }

// finishRefund records that the gateway has made a refund.
func (s *Service) finishRefund(ctx context.Context, id RefundID, ref string) error {
	r, err := selectRefund(ctx, s.db, id)
	if err != nil {
		return translate(ctx, err)
	}
	return s.withPayment(ctx, gatewayActor(), r.Payment, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		return c.closeRefunded(ctx, *b, p, r, ref)
	})
}

// closeRefunded closes a pending refund as done; a refund that is closed already stays as it is.
func (c *change) closeRefunded(ctx context.Context, b Booking, p *Payment, r Refund, ref string) error {
	closed, err := closeRefund(ctx, c.tx, r.ID, RefundDone, ref, c.at)
	if err != nil || !closed {
		return err
	}
	return c.recordRefunded(ctx, b, p, r)
}

// recordRefunded writes the effects of a refund that was made: payment, ledger, audit and notification.
func (c *change) recordRefunded(ctx context.Context, b Booking, p *Payment, r Refund) error {
	old := p.State
	p.Refunded += r.Amount.Minor
	p.State = p.stateByMoney()
	if err := updatePayment(ctx, c.tx, *p, old, c.at); err != nil {
		return err
	}
	if err := c.postRefund(ctx, *p, r); err != nil {
		return err
	}
	if err := c.recordAudit(ctx, "refunded", b, map[string]any{"payment": p.ID, "refund": r.ID, "amount_minor": r.Amount.Minor, "currency": r.Amount.Currency}); err != nil {
		return err
	}
	if r.Reason == refundCancelled && b.Series != 0 {
		if ended, err := selectEndedWithSeries(ctx, c.tx, b); err != nil || ended {
			return err // the notification about the series includes this refund
		}
	}
	if r.Reason == refundCancelled {
		if _, err := selectCancelledInRun(ctx, c.tx, b.ID); !errors.Is(err, ErrNoClosureRun) {
			return err // nil: the notification about the closure includes this refund
		}
	}
	return c.announce(ctx, c.tx, announcement{club: b.Club, member: b.Member, kind: notifyRefunded, booking: b.ID, refund: r.ID, at: c.at})
}

// failRefund records that the gateway refuses a refund, and opens a review. Money that was under review is so again, and a hold is kept for it.
func (s *Service) failRefund(ctx context.Context, payment PaymentID, id RefundID) error {
	return s.withPayment(ctx, gatewayActor(), payment, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		failed, err := closeRefund(ctx, c.tx, id, RefundFailed, "", c.at)
		if err != nil || !failed {
			return err
		}
		r, err := selectRefund(ctx, c.tx, id)
		if err != nil {
			return err
		}
		old := p.State
		p.Refund -= r.Amount.Minor
		p.State = p.stateByMoney()
		if err := updatePayment(ctx, c.tx, *p, old, c.at); err != nil {
			return err
		}
		if p.IsReviewed() {
			if err := c.keepForReview(ctx, b); err != nil {
				return err
			}
		}
		return c.requestReview(ctx, Review{Reason: ReviewRefundRefused, Club: p.Club, Payment: p.ID, Refund: id})
	})
}

// requestManualRefund leaves a refund to staff, and opens a review.
func (s *Service) requestManualRefund(ctx context.Context, payment PaymentID, id RefundID) error {
	return s.withPayment(ctx, gatewayActor(), payment, func(ctx context.Context, c *change, _ *Booking, p *Payment) error {
		if err := markByHand(ctx, c.tx, id); err != nil {
			return err
		}
		return c.requestReview(ctx, Review{Reason: ReviewRefundByHand, Club: p.Club, Payment: p.ID, Refund: id})
	})
}

// RecordManualRefund records that staff made a refund by hand, and closes its review. A repeated call changes nothing.
func (s *Service) RecordManualRefund(ctx context.Context, actor Actor, club ClubID, id RefundID) error {
	if err := actor.mustBeStaff(); err != nil {
		return err
	}
	r, err := selectManualRefund(ctx, s.db, club, id)
	if err != nil {
		return translate(ctx, err)
	}
	return s.withPayment(ctx, actor, r.Payment, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		if err := c.closeRefunded(ctx, *b, p, r, "by hand"); err != nil {
			return err
		}
		return closeReviewsOfRefund(ctx, c.tx, id, actor.ID)
	})
}

// Refunds lists the refunds of a payment, for staff.
func (s *Service) Refunds(ctx context.Context, actor Actor, club ClubID, payment PaymentID) ([]Refund, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	list, err := selectRefundsOf(ctx, s.db, club, payment)
	return list, translate(ctx, err)
}
