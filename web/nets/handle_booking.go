package nets

import (
	"context"
	"net/http"

	"pavilion/booking"
	"pavilion/web"
)

type holdIn struct {
	InClub
	web.Keyed
	Body struct {
		SlotBody
		ReasonBody
		Member int64    `json:"member,omitempty" minimum:"1" doc:"For somebody else; staff only."`
		Rate   string   `json:"rate,omitempty" enum:"member,guest" doc:"With member: what they pay."`
		Note   string   `json:"note,omitempty" maxLength:"500"`
		Guests []string `json:"guests,omitempty" maxItems:"20" doc:"Who comes along: names of at most 60 characters each. With the member they fit into the nets."`
	}
}

type stepIn struct {
	InBooking
	web.Keyed
	web.MaybeVersioned
}

type cancelIn struct {
	InBooking
	web.Keyed
	web.Versioned
	Body *struct {
		ReasonBody
		Waive bool `json:"waive,omitempty" doc:"Keep nothing of the price; staff only."`
	}
}

type reasonedStepIn struct {
	InBooking
	web.Keyed
	web.MaybeVersioned
	Body *ReasonBody
}

type rescheduleIn struct {
	InBooking
	web.Keyed
	web.Versioned
	Body struct {
		ReasonBody
		Nets   []int64  `json:"nets,omitempty" maxItems:"20" doc:"The same nets where it is missing."`
		Start  string   `json:"start" maxLength:"40"`
		End    string   `json:"end" maxLength:"40"`
		AddOns *[]int64 `json:"add_ons,omitempty" maxItems:"20" doc:"The same where it is missing; an empty list hires nothing. What stands in a lane does not move to another."`
	}
}

type guestsIn struct {
	InBooking
	web.Keyed
	web.Versioned
	Body struct {
		Names []string `json:"names" maxItems:"20" doc:"Of at most 60 characters each; an empty list takes all back."`
	}
}

// RescheduledBody is the moved booking and the difference of its price.
type RescheduledBody struct {
	Booking    BookingBody `json:"booking"`
	Difference MoneyBody   `json:"difference" doc:"Positive is more to pay."`
}

// ETag is that of the booking.
func (b RescheduledBody) ETag() string { return b.Booking.ETag() }

