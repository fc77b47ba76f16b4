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

// Refund is money on its way back.
type Refund struct {
	ID         RefundID
	Reference  string // the gateway's idempotency key
	Key        string // why: the same reason is one refund
	Payment    PaymentID
	Reason     string
	State      RefundState
	Amount     Money
	ByHand     bool // a person gives it back
	GatewayRef string
	CreatedAt  time.Time
	DoneAt     *time.Time
}

// RefundState is where a refund stands.
type RefundState string

// The states of refunds.
const (
	RefundOpen   RefundState = "pending"
	RefundDone   RefundState = "done"
	RefundFailed RefundState = "failed" // the gateway will not make it
)

// Why money goes back.
const (
	refundSlotLost  = "slot_lost"
	refundDuplicate = "duplicate" // the booking was paid already
	refundLate      = "late"      // the booking was cancelled before the money came
	refundCancelled = "cancelled" // by policy, at the cancellation
	refundStaff     = "staff"
	refundReview    = "review"
	refundGateway   = "gateway" // made on the gateway's own side
)

// Errors of refunds.
var (
	ErrNoRefund      = fault.New(fault.NotFound, "no_refund", "There is no such refund.")
	ErrNothingLeft   = fault.New(fault.Conflict, "nothing_left", "Nothing is left of this payment that could be given back.")
	ErrRefundChanged = fault.New(fault.Conflict, "refund_changed", "Somebody else has given money back meanwhile; look again.")
	ErrRefundAmount  = fault.New(fault.Invalid, "refund_amount", "That is more than is left of this payment, or nothing.")
)

// refundArgs is the job that asks the gateway to give money back.
type refundArgs struct {
	Refund RefundID `json:"refund"`
}

// Kind names the job.
func (refundArgs) Kind() string { return "booking_refund" }

const (
	// refundAttempts: river waits attempt⁴ seconds, so these are about three weeks.
	refundAttempts = 25
	// refundLease is how long whoever asks the gateway has for it; jobs are ended after one minute.
	refundLease = 2 * time.Minute
)

// RefundRequest asks for money back. Seen is what of the payment had been refunded when whoever asks looked at it.
type RefundRequest struct {
	Club    ClubID // in which the actor is staff
	Payment PaymentID
	Amount  int64 // 0: all that is left
	Seen    int64
}

// Refund gives money back, for staff. Two who saw the same and ask for the same make one refund; two who saw the same and ask for different
// amounts make one, and the other is told to look again.
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
		list, err := selectRefunds(ctx, c.tx, `WHERE key = $1`, key)
		if err != nil {
			return err
		}
		if len(list) == 1 && (r.Amount == list[0].Amount.Minor || r.Amount == 0 && r.Seen+list[0].Amount.Minor == p.Received.Minor) {
			made = list[0]
			return nil
		}
		if len(list) == 1 || p.Refund != r.Seen {
			return ErrRefundChanged
		}
		amount := p.refundable()
		if amount.Minor == 0 {
			return ErrNothingLeft
		}
		if r.Amount != 0 {
			if r.Amount < 0 || r.Amount > amount.Minor {
				return ErrRefundAmount
			}
			amount.Minor = r.Amount
		}
		made, err = c.createRefund(ctx, *b, p, amount, refundStaff, key)
		return err
	})
	return made, err
}

// withPayment locks a payment's booking and the payment.
func (s *Service) withPayment(ctx context.Context, actor Actor, id PaymentID, fn func(ctx context.Context, c *change, b *Booking, p *Payment) error) error {
	seen, err := selectPayment(ctx, s.db, `WHERE id = $1`, id)
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

// createRefund writes down that money goes back, and the job that does it, in one transaction. The same key is one refund. More than came can
// never go back: the schema checks the sum.
func (c *change) createRefund(ctx context.Context, b Booking, p *Payment, amount Money, reason, key string) (Refund, error) {
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
	if err := c.recordAudit(ctx, "refund", b, map[string]any{"payment": p.ID, "refund": r.ID, "reason": reason, "amount_minor": amount.Minor, "currency": amount.Currency}); err != nil {
		return r, err
	}
	_, err := c.jobs.InsertTx(ctx, c.tx, refundArgs{Refund: r.ID}, &river.InsertOpts{Queue: string(p.Provider.refundQueue()), MaxAttempts: refundAttempts})
	if err != nil {
		return r, fmt.Errorf("enqueue refund %d: %w", r.ID, err)
	}
	return r, nil
}

// refundAll gives back all that is left of a payment, for one reason once.
func (c *change) refundAll(ctx context.Context, b Booking, p *Payment, reason string) error {
	if p.refundable().Minor == 0 {
		return nil
	}
	_, err := c.createRefund(ctx, b, p, p.refundable(), reason, fmt.Sprintf("refund:%d:%s", p.ID, reason))
	return err
}

// refundCancelled gives back what a cancellation does not keep. Money under review stays there until somebody has looked at it.
func (c *change) refundCancelled(ctx context.Context, b Booking) error {
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		if !holdsMoney(*p) || p.State == InReview || p.Price.Minor == 0 {
			continue
		}
		back := p.refundAbove(*b.CancelFee)
		if back.Minor == 0 {
			continue
		}
		if _, err := c.createRefund(ctx, b, p, back, refundCancelled, fmt.Sprintf("refund:%d:%s", p.ID, refundCancelled)); err != nil {
			return err
		}
	}
	return nil
}

