package booking

import "time"

// ID names a booking.
type ID int64

// Kind is the purpose of a booking.
type Kind string

// The kinds.
const (
	Play  Kind = "play"
	Offer Kind = "offer" // a freed slot, held for a member on the waitlist
	Block Kind = "block" // for the club itself
)

// Booking is a hold, a booking or a block. All its nets have the same time.
type Booking struct {
	ID        ID
	Club      ClubID
	Member    MemberID
	Kind      Kind
	State     State
	Nets      []NetID // in order
	Span      Span
	Day       Day // the opening day it belongs to
	Series    SeriesID
	Rate      Rate
	Price     Money // fixed at the hold
	Lines     []PriceLine
	AddOns    []AddOnID
	CancelFee *Money // of a cancelled one: the part of the price that the club keeps
	Note      string
	Guests    []string // names, as the member typed them
	CreatedAt time.Time
	ChangedAt time.Time
	ExpiresAt *time.Time // of a hold: the first instant at which it is expired
	Version   int        // counts moves and changes of state; notifications and payments refer to it
	Revision  int        // counts every change; If-Match and the chat's buttons refer to it

	bufferEnd time.Time // the end of the buffer that its slots were stored with
}

func idsOf(list []Booking) []ID {
	ids := make([]ID, len(list))
	for i, b := range list {
		ids[i] = b.ID
	}
	return ids
}

// occupied is the time that no other booking may overlap: the booking and its buffer.
func (b Booking) occupied() Span { return Span{b.Span.Start, b.bufferEnd} }

// expired reports whether a hold is over at an instant of the database's clock. At ExpiresAt it is.
func (b Booking) expired(at time.Time) bool {
	return b.State == Held && !at.Before(*b.ExpiresAt)
}

// LiveAt reports whether the booking takes its slot at an instant of the database's clock.
func (b Booking) LiveAt(at time.Time) bool { return b.State.Live() && !b.expired(at) }

// checkAccess allows staff and the booking's member to see and change it.
func (b Booking) checkAccess(a Actor) error {
	if a.isStaff() || b.Member == a.ID && b.Kind != Block {
		return nil
	}
	return ErrNoBooking
}

// withBuffer is the time that a new booking of a span occupies. The buffer follows the span only, so between two bookings it counts once.
func (s *setup) withBuffer(span Span) Span {
	return Span{span.Start, span.End.Add(s.club.Policy.Buffer)}
}
