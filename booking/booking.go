package booking

import "time"

// ID names a booking.
type ID int64

// Kind tells what takes the slot.
type Kind string

// The kinds.
const (
	Play  Kind = "play"
	Offer Kind = "offer" // a freed slot, held for somebody on the waitlist
	Block Kind = "block" // by an admin
)

// Booking is a hold and what becomes of it. All its nets have the same time.
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
	CancelFee *Money // of a cancelled one: what is kept
	Note      string
	Guests    []string // names, as the member wrote them
	CreatedAt time.Time
	ChangedAt time.Time
	ExpiresAt *time.Time // of a hold: the first instant at which it is no more
	Version   int        // counts changes; a payment names the one that it was made for

	bufferEnd time.Time // the end of the buffer that its slots were stored with
}

// occupied is what its slots keep others from.
func (b Booking) occupied() Span { return Span{b.Span.Start, b.bufferEnd} }

// expired tells whether a hold is over at an instant of the database's clock. The boundary is exclusive: at ExpiresAt it is over.
func (b Booking) expired(at time.Time) bool {
	return b.State == Held && !at.Before(*b.ExpiresAt)
}

// LiveAt tells whether it takes its slot at an instant of the database's clock.
func (b Booking) LiveAt(at time.Time) bool { return b.State.Live() && !b.expired(at) }

// checkAccess tells whether the actor may see and change the booking.
func (b Booking) checkAccess(a Actor) error {
	if a.isStaff() || b.Member == a.ID && b.Kind != Block {
		return nil
	}
	return ErrNoBooking
}

// withBuffer is what a new slot would keep others from: the play, and one buffer after it. The buffer counts once between two bookings,
// because only the earlier one brings it.
func (s *setup) withBuffer(span Span) Span {
	return Span{span.Start, span.End.Add(s.club.Policy.Buffer)}
}