// refundAbove is what of a payment goes back when the club keeps a fee of its price. Of money in another currency, the same part is kept.
func (p Payment) refundAbove(fee Money) Money {
	keep := mulDivHalfUp(p.Received.Minor, fee.Minor, p.Price.Minor)
	back := p.refundable()
	back.Minor = max(0, min(back.Minor, p.Received.Minor-keep-p.Refund))
	return back
}

// runRefund asks the gateway to give money back, and writes down what it says. A crash in between repeats the question under the same key.
func (s *Service) runRefund(ctx context.Context, id RefundID) error {
	r, p, err := claimRefund(ctx, s.db, id, refundLease)
	if errors.Is(err, errRefundOver) {
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
		return s.finishRefund(ctx, gatewayActor(), id, ref)
	case errors.Is(err, ErrByHand):
		return s.requestManualRefund(ctx, p.ID, id)
	case errors.Is(err, ErrRefundRefused):
		if ferr := s.failRefund(ctx, p.ID, id); ferr != nil {
			return ferr
		}
		return s.reconcilePayment(ctx, p.ID) // perhaps because it was given back on the gateway's side
	}
	return errors.Join(fmt.Errorf("refund %d: %w", id, err), releaseRefund(ctx, s.db, id))
}

// errRefundBusy: another job is asking the gateway at this moment.
var errRefundBusy = errors.New("somebody is making this refund right now")

// gatewayActor acts for what a gateway says.
func gatewayActor() Actor { return Actor{Role: Admin, Origin: "gateway"} }

// finishRefund notes that money went back.
func (s *Service) finishRefund(ctx context.Context, actor Actor, id RefundID, ref string) error {
	list, err := selectRefunds(ctx, s.db, `WHERE id = $1`, id)
	if err != nil {
		return translate(ctx, err)
	}
	if len(list) == 0 {
		return ErrNoRefund
	}
	return s.withPayment(ctx, actor, list[0].Payment, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		r := list[0]
		done, err := closeRefund(ctx, c.tx, id, RefundDone, ref, c.at)
		if err != nil || !done {
			return err
		}
		return c.recordRefunded(ctx, *b, p, r)
	})
}

// recordRefunded writes what a refund that is done changes: the payment, the ledger, the audit, and what the member is told.
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
	return c.announce(ctx, c.tx, announcement{club: b.Club, member: b.Member, kind: notifyRefunded, booking: b.ID, refund: r.ID, at: c.at})
}

// failRefund notes that the gateway will not give the money back, and asks a person to look.
func (s *Service) failRefund(ctx context.Context, payment PaymentID, id RefundID) error {
	return s.withPayment(ctx, gatewayActor(), payment, func(ctx context.Context, c *change, _ *Booking, p *Payment) error {
		failed, err := closeRefund(ctx, c.tx, id, RefundFailed, "", c.at)
		if err != nil || !failed {
			return err
		}
		list, err := selectRefunds(ctx, c.tx, `WHERE id = $1`, id)
		if err != nil {
			return err
		}
		old := p.State
		p.Refund -= list[0].Amount.Minor
		p.State = p.stateByMoney()
		if err := updatePayment(ctx, c.tx, *p, old, c.at); err != nil {
			return err
		}
		return c.requestReview(ctx, Review{Reason: ReviewRefundRefused, Club: p.Club, Payment: p.ID, Refund: id})
	})
}

// requestManualRefund asks a person to give the money back.
func (s *Service) requestManualRefund(ctx context.Context, payment PaymentID, id RefundID) error {
	return s.withPayment(ctx, gatewayActor(), payment, func(ctx context.Context, c *change, _ *Booking, p *Payment) error {
		if err := markByHand(ctx, c.tx, id); err != nil {
			return err
		}
		return c.requestReview(ctx, Review{Reason: ReviewRefundByHand, Club: p.Club, Payment: p.ID, Refund: id})
	})
}

// GaveBack notes that staff gave the money of a refund back by hand. Said twice, it is noted once.
func (s *Service) GaveBack(ctx context.Context, actor Actor, club ClubID, id RefundID) error {
	if err := actor.mustBeStaff(); err != nil {
		return err
	}
	list, err := selectRefunds(ctx, s.db, `WHERE id = $1 AND by_hand AND payment_id IN (SELECT id FROM payment WHERE club_id = $2)`, id, club)
	if err != nil {
		return translate(ctx, err)
	}
	if len(list) == 0 {
		return ErrNoRefund
	}
	if err := s.finishRefund(ctx, actor, id, "by hand"); err != nil {
		return err
	}
	return translate(ctx, closeReviews(ctx, s.db, `refund_id = $3`, "gave_back", actor.ID, id))
}

// Refunds lists the refunds of a payment, for staff.
func (s *Service) Refunds(ctx context.Context, actor Actor, club ClubID, payment PaymentID) ([]Refund, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	list, err := selectRefunds(ctx, s.db, `WHERE payment_id IN (SELECT id FROM payment WHERE id = $1 AND club_id = $2) ORDER BY id`, payment, club)
	return list, translate(ctx, err)
}
