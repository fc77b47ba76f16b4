package booking

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/fault"
)

// ClosurePreview says what CloseAndRefund would do.
type ClosurePreview struct {
	Closure  Closure
	Bookings []Booking    // that it would cancel, holds and offers included, by id
	Back     []PaymentSum // that it would refund, by the way of paying
	Reviewed []PaymentSum // money under review, which stays until staff decide
	Version  int64        // changes with each value above, except the closure's reason
}

// PaymentSum is the sum of some payments that were made in one way.
type PaymentSum struct {
	Provider Provider
	Method   string // at the desk: cash or card
	Payments int
	Amount   Money
}

// Holds counts the bookings that are not confirmed yet.
func (p ClosurePreview) Holds() (n int) {
	for _, b := range p.Bookings {
		if b.State == Held {
			n++
		}
	}
	return n
}

// People counts the members whose bookings would be cancelled.
func (p ClosurePreview) People() int {
	members := map[MemberID]bool{}
	for _, b := range p.Bookings {
		members[b.Member] = true
	}
	return len(members)
}

// ErrClosureChanged refuses a closure whose preview is out of date.
var ErrClosureChanged = fault.New(fault.Conflict, "closure_changed")

// ClosureChangedError has the preview as it is now.
type ClosureChangedError struct{ Preview ClosurePreview }

// Error gives the new version.
func (e *ClosureChangedError) Error() string {
	return fmt.Sprintf("%v (now %d)", ErrClosureChanged, e.Preview.Version)
}

// Unwrap returns ErrClosureChanged.
func (e *ClosureChangedError) Unwrap() error { return ErrClosureChanged }

// PreviewClosure reads what CloseAndRefund would cancel and refund now; for staff.
func (s *Service) PreviewClosure(ctx context.Context, actor Actor, club ClubID, closure Closure) (preview ClosurePreview, err error) {
	if err := actor.mustBeStaff(); err != nil {
		return preview, err
	}
	if err := closure.checkRefunds(); err != nil {
		return preview, err
	}
	err = s.snapshot(ctx, func(ctx context.Context, tx pgx.Tx) error {
		at, err := selectClock(ctx, tx)
		if err != nil {
			return err
		}
		set, err := selectSetup(ctx, tx, club)
		if err != nil {
			return err
		}
		preview, err = (&change{Service: s, tx: tx, actor: actor, at: at, setup: set}).previewClosure(ctx, closure)
		return err
	})
	return preview, err
}

// checkRefunds validates a closure that refunds. It refuses repeating closures, because they have no end and would refund an unlimited number of bookings.
func (c Closure) checkRefunds() error {
	if c.Every != Once || c.During.Length() > maxBlock {
		return ErrClosure
	}
	if tooLong(cleanText(c.Reason), maxReason) {
		return ErrReason
	}
	return c.checkClosure()
}

// previewClosure reads the preview in the transaction of c. If c holds the club's exclusive lock, the preview cannot change before the commit.
func (c *change) previewClosure(ctx context.Context, closure Closure) (ClosurePreview, error) {
	p := ClosurePreview{Closure: closure}
	if !closure.During.End.After(c.at) {
		return p, ErrClosure
	}
	nets, err := c.setup.netsOfClosure(closure)
	if err != nil {
		return p, err
	}
	inside, err := selectInsideClosure(ctx, c.tx, nets, closure.During, c.at)
	if err != nil {
		return p, err
	}
	p.Bookings = slices.DeleteFunc(inside, func(b Booking) bool { return b.expired(c.at) || !b.Span.overlaps(closure.During) })
	payments, err := selectPaymentsOfBookings(ctx, c.tx, idsOf(p.Bookings))
	if err != nil {
		return p, err
	}
	for _, payment := range payments {
		if back := payment.refundOnCancel(Money{}); back.Minor > 0 {
			p.Back = addPayment(p.Back, payment, back)
		}
		if payment.State == InReview {
			p.Reviewed = addPayment(p.Reviewed, payment, payment.Received)
		}
	}
	sortSums(p.Back)
	sortSums(p.Reviewed)
	p.Version = hashPreview(nets, p, payments)
	return p, nil
}

// netsOfClosure returns the nets that a closure closes, or ErrNoNet.
func (s *setup) netsOfClosure(closure Closure) ([]NetID, error) {
	var nets []NetID
	for _, n := range s.nets {
		if closure.appliesTo(n.ID) {
			nets = append(nets, n.ID)
		}
	}
	if len(closure.Nets) > 0 && len(nets) != len(sortedNets(closure.Nets)) {
		return nil, ErrNoNet
	}
	return nets, nil
}

// addPayment adds an amount to the sum of its way of paying.
func addPayment(sums []PaymentSum, p Payment, amount Money) []PaymentSum {
	i := slices.IndexFunc(sums, func(s PaymentSum) bool {
		return s.Provider == p.Provider && s.Method == p.Method && s.Amount.Currency == amount.Currency
	})
	if i < 0 {
		sums = append(sums, PaymentSum{Provider: p.Provider, Method: p.Method, Amount: Money{Currency: amount.Currency}})
		i = len(sums) - 1
	}
	sums[i].Payments++
	sums[i].Amount.Minor += amount.Minor
	return sums
}

func sortSums(sums []PaymentSum) {
	slices.SortFunc(sums, func(a, b PaymentSum) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Amount.Currency, b.Amount.Currency))
	})
}

// ShortenHash returns a positive number of 49 bits at most: it fits into a button and is exact in JSON.
func ShortenHash(sum uint64) int64 { return int64(sum>>16) + 1 }

// hashPreview returns a short hash of what a closure would cancel and refund.
func hashPreview(nets []NetID, p ClosurePreview, payments []Payment) int64 {
	h := sha256.New()
	fmt.Fprintf(h, "%v %d %d\n", nets, p.Closure.During.Start.UnixMicro(), p.Closure.During.End.UnixMicro())
	for _, b := range p.Bookings {
		fmt.Fprintf(h, "booking %d %d\n", b.ID, b.Revision)
	}
	slices.SortFunc(payments, func(a, b Payment) int { return cmp.Compare(a.ID, b.ID) })
	for _, p := range payments {
		fmt.Fprintf(h, "payment %d %s %d %d\n", p.ID, p.State, p.Received.Minor, p.Refund)
	}
	return ShortenHash(binary.BigEndian.Uint64(h.Sum(nil)))
}
