package nets

import (
	"context"
	"net/http"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

type seriesIn struct {
	InClub
	web.Keyed
	Body struct {
		Nets     []int64 `json:"nets" minItems:"1" maxItems:"20"`
		AddOns   []int64 `json:"add_ons,omitempty" maxItems:"20"`
		FirstDay string  `json:"first_day" format:"date"`
		Minute   int     `json:"start_minute" minimum:"0" maximum:"2880" doc:"Of the club's clock on each day; more than 1440 is the night after."`
		Length   int     `json:"minutes" minimum:"1" maximum:"1440"`
		Weeks    int     `json:"weeks" minimum:"2" maximum:"53"`
		Policy   string  `json:"policy" enum:"all_or_nothing,skip" doc:"What happens when some dates cannot be had: nothing is booked, or the others are. Both list those dates."`
		Repeat   string  `json:"repeat,omitempty" enum:"earlier,later" doc:"For a date on which the clock shows the time twice; where it is missing that date cannot be had."`
		Member   int64   `json:"member,omitempty" minimum:"1" doc:"For somebody else; staff only."`
		Rate     string  `json:"rate,omitempty" enum:"member,guest" doc:"With member: what they pay."`
		Note     string  `json:"note,omitempty" maxLength:"500"`
	}
}

// SeriesBody are a series' bookings and the dates without one.
type SeriesBody struct {
	ID       int64         `json:"id"`
	Bookings []BookingBody `json:"bookings"`
	Skipped  []SkippedBody `json:"skipped"`
}

// SkippedBody is a date that could not be booked, with the reason.
type SkippedBody struct {
	Day    string `json:"day" format:"date"`
	Type   string `json:"type" doc:"The type of the problem that a hold at that time would have met." example:"/problems/slot-taken"`
	Detail string `json:"detail"`
}

// skippedOf writes skipped dates, each with the sentence of its reason.
func skippedOf(list []booking.Skipped, sentence func(error) string) []SkippedBody {
	out := []SkippedBody{}
	for _, s := range list {
		out = append(out, SkippedBody{s.Day.String(), web.ProblemType(s.Reason), sentence(s.Reason)})
	}
	return out
}

type swapIn struct {
	InBooking
	web.Keyed
	web.Versioned
	Body struct {
		With    int64 `json:"with" minimum:"1" doc:"The other booking."`
		Version int   `json:"with_version" minimum:"1" doc:"The version of the other booking as it was seen."`
	}
}

// series are the handlers for actions on several bookings at once.
type series struct{ handlers }

func (h series) addRoutes() {
	web.AddOnce(h.actions, actionRoute("book-series", http.MethodPost, "/clubs/{club}/series", bookingsTag, "Book the same local time every week", http.StatusCreated), h.bookSeries)
	web.AddOnce(h.actions, actionRoute("swap", http.MethodPost, "/clubs/{club}/bookings/{id}/swap", bookingsTag, "Exchange the places of two bookings; staff only", http.StatusOK), h.swapBookings)
}

func (h series) bookSeries(ctx context.Context, in *seriesIn) (effect[SeriesBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	first, err := booking.ParseDay(in.Body.FirstDay)
	if err != nil {
		return nil, err
	}
	r := booking.SeriesRequest{
		Club: booking.ClubID(in.Club), Nets: toNets(in.Body.Nets), AddOns: toAddOns(in.Body.AddOns), First: first, Minute: in.Body.Minute,
		Length: time.Duration(in.Body.Length) * time.Minute, Weeks: in.Body.Weeks, Policy: booking.SeriesPolicy(in.Body.Policy), Repeat: booking.Repeat(in.Body.Repeat),
		Member: booking.MemberID(in.Body.Member), Rate: booking.Rate(in.Body.Rate), Note: in.Body.Note,
	}
	return func(ctx context.Context, s *booking.Service) (SeriesBody, error) {
		done, err := s.BookSeries(ctx, actor, r)
		return SeriesBody{int64(done.ID), bookingsOf(done.Bookings), skippedOf(done.Skipped, h.api.Sentence)}, err
	}, nil
}

func (h series) swapBookings(ctx context.Context, in *swapIn) (effect[web.ListOf[BookingBody]], error) {
	actor, id, err := h.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	if _, _, err := h.actorOn(ctx, InBooking{in.InClub, in.Body.With}); err != nil {
		return nil, err
	}
	seen, err := bookingSeen(id, in.Versioned)
	if err != nil {
		return nil, err
	}
	seen.Bookings[booking.ID(in.Body.With)] = in.Body.Version
	return func(ctx context.Context, s *booking.Service) (web.ListOf[BookingBody], error) {
		done, err := s.IfSeen(seen).Swap(ctx, actor, id, booking.ID(in.Body.With))
		return web.ListOf[BookingBody]{Items: bookingsOf(done[:])}, err
	}, nil
}
