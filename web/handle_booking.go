package web

import (
	"context"
	"net/http"

	"pavilion/booking"
)

type holdIn struct {
	InClub
	Keyed
	Body struct {
		SlotBody
		Member int64  `json:"member,omitempty" minimum:"1" doc:"For somebody else; staff only."`
		Rate   string `json:"rate,omitempty" enum:"member,guest" doc:"With member: what they pay."`
		Note   string `json:"note,omitempty" maxLength:"500"`
	}
}

// InBooking is a booking in a path.
type InBooking struct {
	InClub
	ID int64 `path:"id" minimum:"1"`
}

type bookingIn struct{ InBooking }

type stepIn struct {
	InBooking
	Keyed
}

type cancelIn struct {
	InBooking
	Keyed
	Body *struct {
		Waive bool `json:"waive,omitempty" doc:"Keep nothing of the price; staff only."`
	}
}

type rescheduleIn struct {
	InBooking
	Keyed
	Body struct {
		Nets   []int64  `json:"nets,omitempty" maxItems:"20" doc:"The same nets where it is missing."`
		Start  string   `json:"start" maxLength:"40"`
		End    string   `json:"end" maxLength:"40"`
		AddOns *[]int64 `json:"add_ons,omitempty" maxItems:"20" doc:"The same where it is missing; an empty list hires nothing. What stands in a lane does not move to another."`
	}
}

type guestsIn struct {
	InBooking
	Keyed
	Body struct {
		Names []string `json:"names" maxItems:"20" doc:"Of at most 60 characters each; an empty list takes all back."`
	}
}

// RescheduledBody is the moved booking and how its price changed.
type RescheduledBody struct {
	Booking    BookingBody `json:"booking"`
	Difference MoneyBody   `json:"difference" doc:"Positive is more to pay."`
}

