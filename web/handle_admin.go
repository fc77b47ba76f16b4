package web

import (
	"context"
	"net/http"
	"time"

	"pavilion/booking"
)

// NetSettings is a net as an admin sets it.
type NetSettings struct {
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	Surface  string `json:"surface,omitempty" maxLength:"100"`
	Indoor   bool   `json:"indoor,omitempty"`
	Lights   bool   `json:"lights,omitempty"`
	Capacity int    `json:"capacity" minimum:"1" maximum:"1000"`
	Active   bool   `json:"active" doc:"A net is retired, never deleted: bookings name it."`
}

// HoursBody is one stretch of a weekday.
type HoursBody struct {
	Net     int64 `json:"net,omitempty" minimum:"0" doc:"0 or missing: every net that has no hours of its own."`
	Weekday int   `json:"weekday" minimum:"0" maximum:"6" doc:"0 is Sunday."`
	Opens   int   `json:"opens_minute" minimum:"0" maximum:"1439" doc:"Minutes of the local clock."`
	Closes  int   `json:"closes_minute" minimum:"1" maximum:"2880" doc:"More than 1440 is the night after, which belongs to this day."`
}

// ClosureBody keeps nets shut.
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

// PriceBody is what an hour costs at some times.
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

type netIn struct {
	InClub
	Keyed
	Body NetSettings
}

type netChangeIn struct {
	InClub
	Keyed
	ID   int64 `path:"id" minimum:"1"`
	Body NetSettings
}

type hoursIn struct {
	InClub
	Keyed
	Body listOf[HoursBody]
}

type pricesIn struct {
	InClub
	Keyed
	Body listOf[PriceBody]
}

type closureIn struct {
	InClub
	Keyed
	Body ClosureBody
}

type closureID struct {
	InClub
	ID int64 `path:"id" minimum:"1"`
}

// ClosedBody is a new closure and the bookings that lie in it: they are for the admin to resolve.
type ClosedBody struct {
	Closure  ClosureBody   `json:"closure"`
	Bookings []BookingBody `json:"bookings"`
}

// administer adds what the staff and the admins do. Which of the two is decided by the domain, by the role in the club.
func (a *routes) administer() {
	const tag = "Administration"
	read := func(id, path, summary string) route {
		return route{id: id, method: http.MethodGet, path: path, tag: tag, summary: summary, status: http.StatusOK, access: members, policy: a.opts.Limits.reads(), problems: []int{http.StatusNotFound}}
	}
	do := func(id, method, path, summary string, status int) route {
		return route{id: id, method: method, path: path, tag: tag, summary: summary, status: status, access: members, policy: a.opts.Limits.writes(), problems: []int{http.StatusNotFound}}
	}
	addOnce(a, do("add-net", http.MethodPost, "/clubs/{club}/nets", "Add a net", http.StatusCreated), a.addNet)
	addOnce(a, do("change-net", http.MethodPut, "/clubs/{club}/nets/{id}", "Change or retire a net", http.StatusOK), a.changeNet)
	add(a, read("get-hours", "/clubs/{club}/hours", "The opening hours"), a.getHours)
	addOnce(a, do("set-hours", http.MethodPut, "/clubs/{club}/hours", "Replace all opening hours; bookings outside them stay", http.StatusOK), a.setHours)
	add(a, read("get-closures", "/clubs/{club}/closures", "The closures"), a.getClosures)
	addOnce(a, do("close", http.MethodPost, "/clubs/{club}/closures", "Shut nets; what is booked inside is listed and stays", http.StatusCreated), a.addClosure)
	add(a, do("lift-closure", http.MethodDelete, "/clubs/{club}/closures/{id}", "Lift a closure", http.StatusNoContent), a.liftClosure)
	add(a, read("get-prices", "/clubs/{club}/prices", "The price rules"), a.getPrices)
	addOnce(a, do("set-prices", http.MethodPut, "/clubs/{club}/prices", "Replace all price rules; fixed prices stay", http.StatusOK), a.setPrices)
	addOnce(a, do("block", http.MethodPost, "/clubs/{club}/blocks", "Lay a block over nets, with a word for each booking in the way", http.StatusCreated), a.block)
	add(a, read("day-sheet", "/clubs/{club}/days/{day}", "What happens on a day"), a.daySheet)
	export := read("export", "/clubs/{club}/export.csv", "Bookings of some days for a spreadsheet")
	export.media = csvType
	add(a, export, a.export)
}

