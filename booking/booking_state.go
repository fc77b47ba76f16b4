package booking

import (
	"fmt"
	"slices"

	"pavilion/internal/fault"
)

// State is the state of a booking.
type State string

// The states. Held, confirmed and checked in take the slot; in the others it is free. A no-show frees the rest of its time.
const (
	Held      State = "held"
	Confirmed State = "confirmed"
	CheckedIn State = "checked_in"
	NoShow    State = "no_show"
	Expired   State = "expired"
	Cancelled State = "cancelled"
	SlotLost  State = "slot_lost" // paid for after the hold expired and another booking took the slot
)

// ErrState refuses a change that the state does not allow.
var ErrState = fault.New(fault.Conflict, "wrong_state")

// states lists all states, for tests.
func states() []State {
	return []State{Held, Confirmed, CheckedIn, NoShow, Expired, Cancelled, SlotLost}
}

// moves is the table of allowed moves.
func (s State) moves() []State {
	switch s {
	case Held:
		return []State{Confirmed, Expired, Cancelled, SlotLost}
	case Expired: // paid late: confirmed if the slot is still free
		return []State{Confirmed, SlotLost}
	case Confirmed:
		return []State{CheckedIn, NoShow, Cancelled}
	case CheckedIn: // by staff, when the lights fail or a block needs the net
		return []State{Cancelled}
	case NoShow: // marked by mistake
		return []State{Confirmed}
	case Cancelled, SlotLost:
	}
	return nil
}

// To refuses a move that is not in the table. The statement that writes a move also requires the old state.
func (s State) To(next State) error {
	if !slices.Contains(s.moves(), next) {
		return fmt.Errorf("%s to %s: %w", s, next, ErrState)
	}
	return nil
}

// Live reports whether the state takes the slot. The schema's constraint has the same list.
func (s State) Live() bool { return s == Held || s == Confirmed || s == CheckedIn }