type mineIn struct {
	InClub
	From   string `query:"from" format:"date" doc:"From this opening day on; all where it is missing."`
	After  int64  `query:"after" minimum:"0" doc:"The last id of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Member int64  `query:"member" minimum:"1" doc:"Somebody else's; staff only."`
}

// book adds holds and what becomes of them.
func (a *routes) book() {
	const tag = "Bookings"
	one := "/clubs/{club}/bookings/{id}"
	read := func(id, path, summary string) route {
		return route{id: id, method: http.MethodGet, path: path, tag: tag, summary: summary, status: http.StatusOK, access: members, policy: a.opts.Limits.reads(), problems: []int{http.StatusNotFound}}
	}
	do := func(id, path, summary string, status int) route {
		return route{id: id, method: http.MethodPost, path: path, tag: tag, summary: summary, status: status, access: members, policy: a.opts.Limits.writes(), problems: []int{http.StatusNotFound}}
	}
	addOnce(a, do("hold", "/clubs/{club}/holds", "Hold nets for a while, all or none; the price is fixed", http.StatusCreated), a.hold)
	add(a, read("my-bookings", "/clubs/{club}/bookings", "My bookings, by id"), a.mine)
	add(a, read("get-booking", one, "One booking"), a.getBooking)
	calendar := read("booking-calendar", one+"/calendar.ics", "One booking for a calendar")
	calendar.media = calendarType
	add(a, calendar, a.calendar)
	addOnce(a, do("confirm", one+"/confirm", "Make a hold or an offer a booking, where the club takes no payment first", http.StatusOK), a.step((*booking.Service).Confirm))
	addOnce(a, do("extend", one+"/extend", "Make a hold last longer", http.StatusOK), a.step((*booking.Service).Extend))
	addOnce(a, do("check-in", one+"/check-in", "Say that the member is here", http.StatusOK), a.step((*booking.Service).CheckIn))
	addOnce(a, do("set-guests", one+"/guests", "Say who comes along, in place of who was named before; with the member they fit into the nets", http.StatusOK), a.setGuests)
	addOnce(a, do("no-show", one+"/no-show", "Say that nobody came; staff only", http.StatusOK), a.step((*booking.Service).NoShow))
	addOnce(a, do("cancel", one+"/cancel", "Give a hold, an offer or a booking up", http.StatusOK), a.cancel)
	addOnce(a, do("reschedule", one+"/reschedule", "Move to another time or other nets, or change what is hired; where that is taken, all stays. Members pay no difference: what costs more than is paid is refused, and the problem names how much", http.StatusOK), a.reschedule)
}

func (a *routes) hold(ctx context.Context, in *holdIn) (effect[BookingBody], error) {
	slot, err := a.slotOf(ctx, in.Club, in.Body.SlotBody)
	if err != nil {
		return nil, err
	}
	r := booking.HoldRequest{SlotRequest: slot, Member: booking.MemberID(in.Body.Member), Rate: booking.Rate(in.Body.Rate), Note: in.Body.Note}
	actor, err := a.deps.Booking.Approach(ctx, a.actorAnywhere(ctx), r)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
		b, err := s.Hold(ctx, actor, r)
		return bookingOf(b), err
	}, nil
}

// actorOn is who asks, with the right to this booking. A role counts in its own club only, so a booking of another is not there.
func (a *routes) actorOn(ctx context.Context, in InBooking) (booking.Actor, booking.ID, error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return actor, 0, err
	}
	b, err := a.deps.Booking.Booking(ctx, actor, booking.ID(in.ID))
	if err == nil && b.Club != booking.ClubID(in.Club) {
		err = booking.ErrNoBooking
	}
	return actor, booking.ID(in.ID), err
}

// step makes a handler of an action that needs no more than the booking.
func (a *routes) step(action func(s *booking.Service, ctx context.Context, actor booking.Actor, id booking.ID) (booking.Booking, error)) func(ctx context.Context, in *stepIn) (effect[BookingBody], error) {
	return func(ctx context.Context, in *stepIn) (effect[BookingBody], error) {
		actor, id, err := a.actorOn(ctx, in.InBooking)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
			b, err := action(s, ctx, actor, id)
			return bookingOf(b), err
		}, nil
	}
}

func (a *routes) cancel(ctx context.Context, in *cancelIn) (effect[BookingBody], error) {
	actor, id, err := a.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
		b, err := s.Cancel(ctx, actor, id, in.Body != nil && in.Body.Waive)
		return bookingOf(b), err
	}, nil
}

func (a *routes) setGuests(ctx context.Context, in *guestsIn) (effect[BookingBody], error) {
	actor, id, err := a.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
		b, err := s.SetGuests(ctx, actor, id, in.Body.Names)
		return bookingOf(b), err
	}, nil
}

func (a *routes) reschedule(ctx context.Context, in *rescheduleIn) (effect[RescheduledBody], error) {
	actor, id, err := a.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	span, err := a.spanOf(ctx, in.Club, in.Body.Start, in.Body.End)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (RescheduledBody, error) {
		r := booking.RescheduleRequest{Nets: toNets(in.Body.Nets), Start: span.Start, End: span.End}
		if in.Body.AddOns != nil {
			r.AddOns = append([]booking.AddOnID{}, toAddOns(*in.Body.AddOns)...)
		}
		done, err := s.Reschedule(ctx, actor, id, r)
		return RescheduledBody{bookingOf(done.Booking), moneyOf(done.Difference)}, err
	}, nil
}

func (a *routes) mine(ctx context.Context, in *mineIn) (*bodyOut[listOf[BookingBody]], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	query := booking.MineQuery{Club: booking.ClubID(in.Club), After: booking.ID(in.After), Limit: in.Limit, Member: booking.MemberID(in.Member)}
	if in.From != "" {
		if query.From, err = booking.ParseDay(in.From); err != nil {
			return nil, err
		}
	}
	list, err := a.deps.Booking.Mine(ctx, actor, query)
	return &bodyOut[listOf[BookingBody]]{listOf[BookingBody]{bookingsOf(list)}}, err
}

func (a *routes) getBooking(ctx context.Context, in *bookingIn) (*bodyOut[BookingBody], error) {
	b, err := a.readBooking(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	return &bodyOut[BookingBody]{bookingOf(b)}, nil
}

func (a *routes) readBooking(ctx context.Context, in InBooking) (booking.Booking, error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return booking.Booking{}, err
	}
	b, err := a.deps.Booking.Booking(ctx, actor, booking.ID(in.ID))
	if err == nil && b.Club != booking.ClubID(in.Club) {
		err = booking.ErrNoBooking
	}
	return b, err
}
