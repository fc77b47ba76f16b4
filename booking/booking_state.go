package booking

import (
	"fmt"
	"slices"

	"pavilion/internal/fault"
)

// State is where a booking stands.
type State string

// The states. Held, confirmed and checked in take the slot; the others leave it free. A no-show frees what is left of its time.
const (
	Held      State = "held"
	Confirmed State = "confirmed"
	CheckedIn State = "checked_in"
	NoShow    State = "no_show"
	Expired   State = "expired"
	Cancelled State = "cancelled"
	SlotLost  State = "slot_lost" // paid for, and taken by another before the money came
)

// ErrState is a step that the state forbids.
var ErrState = fault.New(fault.Conflict, "wrong_state", "The booking is not in a state that allows this.")

// states lists them all, for the checks.
func states() []State {
	return []State{Held, Confirmed, CheckedIn, NoShow, Expired, Cancelled, SlotLost}
}

// moves is the table of allowed moves; what is not in it is refused.
func (s State) moves() []State {
	switch s {
	case Held:
		return []State{Confirmed, Expired, Cancelled, SlotLost}
	case Expired: // late money: taken again where it is still free
		return []State{Confirmed, SlotLost}
	case Confirmed:
		return []State{CheckedIn, NoShow, Cancelled}
	case CheckedIn: // by the staff: the lights fail, or a block must be laid
		return []State{Cancelled}
	case NoShow, Cancelled, SlotLost:
	}
	return nil
}

// To tells whether the move is allowed. The UPDATE that makes it repeats WHERE state = the old one.
func (s State) To(next State) error {
	if !slices.Contains(s.moves(), next) {
		return fmt.Errorf("%s to %s: %w", s, next, ErrState)
	}
	return nil
}

// Live tells whether the state takes the slot; the schema's constraint has the same list.
func (s State) Live() bool { return s == Held || s == Confirmed || s == CheckedIn }
