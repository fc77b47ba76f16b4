package booking

import (
	"fmt"
	"slices"
)

// PaymentState is the state of a payment.
type PaymentState string

// The states, in the order in which money moves. InReview means that money was received and waits for a decision.
const (
	Created       PaymentState = "created"
	Failed        PaymentState = "failed" // may still become authorized or captured, even days later
	Authorized    PaymentState = "authorized"
	InReview      PaymentState = "review"
	Captured      PaymentState = "captured"
	RefundPending PaymentState = "refund_pending"
	PartRefunded  PaymentState = "part_refunded"
	Refunded      PaymentState = "refunded"
)

// RefundUndone occurs in reports only: a refund that the provider had made did not arrive.
const RefundUndone PaymentState = "refund_undone"

// paymentStates lists all states, for tests.
func paymentStates() []PaymentState {
	return []PaymentState{Created, Failed, Authorized, InReview, Captured, RefundPending, PartRefunded, Refunded}
}

// rank orders the states that providers report. A report of a rank that the payment has reached changes nothing, so reports may arrive in any order.
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

// moves is the table of allowed moves.
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
	case RefundPending: // back to the state before, when the provider refuses the refund
		return []PaymentState{InReview, Captured, PartRefunded, Refunded}
	case PartRefunded:
		return []PaymentState{RefundPending, Refunded}
	case Refunded, RefundUndone:
	}
	return nil
}

// To refuses a move that is not in the table. The statement that writes a move also requires the old state.
func (s PaymentState) To(next PaymentState) error {
	if !slices.Contains(s.moves(), next) {
		return fmt.Errorf("payment %s to %s: %w", s, next, ErrState)
	}
	return nil
}

// received reports whether money was received, refunded or not.
func (s PaymentState) received() bool { return s.rank() == Captured.rank() }

// stateByMoney derives the state of a payment with received money from its refunds.
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
