package booking

import (
	"fmt"
	"slices"
)

// PaymentState is where a payment stands.
type PaymentState string

// The states, in the order in which money moves. InReview is money that came and does not add up.
const (
	Created       PaymentState = "created"
	Failed        PaymentState = "failed" // for now: a provider may still turn it into authorized, days later
	Authorized    PaymentState = "authorized"
	InReview      PaymentState = "review"
	Captured      PaymentState = "captured"
	RefundPending PaymentState = "refund_pending"
	PartRefunded  PaymentState = "part_refunded"
	Refunded      PaymentState = "refunded"
)

// RefundUndone is no state of a payment: it is a report that money which the provider had said goes back did not arrive.
const RefundUndone PaymentState = "refund_undone"

// paymentStates lists them all, for the checks.
func paymentStates() []PaymentState {
	return []PaymentState{Created, Failed, Authorized, InReview, Captured, RefundPending, PartRefunded, Refunded}
}

// rank orders what providers say. A report of a rank that the payment has reached already changes nothing, so the order in which reports
// arrive does not matter.
func (s PaymentState) rank() int {
	switch s {
	case Created:
		return 0
	case Failed:
		return 1
	case Authorized:
		return 2
	case InReview, Captured, RefundPending, PartRefunded, Refunded:
		return 3
	case RefundUndone:
	}
	return -1
}

// moves is the table of allowed moves; what is not in it is refused.
func (s PaymentState) moves() []PaymentState {
	switch s {
	case Created:
		return []PaymentState{Failed, Authorized, InReview, Captured}
	case Failed:
		return []PaymentState{Authorized, InReview, Captured}
	case Authorized:
		return []PaymentState{InReview, Captured}
	case InReview:
		return []PaymentState{Captured, RefundPending, PartRefunded, Refunded}
	case Captured:
		return []PaymentState{RefundPending, PartRefunded, Refunded}
	case RefundPending: // back where the provider refused
		return []PaymentState{InReview, Captured, PartRefunded, Refunded}
	case PartRefunded:
		return []PaymentState{RefundPending, Refunded}
	case Refunded, RefundUndone:
	}
	return nil
}

// To tells whether the move is allowed. The UPDATE that makes it repeats WHERE state = the old one.
func (s PaymentState) To(next PaymentState) error {
	if !slices.Contains(s.moves(), next) {
		return fmt.Errorf("payment %s to %s: %w", s, next, ErrState)
	}
	return nil
}

// received tells whether money came.
func (s PaymentState) received() bool { return s.rank() == Captured.rank() }

// stateByMoney is the state of a payment whose money came, by what of it went back or is about to.
func (p Payment) stateByMoney() PaymentState {
	switch {
	case p.Refund > p.Refunded:
		return RefundPending
	case p.Refunded == 0 && p.suspended:
		return InReview
	case p.Refunded == 0:
		return Captured
	case p.Refunded < p.Received.Minor:
		return PartRefunded
	}
	return Refunded
}
