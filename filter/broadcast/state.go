package broadcast

import (
	"slices"

	"pavilion/internal/fault"
)

// State is a step in the life of a broadcast.
type State string

// The states.
const (
	Draft     State = "draft"
	Previewed State = "previewed" // the author has seen the message as people get it
	Scheduled State = "scheduled" // confirmed; due at its time, and after the broadcasts before it
	Running   State = "running"
	Paused    State = "paused"
	Done      State = "done"
	Cancelled State = "cancelled"
)

// States lists every state.
func States() []State {
	return []State{Draft, Previewed, Scheduled, Running, Paused, Done, Cancelled}
}

// ErrState reports a move that the broadcast's state does not allow.
var ErrState = fault.New(fault.Conflict, "broadcast_state")

// next returns the states that a broadcast in state s can move to.
func (s State) next() []State {
	switch s {
	case Draft:
		return []State{Previewed, Cancelled}
	case Previewed:
		return []State{Draft, Scheduled, Cancelled}
	case Scheduled:
		return []State{Running, Paused, Cancelled} // paused by the restore of a backup
	case Running:
		return []State{Paused, Done, Cancelled}
	case Paused:
		return []State{Running, Scheduled, Cancelled}
	case Done, Cancelled:
	}
	return nil
}

// To returns ErrState unless a broadcast may move from s to n.
func (s State) To(n State) error {
	if !slices.Contains(s.next(), n) {
		return ErrState
	}
	return nil
}

// Ended reports a state without a next one.
func (s State) Ended() bool { return s == Done || s == Cancelled }
