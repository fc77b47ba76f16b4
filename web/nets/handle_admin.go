package nets

import (
	"context"
	"net/http"
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

// NetSettings are an admin's settings of a net.
type NetSettings struct {
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	Surface  string `json:"surface,omitempty" maxLength:"100"`
	Indoor   bool   `json:"indoor,omitempty"`
	Lights   bool   `json:"lights,omitempty"`
	Capacity int    `json:"capacity" minimum:"1" maximum:"1000"`
	Active   bool   `json:"active" doc:"A net is retired, never deleted: bookings name it."`
}

// HoursBody is a span of a weekday in which nets are open.
type HoursBody struct {
	Net     int64 `json:"net,omitempty" minimum:"0" doc:"0 or missing: every net that has no hours of its own."`
	Weekday int   `json:"weekday" minimum:"0" maximum:"6" doc:"0 is Sunday."`
	Opens   int   `json:"opens_minute" minimum:"0" maximum:"1439" doc:"Minutes of the local clock."`
	Closes  int   `json:"closes_minute" minimum:"1" maximum:"2880" doc:"More than 1440 is the night after, which belongs to this day."`
}

// ClosureBody is a time in which nets are closed.
type ClosureBody struct {
	ID         int64   `json:"id,omitempty" readOnly:"true"`
	Nets       []int64 `json:"nets,omitempty" maxItems:"50" doc:"All where it is missing."`
	Reason     string  `json:"reason,omitempty" maxLength:"200"`
	Every      string  `json:"every" enum:"once,week,year"`
	Start      string  `json:"start,omitempty" maxLength:"40" doc:"Once: from this time on."`
	End        string  `json:"end,omitempty" maxLength:"40"`
	FirstDay   string  `json:"first_day,omitempty" format:"date" doc:"Every week or year: the day that repeats."`
	LastDay    string  `json:"last_day,omitempty" format:"date"`
	FromMinute int     `json:"from_minute,omitempty" minimum:"0" maximum:"1439"`
	ToMinute   int     `json:"to_minute,omitempty" minimum:"0" maximum:"2880"`
}

// PriceBody is a price rule: the price of an hour at some times of the week.
type PriceBody struct {
	Net         int64  `json:"net,omitempty" minimum:"0" doc:"0 or missing: every net."`
	Label       string `json:"label" minLength:"1" maxLength:"100"`
	Rank        int    `json:"rank,omitempty" minimum:"0" maximum:"1000" doc:"The highest that matches counts."`
	Weekdays    []int  `json:"weekdays" minItems:"1" maxItems:"7" doc:"0 is Sunday."`
	FromMinute  int    `json:"from_minute" minimum:"0" maximum:"1439"`
	ToMinute    int    `json:"to_minute" minimum:"1" maximum:"1440"`
	MemberMinor int64  `json:"member_minor" minimum:"0" doc:"An hour, in minor units of the club's currency."`
	GuestMinor  int64  `json:"guest_minor" minimum:"0"`
}

// SavedNetBody is a saved net and the bookings on it that its retirement or the opening hours leave without a place; the admin has to resolve them.
type SavedNetBody struct {
	NetBody
	Bookings []BookingBody `json:"bookings" doc:"Ahead, on this net while it is retired, or outside its hours. They stay."`
}

// HoursListBody has all opening hours of a club.
type HoursListBody struct {
	Items   []HoursBody `json:"items"`
	Version int         `json:"version" doc:"Of the whole list."`
}

// ETag is the version.
func (b HoursListBody) ETag() string { return web.ETag(b.Version) }

// PriceListBody has all price rules of a club.
type PriceListBody struct {
	Items   []PriceBody `json:"items"`
	Version int         `json:"version" doc:"Of the whole list."`
}

// ETag is the version.
func (b PriceListBody) ETag() string { return web.ETag(b.Version) }

// SavedHoursBody are the opening hours and the bookings outside them, which the admin has to resolve.
type SavedHoursBody struct {
	HoursListBody
	Bookings []BookingBody `json:"bookings" doc:"Ahead, and outside the hours or on a retired net. They stay."`
}

type netIn struct {
	InClub
	web.Keyed
	Body NetSettings
}

type netChangeIn struct {
	InClub
	web.Keyed
	web.Versioned
	ID   int64 `path:"id" minimum:"1"`
	Body NetSettings
}

type hoursIn struct {
	InClub
	web.Keyed
	web.Versioned
	Body web.ListOf[HoursBody]
}

type hoursPreviewIn struct {
	InClub
	Body web.ListOf[HoursBody]
}

type pricesIn struct {
	InClub
	web.Keyed
	web.Versioned
	Body web.ListOf[PriceBody]
}

type closureIn struct {
	InClub
	web.Keyed
	Body ClosureBody
}

type closureID struct {
	InClub
	ID int64 `path:"id" minimum:"1"`
}

// ClosedBody is a new closure and the bookings inside it, which the admin has to resolve.
type ClosedBody struct {
	Closure  ClosureBody   `json:"closure"`
	Bookings []BookingBody `json:"bookings"`
}

// netAdmin are the handlers for nets, hours, closures, prices and blocks. The domain decides which roles may use them.
type netAdmin struct{ handlers }

func (h netAdmin) addRoutes() {
	const tag = administrationTag
	web.AddOnce(h.actions, actionRoute("add-net", http.MethodPost, "/clubs/{club}/nets", tag, "Add a net", http.StatusCreated), h.addNet)
	web.AddOnce(h.actions, actionRoute("change-net", http.MethodPut, "/clubs/{club}/nets/{id}", tag, "Change or retire a net; what is booked on a retired one is listed and stays", http.StatusOK), h.changeNet)
	web.Add(h.api, readRoute("get-hours", "/clubs/{club}/hours", tag, "The opening hours"), h.getHours)
	web.AddOnce(h.actions, actionRoute("set-hours", http.MethodPut, "/clubs/{club}/hours", tag, "Replace all opening hours; what is booked outside them is listed and stays", http.StatusOK), h.setHours)
	preview := readRoute("preview-hours", "/clubs/{club}/hours/preview", tag, "What would be booked outside of other opening hours; nothing changes")
	preview.Method = http.MethodPost
	web.Add(h.api, preview, h.previewHours)
	web.Add(h.api, readRoute("get-closures", "/clubs/{club}/closures", tag, "The closures"), h.getClosures)
	web.AddOnce(h.actions, actionRoute("close", http.MethodPost, "/clubs/{club}/closures", tag, "Shut nets; what is booked inside is listed and stays", http.StatusCreated), h.addClosure)
	web.Add(h.api, actionRoute("lift-closure", http.MethodDelete, "/clubs/{club}/closures/{id}", tag, "Lift a closure", http.StatusNoContent), h.liftClosure)
	web.Add(h.api, readRoute("get-prices", "/clubs/{club}/prices", tag, "The price rules"), h.getPrices)
	web.AddOnce(h.actions, actionRoute("set-prices", http.MethodPut, "/clubs/{club}/prices", tag, "Replace all price rules; fixed prices stay", http.StatusOK), h.setPrices)
	web.AddOnce(h.actions, actionRoute("block", http.MethodPost, "/clubs/{club}/blocks", tag, "Lay a block over nets, with a word for each booking in the way", http.StatusCreated), h.blockNets)
}

func (n NetSettings) net(id int64) booking.Net {
	return booking.Net{ID: booking.NetID(id), Name: n.Name, Surface: n.Surface, Indoor: n.Indoor, Lights: n.Lights, Capacity: n.Capacity, Active: n.Active}
}

func (h netAdmin) saveNet(ctx context.Context, club int64, n booking.Net, seen booking.Seen) (effect[SavedNetBody], error) {
	actor, err := h.actorIn(ctx, club)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (SavedNetBody, error) {
		saved, err := s.IfSeen(seen).SaveNet(ctx, actor, booking.ClubID(club), n)
		if err != nil {
			return SavedNetBody{}, err
		}
		stranded, err := s.Stranded(ctx, actor, booking.ClubID(club))
		stranded = slices.DeleteFunc(stranded, func(b booking.Booking) bool { return !slices.Contains(b.Nets, saved.ID) })
		return SavedNetBody{netOf(saved), bookingsOf(stranded)}, err
	}, nil
}

func (h netAdmin) addNet(ctx context.Context, in *netIn) (effect[SavedNetBody], error) {
	return h.saveNet(ctx, in.Club, in.Body.net(0), booking.Seen{})
}

func (h netAdmin) changeNet(ctx context.Context, in *netChangeIn) (effect[SavedNetBody], error) {
	seen, err := settingSeen(in.Versioned)
	if err != nil {
		return nil, err
	}
	return h.saveNet(ctx, in.Club, in.Body.net(in.ID), seen)
}

func (h netAdmin) getHours(ctx context.Context, in *clubIn) (*web.Body[HoursListBody], error) {
	hours, version, err := h.booking.HoursWithVersion(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	return &web.Body[HoursListBody]{Body: hoursOf(hours, version)}, nil
}

func hoursOf(hours []booking.OpeningHours, version int) HoursListBody {
	list := HoursListBody{Items: []HoursBody{}, Version: version}
	for _, h := range hours {
		list.Items = append(list.Items, HoursBody{int64(h.Net), int(h.Weekday), h.Opens, h.Closes})
	}
	return list
}

func (h netAdmin) setHours(ctx context.Context, in *hoursIn) (effect[SavedHoursBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	hours := toHours(in.Body.Items)
	seen, err := settingSeen(in.Versioned)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (SavedHoursBody, error) {
		if err := s.IfSeen(seen).SetHours(ctx, actor, booking.ClubID(in.Club), hours); err != nil {
			return SavedHoursBody{}, err
		}
		saved, version, err := s.HoursWithVersion(ctx, booking.ClubID(in.Club))
		if err != nil {
			return SavedHoursBody{}, err
		}
		stranded, err := s.Stranded(ctx, actor, booking.ClubID(in.Club))
		return SavedHoursBody{hoursOf(saved, version), bookingsOf(stranded)}, err
	}, nil
}

func toHours(items []HoursBody) []booking.OpeningHours {
	var hours []booking.OpeningHours
	for _, h := range items {
		hours = append(hours, booking.OpeningHours{Net: booking.NetID(h.Net), Weekday: time.Weekday(h.Weekday), Opens: h.Opens, Closes: h.Closes})
	}
	return hours
}

func (h netAdmin) previewHours(ctx context.Context, in *hoursPreviewIn) (*web.Body[web.ListOf[BookingBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	stranded, err := h.booking.StrandedBy(ctx, actor, booking.ClubID(in.Club), toHours(in.Body.Items))
	return web.List(stranded, bookingOf), err
}

func (h netAdmin) getPrices(ctx context.Context, in *clubIn) (*web.Body[PriceListBody], error) {
	rules, version, err := h.booking.PricesWithVersion(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	return &web.Body[PriceListBody]{Body: pricesOf(rules, version)}, nil
}

func pricesOf(rules []booking.PriceRule, version int) PriceListBody {
	list := PriceListBody{Items: []PriceBody{}, Version: version}
	for _, r := range rules {
		p := PriceBody{Net: int64(r.Net), Label: r.Label, Rank: r.Rank, Weekdays: []int{}, FromMinute: r.From, ToMinute: r.To, MemberMinor: r.Member.Minor, GuestMinor: r.Guest.Minor}
		for day, on := range r.Weekdays {
			if on {
				p.Weekdays = append(p.Weekdays, day)
			}
		}
		list.Items = append(list.Items, p)
	}
	return list
}

func (h netAdmin) setPrices(ctx context.Context, in *pricesIn) (effect[PriceListBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	club, err := h.booking.Club(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	var rules []booking.PriceRule
	for _, p := range in.Body.Items {
		r := booking.PriceRule{
			Net: booking.NetID(p.Net), Label: p.Label, Rank: p.Rank, From: p.FromMinute, To: p.ToMinute,
			Member: booking.Money{Minor: p.MemberMinor, Currency: club.Currency}, Guest: booking.Money{Minor: p.GuestMinor, Currency: club.Currency},
		}
		for _, day := range p.Weekdays {
			if day < 0 || day > 6 {
				return nil, booking.ErrPriceRule
			}
			r.Weekdays[day] = true
		}
		rules = append(rules, r)
	}
	seen, err := settingSeen(in.Versioned)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (PriceListBody, error) {
		if err := s.IfSeen(seen).SetPrices(ctx, actor, club.ID, rules); err != nil {
			return PriceListBody{}, err
		}
		saved, version, err := s.PricesWithVersion(ctx, club.ID)
		return pricesOf(saved, version), err
	}, nil
}

func (h netAdmin) getClosures(ctx context.Context, in *clubIn) (*web.Body[web.ListOf[ClosureBody]], error) {
	closures, err := h.booking.Closures(ctx, booking.ClubID(in.Club))
	return web.List(closures, closureOf), err
}

func closureOf(c booking.Closure) ClosureBody {
	b := ClosureBody{ID: int64(c.ID), Nets: netIDs(c.Nets), Reason: c.Reason, Every: string(c.Every)}
	if c.Every == booking.Once {
		b.Start, b.End = c.During.Start.UTC().Format(time.RFC3339), c.During.End.UTC().Format(time.RFC3339)
		return b
	}
	b.FirstDay, b.FromMinute, b.ToMinute = c.First.String(), c.From, c.To
	if c.Last != nil {
		b.LastDay = c.Last.String()
	}
	return b
}

func (h netAdmin) addClosure(ctx context.Context, in *closureIn) (effect[ClosedBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	c := booking.Closure{Nets: toNets(in.Body.Nets), Reason: in.Body.Reason, Every: booking.Every(in.Body.Every), From: in.Body.FromMinute, To: in.Body.ToMinute}
	if c.Every == booking.Once {
		if c.During, err = h.spanOf(ctx, in.Club, in.Body.Start, in.Body.End); err != nil {
			return nil, err
		}
	} else if c.First, err = booking.ParseDay(in.Body.FirstDay); err != nil {
		return nil, err
	} else if in.Body.LastDay != "" {
		last, err := booking.ParseDay(in.Body.LastDay)
		if err != nil {
			return nil, err
		}
		c.Last = &last
	}
	return func(ctx context.Context, s *booking.Service) (ClosedBody, error) {
		added, inside, err := s.AddClosure(ctx, actor, booking.ClubID(in.Club), c)
		if err != nil {
			return ClosedBody{}, err
		}
		return ClosedBody{closureOf(added), bookingsOf(inside)}, nil
	}, nil
}

func (h netAdmin) liftClosure(ctx context.Context, in *closureID) (*struct{}, error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	return &struct{}{}, h.booking.RemoveClosure(ctx, actor, booking.ClubID(in.Club), booking.ClosureID(in.ID))
}