func (n NetSettings) net(id int64) booking.Net {
	return booking.Net{ID: booking.NetID(id), Name: n.Name, Surface: n.Surface, Indoor: n.Indoor, Lights: n.Lights, Capacity: n.Capacity, Active: n.Active}
}

func (a *routes) saveNet(ctx context.Context, club int64, n booking.Net) (effect[NetBody], error) {
	actor, err := a.actorIn(ctx, club)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (NetBody, error) {
		saved, err := s.SaveNet(ctx, actor, booking.ClubID(club), n)
		return netOf(saved), err
	}, nil
}

func (a *routes) addNet(ctx context.Context, in *netIn) (effect[NetBody], error) {
	return a.saveNet(ctx, in.Club, in.Body.net(0))
}

func (a *routes) changeNet(ctx context.Context, in *netChangeIn) (effect[NetBody], error) {
	return a.saveNet(ctx, in.Club, in.Body.net(in.ID))
}

func (a *routes) getHours(ctx context.Context, in *clubIn) (*bodyOut[listOf[HoursBody]], error) {
	hours, err := a.deps.Booking.Hours(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	return &bodyOut[listOf[HoursBody]]{hoursOf(hours)}, nil
}

func hoursOf(hours []booking.OpeningHours) listOf[HoursBody] {
	list := listOf[HoursBody]{Items: []HoursBody{}}
	for _, h := range hours {
		list.Items = append(list.Items, HoursBody{int64(h.Net), int(h.Weekday), h.Opens, h.Closes})
	}
	return list
}

func (a *routes) setHours(ctx context.Context, in *hoursIn) (effect[listOf[HoursBody]], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	var hours []booking.OpeningHours
	for _, h := range in.Body.Items {
		hours = append(hours, booking.OpeningHours{Net: booking.NetID(h.Net), Weekday: time.Weekday(h.Weekday), Opens: h.Opens, Closes: h.Closes})
	}
	return func(ctx context.Context, s *booking.Service) (listOf[HoursBody], error) {
		return hoursOf(hours), s.SetHours(ctx, actor, booking.ClubID(in.Club), hours)
	}, nil
}

func (a *routes) getPrices(ctx context.Context, in *clubIn) (*bodyOut[listOf[PriceBody]], error) {
	rules, err := a.deps.Booking.Prices(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	return &bodyOut[listOf[PriceBody]]{pricesOf(rules)}, nil
}

func pricesOf(rules []booking.PriceRule) listOf[PriceBody] {
	list := listOf[PriceBody]{Items: []PriceBody{}}
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

func (a *routes) setPrices(ctx context.Context, in *pricesIn) (effect[listOf[PriceBody]], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	club, err := a.deps.Booking.Club(ctx, booking.ClubID(in.Club))
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
	return func(ctx context.Context, s *booking.Service) (listOf[PriceBody], error) {
		return pricesOf(rules), s.SetPrices(ctx, actor, club.ID, rules)
	}, nil
}

func (a *routes) getClosures(ctx context.Context, in *clubIn) (*bodyOut[listOf[ClosureBody]], error) {
	closures, err := a.deps.Booking.Closures(ctx, booking.ClubID(in.Club))
	return itemsOf(closures, closureOf), err
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

func (a *routes) addClosure(ctx context.Context, in *closureIn) (effect[ClosedBody], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	c := booking.Closure{Nets: toNets(in.Body.Nets), Reason: in.Body.Reason, Every: booking.Every(in.Body.Every), From: in.Body.FromMinute, To: in.Body.ToMinute}
	if c.Every == booking.Once {
		if c.During, err = a.spanOf(ctx, in.Club, in.Body.Start, in.Body.End); err != nil {
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

func (a *routes) liftClosure(ctx context.Context, in *closureID) (*nothing, error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	return &nothing{}, a.deps.Booking.RemoveClosure(ctx, actor, booking.ClubID(in.Club), booking.ClosureID(in.ID))
}