type mineIn struct {
	InClub
	From   string `query:"from" format:"date" doc:"From this opening day on; all where it is missing."`
	After  int64  `query:"after" minimum:"0" doc:"The last id of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Member int64  `query:"member" minimum:"1" doc:"Somebody else's; staff only."`
}

// bookings are the handlers for holds and bookings.
type bookings struct{ handlers }

func (h bookings) addRoutes() {
	const tag = bookingsTag
	one := "/clubs/{club}/bookings/{id}"
	web.AddOnce(h.actions, actionRoute("hold", http.MethodPost, "/clubs/{club}/holds", tag, "Hold nets for a while, all or none; the price is fixed", http.StatusCreated), h.hold)
	web.Add(h.api, readRoute("my-bookings", "/clubs/{club}/bookings", tag, "My bookings, by id"), h.listMine)
	web.Add(h.api, readRoute("get-booking", one, tag, "One booking"), h.getBooking)
	calendar := readRoute("booking-calendar", one+"/calendar.ics", tag, "One booking for a calendar")
	calendar.Media = calendarType
	web.Add(h.api, calendar, h.downloadCalendar)
	web.AddOnce(h.actions, actionRoute("confirm", http.MethodPost, one+"/confirm", tag, "Make a hold or an offer a booking, where the club takes no payment first", http.StatusOK), h.stepHandler((*booking.Service).Confirm))
	web.AddOnce(h.actions, actionRoute("extend", http.MethodPost, one+"/extend", tag, "Make a hold last longer", http.StatusOK), h.stepHandler((*booking.Service).Extend))
	web.AddOnce(h.actions, actionRoute("check-in", http.MethodPost, one+"/check-in", tag, "Say that the member is here", http.StatusOK), h.stepHandler((*booking.Service).CheckIn))
	code := readRoute("check-in-code", one+"/check-in-code", tag, "The code with which the staff check me in, as text and as a QR code; for the member of a confirmed booking")
	code.Problems = append(code.Problems, http.StatusConflict)
	web.Add(h.api, code, h.readCheckInCode)
	web.AddOnce(h.actions, actionRoute("set-guests", http.MethodPost, one+"/guests", tag, "Say who comes along, in place of who was named before; with the member they fit into the nets", http.StatusOK), h.setGuests)
	web.AddOnce(h.actions, actionRoute("no-show", http.MethodPost, one+"/no-show", tag, "Say that nobody came; staff only", http.StatusOK), h.reasonedStepHandler((*booking.Service).NoShow))
	web.AddOnce(h.actions, actionRoute("undo-no-show", http.MethodPost, one+"/undo-no-show", tag, "Take back that nobody came, until a day after the end and while nobody else has the rest of the time; staff only", http.StatusOK), h.reasonedStepHandler((*booking.Service).UndoNoShow))
	web.AddOnce(h.actions, actionRoute("cancel", http.MethodPost, one+"/cancel", tag, "Give a hold, an offer or a booking up", http.StatusOK), h.cancelBooking)
	web.AddOnce(h.actions, actionRoute("reschedule", http.MethodPost, one+"/reschedule", tag, "Move to another time or other nets, or change what is hired; where that is taken, all stays. Members pay no difference: what costs more than is paid is refused, and the problem names how much", http.StatusOK), h.reschedule)
}

func (h bookings) hold(ctx context.Context, in *holdIn) (effect[BookingBody], error) {
	slot, err := h.slotOf(ctx, in.Club, in.Body.SlotBody)
	if err != nil {
		return nil, err
	}
	r := booking.HoldRequest{SlotRequest: slot, Member: booking.MemberID(in.Body.Member), Rate: booking.Rate(in.Body.Rate), Note: in.Body.Note, Guests: in.Body.Guests}
	return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
		actor, err := s.PrecheckHold(ctx, h.actorAnywhere(ctx), r)
		if err != nil {
			return BookingBody{}, err
		}
		actor.Reason = in.Body.Reason
		b, err := s.Hold(ctx, actor, r)
		return bookingOf(b), err
	}, nil
}

// stepHandler makes the handler of an action whose only argument is the booking.
func (h bookings) stepHandler(action bookingAction) func(ctx context.Context, in *stepIn) (effect[BookingBody], error) {
	return func(ctx context.Context, in *stepIn) (effect[BookingBody], error) {
		return h.step(ctx, in.InBooking, in.MaybeVersioned, nil, action)
	}
}

// bookingAction is a method of booking.Service whose only argument is a booking.
type bookingAction func(s *booking.Service, ctx context.Context, actor booking.Actor, id booking.ID) (booking.Booking, error)

// reasonedStepHandler makes the handler of a bookingAction with an optional reason.
func (h bookings) reasonedStepHandler(action bookingAction) func(ctx context.Context, in *reasonedStepIn) (effect[BookingBody], error) {
	return func(ctx context.Context, in *reasonedStepIn) (effect[BookingBody], error) {
		return h.step(ctx, in.InBooking, in.MaybeVersioned, in.Body, action)
	}
}

// step prepares a bookingAction. Its If-Match and its reason are optional.
func (h bookings) step(ctx context.Context, in InBooking, version web.MaybeVersioned, reason *ReasonBody, action bookingAction) (effect[BookingBody], error) {
	actor, id, err := h.actorOn(ctx, in)
	if err != nil {
		return nil, err
	}
	seen, err := maybeSeen(id, version)
	if err != nil {
		return nil, err
	}
	if reason != nil {
		actor.Reason = reason.Reason
	}
	return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
		b, err := action(s.IfSeen(seen), ctx, actor, id)
		return bookingOf(b), err
	}, nil
}

func (h bookings) cancelBooking(ctx context.Context, in *cancelIn) (effect[BookingBody], error) {
	actor, id, err := h.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	seen, err := bookingSeen(id, in.Versioned)
	if err != nil {
		return nil, err
	}
	if in.Body != nil {
		actor.Reason = in.Body.Reason
	}
	return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
		b, err := s.IfSeen(seen).Cancel(ctx, actor, id, in.Body != nil && in.Body.Waive)
		return bookingOf(b), err
	}, nil
}

func (h bookings) setGuests(ctx context.Context, in *guestsIn) (effect[BookingBody], error) {
	actor, id, err := h.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	seen, err := bookingSeen(id, in.Versioned)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
		b, err := s.IfSeen(seen).SetGuests(ctx, actor, id, in.Body.Names)
		return bookingOf(b), err
	}, nil
}

func (h bookings) reschedule(ctx context.Context, in *rescheduleIn) (effect[RescheduledBody], error) {
	actor, id, err := h.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	seen, err := bookingSeen(id, in.Versioned)
	if err != nil {
		return nil, err
	}
	span, err := h.spanOf(ctx, in.Club, in.Body.Start, in.Body.End)
	if err != nil {
		return nil, err
	}
	actor.Reason = in.Body.Reason
	return func(ctx context.Context, s *booking.Service) (RescheduledBody, error) {
		r := booking.RescheduleRequest{Nets: toNets(in.Body.Nets), Start: span.Start, End: span.End}
		if in.Body.AddOns != nil {
			r.AddOns = append([]booking.AddOnID{}, toAddOns(*in.Body.AddOns)...)
		}
		done, err := s.IfSeen(seen).Reschedule(ctx, actor, id, r)
		return RescheduledBody{bookingOf(done.Booking), moneyOf(done.Difference)}, err
	}, nil
}

func (h bookings) listMine(ctx context.Context, in *mineIn) (*web.Body[web.ListOf[BookingBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	query := booking.MemberBookingsQuery{Club: booking.ClubID(in.Club), After: booking.ID(in.After), Limit: in.Limit, Member: booking.MemberID(in.Member)}
	if in.From != "" {
		if query.From, err = booking.ParseDay(in.From); err != nil {
			return nil, err
		}
	}
	list, err := h.booking.MemberBookings(ctx, actor, query)
	return web.List(list, bookingOf), err
}

func (h bookings) getBooking(ctx context.Context, in *bookingIn) (*web.Body[BookingBody], error) {
	_, b, err := h.readBooking(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	return &web.Body[BookingBody]{Body: bookingOf(b)}, nil
}
