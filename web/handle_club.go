package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"pavilion/booking"
)

// InClub is the club in every path.
type InClub struct {
	Club int64 `path:"club" minimum:"1" doc:"The club."`
}

// actorAnywhere is who asks, as a guest of every club; those whom the settings name are admins everywhere.
func (a *routes) actorAnywhere(ctx context.Context) booking.Actor {
	actor := booking.Actor{ID: booking.MemberID(exchangeOf(ctx).user.ID), Role: booking.Guest, Origin: "http"}
	if slices.Contains(a.opts.Admins, actor.ID) {
		actor.Role = booking.Admin
	}
	return actor
}

// actorIn is who asks, in the role that they have in this club.
func (a *routes) actorIn(ctx context.Context, club int64) (booking.Actor, error) {
	actor := a.actorAnywhere(ctx)
	if actor.Role == booking.Admin || actor.ID == 0 {
		return actor, nil
	}
	role, err := a.deps.Booking.Member(ctx, booking.ClubID(club), actor.ID)
	if err != nil {
		return booking.Actor{}, err
	}
	actor.Role = role
	return actor, nil
}

type listOf[B any] struct {
	Items []B `json:"items"`
}

// itemsOf answers with a list, which is never null.
func itemsOf[T, B any](list []T, body func(T) B) *bodyOut[listOf[B]] {
	out := &bodyOut[listOf[B]]{}
	out.Body.Items = make([]B, 0, len(list))
	for _, x := range list {
		out.Body.Items = append(out.Body.Items, body(x))
	}
	return out
}

type clubIn struct{ InClub }

type availabilityIn struct {
	InClub
	From string  `query:"from" required:"true" format:"date" doc:"The first day, by the club's calendar."`
	To   string  `query:"to" format:"date" doc:"The last day; the same day where it is missing."`
	Nets []int64 `query:"nets" maxItems:"50" doc:"Some nets only, apart by commas."`
}

// SlotBody is a time on nets, as a client names it.
type SlotBody struct {
	Nets   []int64 `json:"nets" minItems:"1" maxItems:"20"`
	Start  string  `json:"start" maxLength:"40" doc:"RFC 3339; without an offset it is a time on the club's clock, which must exist and be clear." example:"2026-11-01T18:00"`
	End    string  `json:"end" maxLength:"40" example:"2026-11-01T19:00"`
	AddOns []int64 `json:"add_ons,omitempty" maxItems:"20"`
}

type quoteIn struct {
	InClub
	Body SlotBody
}

// clubs adds what everybody may read.
func (a *routes) clubs() {
	const tag = "Nets"
	read := func(id, path, summary string) route {
		return route{id: id, method: http.MethodGet, path: path, tag: tag, summary: summary, status: http.StatusOK, policy: a.opts.Limits.reads(), problems: []int{http.StatusNotFound}}
	}
	add(a, read("list-clubs", "/clubs", "The clubs"), a.listClubs)
	add(a, read("get-club", "/clubs/{club}", "A club and its policy"), a.getClub)
	add(a, read("list-nets", "/clubs/{club}/nets", "The nets of a club"), a.listNets)
	add(a, read("availability", "/clubs/{club}/availability", "What is free on a day or on up to 62, on all nets or some; at most 24,000 cells of the grid"), a.availability)
	quote := read("quote", "/clubs/{club}/quote", "What a time would cost now")
	quote.method, quote.problems = http.MethodPost, append(quote.problems, http.StatusConflict)
	add(a, quote, a.quote)
}

func (a *routes) listClubs(ctx context.Context, _ *nothing) (*bodyOut[listOf[ClubBody]], error) {
	clubs, err := a.deps.Booking.Clubs(ctx)
	return itemsOf(clubs, clubOf), err
}

func (a *routes) getClub(ctx context.Context, in *clubIn) (*bodyOut[ClubBody], error) {
	c, err := a.deps.Booking.Club(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	return &bodyOut[ClubBody]{clubOf(c)}, nil
}

func (a *routes) listNets(ctx context.Context, in *clubIn) (*bodyOut[listOf[NetBody]], error) {
	nets, err := a.deps.Booking.Nets(ctx, booking.ClubID(in.Club))
	return itemsOf(nets, func(n booking.Net) NetBody {
		return netOf(offered(n))
	}), err
}

func (a *routes) availability(ctx context.Context, in *availabilityIn) (*bodyOut[AvailabilityBody], error) {
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
	found, err := a.deps.Booking.Availability(ctx, booking.AvailabilityRequest{Club: booking.ClubID(in.Club), Nets: toNets(in.Nets), From: from, To: to})
	if err != nil {
		return nil, err
	}
	return &bodyOut[AvailabilityBody]{availabilityOf(found)}, nil
}

func (a *routes) quote(ctx context.Context, in *quoteIn) (*bodyOut[QuoteBody], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	slot, err := a.slotOf(ctx, in.Club, in.Body)
	if err != nil {
		return nil, err
	}
	q, err := a.deps.Booking.Quote(ctx, actor, slot)
	if err != nil {
		return nil, err
	}
	return &bodyOut[QuoteBody]{quoteOf(q)}, nil
}

// slotOf reads the times of a slot by the club's clock.
func (a *routes) slotOf(ctx context.Context, club int64, b SlotBody) (booking.SlotRequest, error) {
	span, err := a.spanOf(ctx, club, b.Start, b.End)
	r := booking.SlotRequest{Club: booking.ClubID(club), Nets: toNets(b.Nets), Start: span.Start, End: span.End, AddOns: toAddOns(b.AddOns)}
	return r, err
}

func (a *routes) spanOf(ctx context.Context, club int64, start, end string) (booking.Span, error) {
	from, ferr := time.Parse(time.RFC3339, start)
	to, terr := time.Parse(time.RFC3339, end)
	if ferr == nil && terr == nil {
		return booking.Span{Start: from, End: to}, nil // instants need no zone, and no question to the database
	}
	c, err := a.deps.Booking.Club(ctx, booking.ClubID(club))
	if err != nil {
		return booking.Span{}, err
	}
	if from, err = booking.ParseInstant(start, c.Zone); err != nil {
		return booking.Span{}, err
	}
	to, err = booking.ParseInstant(end, c.Zone)
	return booking.Span{Start: from, End: to}, err
}
