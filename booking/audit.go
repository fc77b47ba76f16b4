package booking

import "time"

// AuditEntry is one line of the record of who did what. Lines are added and never changed.
type AuditEntry struct {
	ID      int64
	At      time.Time
	Actor   MemberID
	Role    Role
	Origin  string
	Action  string
	Booking ID // 0: about the club
	Detail  map[string]any
}

// creationAction names the making of a booking.
func creationAction(b Booking) string {
	switch {
	case b.Kind == Block:
		return "block"
	case b.Kind == Offer:
		return "offer"
	case b.State == Confirmed:
		return "book"
	}
	return "hold"
}
