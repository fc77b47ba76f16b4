package nets

import (
	"context"
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

// InClub is the club in a path.
type InClub struct {
	Club int64 `path:"club" minimum:"1" doc:"The club."`
}

// InBooking is a booking in a path.
type InBooking struct {
	InClub
	ID int64 `path:"id" minimum:"1"`
}

type clubIn struct{ InClub }

type bookingIn struct{ InBooking }

// SlotBody is a time on nets in a request.
type SlotBody struct {
	Nets   []int64 `json:"nets" minItems:"1" maxItems:"20"`
	Start  string  `json:"start" maxLength:"40" doc:"RFC 3339; without an offset it is a time on the club's clock, which must exist and be clear." example:"2026-11-01T18:00"`
	End    string  `json:"end" maxLength:"40" example:"2026-11-01T19:00"`
	AddOns []int64 `json:"add_ons,omitempty" maxItems:"20"`
}

// ReasonBody is the reason of a decision in a request.
type ReasonBody struct {
	Reason string `json:"reason,omitempty" maxLength:"200" doc:"Why, in your own words; the audit keeps it."`
}

// handlers has the dependencies of all handlers.
type handlers struct {
	api     *web.API
	actions web.Actions[*booking.Service]
	booking *booking.Service
	admins  []booking.MemberID
}

// actorAnywhere makes the actor of a request without a role of any club: an admin if the settings name the person, else a guest.
func (h handlers) actorAnywhere(ctx context.Context) booking.Actor {
	return h.personAnywhere(booking.MemberID(web.UserOf(ctx).ID))
}

func (h handlers) personAnywhere(id booking.MemberID) booking.Actor {
	actor := booking.Actor{ID: id, Role: booking.Guest, Origin: "http"}
	if slices.Contains(h.admins, actor.ID) {
		actor.Role, actor.Operator = booking.Admin, true
	}
	return actor
}

// actorIn makes the actor of a request with the person's role in a club.
func (h handlers) actorIn(ctx context.Context, club int64) (booking.Actor, error) {
	return h.personIn(ctx, booking.ClubID(club), booking.MemberID(web.UserOf(ctx).ID))
}

// personIn makes the actor of a person with their role in a club.
func (h handlers) personIn(ctx context.Context, club booking.ClubID, id booking.MemberID) (booking.Actor, error) {
	actor := h.personAnywhere(id)
	if actor.Operator || actor.ID == 0 {
		return actor, nil
	}
	role, err := h.booking.Member(ctx, club, actor.ID)
	if err != nil {
		return booking.Actor{}, err
	}
	actor.Role = role
	return actor, nil
}

// actorOn is actorIn for a booking that the person may see.
func (h handlers) actorOn(ctx context.Context, in InBooking) (booking.Actor, booking.ID, error) {
	actor, _, err := h.readBooking(ctx, in)
	return actor, booking.ID(in.ID), err
}

// readBooking reads a booking as the person of a request. A role counts in its own club only, so a booking of another club is not found.
func (h handlers) readBooking(ctx context.Context, in InBooking) (booking.Actor, booking.Booking, error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return booking.Actor{}, booking.Booking{}, err
	}
	b, err := h.booking.Booking(ctx, actor, booking.ID(in.ID))
	if err == nil && b.Club != booking.ClubID(in.Club) {
		err = booking.ErrNoBooking
	}
	return actor, b, err
}

// bookingSeen reads the version of a booking from If-Match.
func bookingSeen(id booking.ID, v web.Versioned) (booking.Seen, error) {
	version, err := v.Version()
	return booking.Seen{Bookings: map[booking.ID]int{id: version}}, err
}

// maybeSeen is bookingSeen for an optional If-Match.
func maybeSeen(id booking.ID, v web.MaybeVersioned) (booking.Seen, error) {
	version, named, err := v.Version()
	if !named {
		return booking.Seen{}, err
	}
	return booking.Seen{Bookings: map[booking.ID]int{id: version}}, err
}

// settingSeen reads the version of a setting from If-Match.
func settingSeen(v web.Versioned) (booking.Seen, error) {
	version, err := v.Version()
	return booking.Seen{Setting: &version}, err
}

// slotOf reads a slot whose times may be on the club's clock.
func (h handlers) slotOf(ctx context.Context, club int64, b SlotBody) (booking.SlotRequest, error) {
	span, err := h.spanOf(ctx, club, b.Start, b.End)
	return booking.SlotRequest{Club: booking.ClubID(club), Nets: toNets(b.Nets), Start: span.Start, End: span.End, AddOns: toAddOns(b.AddOns)}, err
}

// spanOf reads two times, each an instant or on the club's clock.
func (h handlers) spanOf(ctx context.Context, club int64, start, end string) (booking.Span, error) {
	return booking.ParseSpan(start, end, func() (*time.Location, error) {
		c, err := h.booking.Club(ctx, booking.ClubID(club))
		return c.Zone, err
	})
}
