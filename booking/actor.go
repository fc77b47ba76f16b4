package booking

import "pavilion/internal/fault"

// Role is what a person may do in a club.
type Role string

// The roles, each with the rights of those before it.
const (
	Guest  Role = "guest"
	Player Role = "member"
	Staff  Role = "staff"
	Admin  Role = "admin"
)

// Actor is who acts, in which role, and from where.
type Actor struct {
	ID     MemberID
	Role   Role
	Origin string // http, bot, job, command
}

// Errors of rights. Another member's booking is not found rather than forbidden: its existence is nobody's business.
var (
	ErrForbidden = fault.New(fault.Forbidden, "forbidden", "That is for the club's staff.")
	ErrNoBooking = fault.New(fault.NotFound, "no_booking", "There is no such booking.")
	ErrRole      = fault.New(fault.Invalid, "role", "A role is guest, member, staff or admin.")
)

// isStaff tells whether the actor runs the club.
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

// rate is what the actor pays.
func (a Actor) rate() Rate {
	if a.Role == Guest || a.Role == "" {
		return GuestRate
	}
	return MemberRate
}

// systemActor acts for nobody: the jobs.
func systemActor() Actor { return Actor{Role: Admin, Origin: "job"} }
