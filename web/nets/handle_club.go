package nets

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

type availabilityIn struct {
	InClub
	web.IfNoneMatch
	From string  `query:"from" required:"true" format:"date" doc:"The first day, by the club's calendar."`
	To   string  `query:"to" format:"date" doc:"The last day; the same day where it is missing."`
	Nets []int64 `query:"nets" maxItems:"50" doc:"Some nets only, apart by commas."`
}

type startsIn struct {
	InClub
	web.IfNoneMatch
	Day     string `query:"day" required:"true" format:"date" doc:"By the club's calendar."`
	Minutes int    `query:"minutes" minimum:"0" maximum:"1440" doc:"Length of the bookings that are priced; the shortest where it is 0 or missing."`
}

type quoteIn struct {
	InClub
	Body struct {
		SlotBody
		Booking int64 `json:"booking,omitempty" minimum:"1" doc:"The booking that would move there. The prices are those of its rate."`
	}
}

// clubs are the handlers that serve everybody: clubs, nets, free times and prices.
type clubs struct {
	handlers
	known knownAnswers
}

func (h clubs) addRoutes() {
	public := func(id, path, summary string) web.Route {
		r := readRoute(id, path, "Nets", summary)
		r.Public = true
		return r
	}
	web.Add(h.api, public("list-clubs", "/clubs", "The clubs"), h.listClubs)
	web.Add(h.api, public("get-club", "/clubs/{club}", "A club and its policy"), h.getClub)
	web.Add(h.api, public("list-nets", "/clubs/{club}/nets", "The nets of a club"), h.listNets)
	cached := func(r web.Route) web.Route {
		r.Cached = true
		return r
	}
	web.Add(h.api, cached(public("availability", "/clubs/{club}/availability", "What is free on a day or on up to 62, on all nets or some; at most 24,000 cells of the grid")), h.readAvailability)
	web.Add(h.api, cached(public("free", "/clubs/{club}/free", "How much is free on a day or on up to 62: a short form of the availability, with its limits")), h.readFreeTime)
	web.Add(h.api, cached(public("starts", "/clubs/{club}/starts", "Where a booking could begin on a day: how long it could be, and its price for you")), h.readStarts)
	quote := public("quote", "/clubs/{club}/quote", "What a time would cost now")
	quote.Method, quote.Problems = http.MethodPost, append(quote.Problems, http.StatusConflict)
	web.Add(h.api, quote, h.quotePrice)
}

func (h clubs) listClubs(ctx context.Context, _ *struct{}) (*web.Body[web.ListOf[ClubBody]], error) {
	clubs, err := h.booking.Clubs(ctx)
	return web.List(clubs, clubOf), err
}

func (h clubs) getClub(ctx context.Context, in *clubIn) (*web.Body[ClubBody], error) {
	c, err := h.booking.Club(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	return &web.Body[ClubBody]{Body: clubOf(c)}, nil
}

func (h clubs) listNets(ctx context.Context, in *clubIn) (*web.Body[web.ListOf[NetBody]], error) {
	nets, err := h.booking.Nets(ctx, booking.ClubID(in.Club))
	return web.List(nets, func(n booking.Net) NetBody {
		return netOf(withoutRetired(n))
	}), err
}

func (h clubs) readAvailability(ctx context.Context, in *availabilityIn) (*web.Conditional[AvailabilityBody], error) {
	return answerAvailability(ctx, h, "availability", in, availabilityOf)
}

func (h clubs) readFreeTime(ctx context.Context, in *availabilityIn) (*web.Conditional[FreeDaysBody], error) {
	return answerAvailability(ctx, h, "free", in, freeDaysOf)
}

// answerAvailability answers with a form of the availability.
func answerAvailability[B undated](ctx context.Context, h clubs, route string, in *availabilityIn, form func(booking.Availability) B) (*web.Conditional[B], error) {
	from, err := booking.ParseDay(in.From)
	if err != nil {
		return nil, err
	}
	to := from
	if in.To != "" {
		if to, err = booking.ParseDay(in.To); err != nil {
			return nil, err
		}
	}
	asked := question{route, booking.ClubID(in.Club), from, to, fmt.Sprint(in.Nets)}
	return answerTagged(ctx, h, asked, in.Tag(), func() (body B, state string, err error) {
		found, err := h.booking.Availability(ctx, booking.AvailabilityRequest{Club: booking.ClubID(in.Club), Nets: toNets(in.Nets), From: from, To: to})
		if err != nil {
			return body, "", err
		}
		return form(found), found.Tag(), nil
	})
}

func (h clubs) readStarts(ctx context.Context, in *startsIn) (*web.Conditional[StartsBody], error) {
	day, err := booking.ParseDay(in.Day)
	if err != nil {
		return nil, err
	}
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	asked := question{"starts", booking.ClubID(in.Club), day, day, fmt.Sprintf("%d %s", in.Minutes, actor.Role)} // a role has its own prices
	return answerTagged(ctx, h, asked, in.Tag(), func() (body StartsBody, state string, err error) {
		found, err := h.booking.Starts(ctx, actor, booking.ClubID(in.Club), day, time.Duration(in.Minutes)*time.Minute)
		if err != nil {
			return body, "", err
		}
		return startsOf(found), found.Tag(), nil
	})
}

func (h clubs) quotePrice(ctx context.Context, in *quoteIn) (*web.Body[QuoteBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	if in.Body.Booking != 0 {
		_, moved, err := h.readBooking(ctx, InBooking{in.InClub, in.Body.Booking})
		if err != nil {
			return nil, err
		}
		actor = actor.QuotedAs(moved)
	}
	slot, err := h.slotOf(ctx, in.Club, in.Body.SlotBody)
	if err != nil {
		return nil, err
	}
	q, err := h.booking.Quote(ctx, actor, slot)
	if err != nil {
		return nil, err
	}
	return &web.Body[QuoteBody]{Body: quoteOf(q)}, nil
}
