package booking

import "pavilion/internal/fault"

// MemberID is a member's Telegram user id.
type MemberID int64

// Role is a person's rights in a club.
type Role string

// The roles, each with the rights of those before it.
const (
	Guest  Role = "guest"
	Player Role = "member"
	Staff  Role = "staff"
	Admin  Role = "admin"
)

// Actor is the person who makes a change. The audit stores the id, role, origin and reason.
type Actor struct {
	ID       MemberID // 0: the system
	Role     Role
	Origin   string // http, OriginChat, job, command, gateway
	Reason   string // of this change, as the person typed it; may be empty
	Operator bool   // named in PAVILION_ADMINS: an admin of every club

	quotes Rate // the rate of quoted prices; empty: the actor's own
}

// maxReason is in characters, as in the CHECK of the schema.
const maxReason = 200

// OriginChat is the origin of changes that people make in the chat with the bot.
const OriginChat = "bot"

// Errors of rights. For another member's booking a member gets ErrNoBooking, so the answer does not reveal that it exists.
var (
	ErrForbidden = fault.New(fault.Forbidden, "forbidden")
	ErrNoBooking = fault.New(fault.NotFound, "no_booking")
	ErrRole      = fault.New(fault.Invalid, "role")
	ErrReason    = fault.New(fault.Invalid, "reason")
)

// isStaff reports whether the actor is staff or admin.
func (a Actor) isStaff() bool { return a.Role == Staff || a.Role == Admin }

func (a Actor) mustBeStaff() error {
	if !a.isStaff() {
		return ErrForbidden
	}
	return nil
}

func (a Actor) mustBeAdmin() error {
	if a.Role != Admin {
		return ErrForbidden
	}
	return nil
}

// rate is the price class of the actor.
func (a Actor) rate() Rate {
	if a.Role == Guest || a.Role == "" {
		return GuestRate
	}
	return MemberRate
}

// QuotedAs returns the actor for quoting other times or nets for a booking. The prices have the booking's rate, also when staff ask.
func (a Actor) QuotedAs(b Booking) Actor {
	a.quotes = b.Rate
	return a
}

// systemActor is the actor of background jobs.
func systemActor() Actor { return Actor{Role: Admin, Origin: "job", Operator: true} }
