package nets

import (
	"context"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// errNoClub reports that there is nothing to book yet.
var errNoClub = fault.New(fault.NotFound, "chat_no_club")

// actor is the person in their role in a club. Booking decides what the role may do.
func (v *visit) actor(ctx context.Context, club booking.ClubID) (booking.Actor, error) {
	a := booking.Actor{ID: v.member(), Role: booking.Admin, Origin: booking.OriginChat}
	if v.IsAdmin(v.event.From.ID) {
		a.Operator = true
		return a, nil
	}
	var err error
	a.Role, err = v.Booking.Member(ctx, club, a.ID)
	return a, err
}

func isStaff(a booking.Actor) bool { return a.Role == booking.Staff || a.Role == booking.Admin }

// staffActor is the person as the staff of a club, or ErrForbidden.
func (v *visit) staffActor(ctx context.Context, club booking.ClubID) (booking.Actor, error) {
	actor, err := v.actor(ctx, club)
	if err == nil && !isStaff(actor) {
		err = booking.ErrForbidden
	}
	return actor, err
}

// adminActor is the person as an admin of a club, or ErrForbidden.
func (v *visit) adminActor(ctx context.Context, club booking.ClubID) (booking.Actor, error) {
	actor, err := v.actor(ctx, club)
	if err == nil && actor.Role != booking.Admin {
		err = booking.ErrForbidden
	}
	return actor, err
}

// IsStaff tells whether a person is on the staff of a club, as far as it can be read.
func (s *Screens) IsStaff(ctx context.Context, person int64) bool {
	v := s.visitOf(person)
	_, err := v.firstClub(ctx, v.staffActor)
	return person != 0 && err == nil
}

// MayManage tells whether a person may change the nets of a club, or set up the first one, as far as it can be read.
func (s *Screens) MayManage(ctx context.Context, person int64) bool {
	v := s.visitOf(person)
	_, err := v.firstClub(ctx, v.adminActor)
	return person != 0 && (err == nil || s.IsAdmin(person))
}

// visitOf makes a visit for a person without an event.
func (s *Screens) visitOf(person int64) *visit {
	return &visit{Deps: s.Deps, event: &telegram.Event{From: telegram.Person{ID: person}}}
}

// adminNets reads a club and its nets for one of its admins, who is the actor.
func (v *visit) adminNets(ctx context.Context, id booking.ClubID) (actor booking.Actor, club booking.Club, nets []booking.Net, err error) {
	if actor, err = v.adminActor(ctx, id); err == nil {
		club, nets, err = v.clubNets(ctx, id)
	}
	return actor, club, nets, err
}

// firstClub is the first club in which the person has a right; else the error of the last one.
func (v *visit) firstClub(ctx context.Context, check func(ctx context.Context, club booking.ClubID) (booking.Actor, error)) (booking.Club, error) {
	clubs, err := v.Booking.Clubs(ctx)
	if err != nil {
		return booking.Club{}, err
	}
	err = errNoClub
	for _, c := range clubs {
		if _, err = check(ctx, c.ID); err == nil {
			return c, nil
		}
	}
	return booking.Club{}, err
}

// changeBooking is a change of one booking by an actor.
type changeBooking func(ctx context.Context, actor booking.Actor, b booking.Booking) error

// isOwn tells whether a booking is the person's own. A block is the club's.
func (v *visit) isOwn(b booking.Booking) bool {
	return b.Member == v.member() && b.Kind != booking.Block
}

// asMember changes a booking as its member, or as the staff of its club. For their own bookings, staff have the rules of members.
func (v *visit) asMember(ctx context.Context, id booking.ID, change changeBooking) error {
	b, _, err := v.readBooking(ctx, id)
	if err != nil {
		return err
	}
	actor, err := v.actor(ctx, b.Club)
	if err != nil {
		return err
	}
	if v.isOwn(b) && actor.Role != booking.Guest {
		actor.Role = booking.Player
	}
	return change(ctx, actor, b)
}

// asStaff changes a booking as the staff of its club.
func (v *visit) asStaff(ctx context.Context, id booking.ID, change changeBooking) error {
	b, _, err := v.readBooking(ctx, id)
	if err != nil {
		return err
	}
	actor, err := v.staffActor(ctx, b.Club)
	if err != nil {
		return err
	}
	return change(ctx, actor, b)
}
