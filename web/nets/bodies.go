package nets

import (
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

// MoneyBody is an amount in minor units and as text.
type MoneyBody struct {
	Minor    int64  `json:"minor" doc:"In the smallest unit of the currency." example:"45000"`
	Currency string `json:"currency" example:"INR"`
	Text     string `json:"text" example:"450.00 INR"`
}

func moneyOf(m booking.Money) MoneyBody { return MoneyBody{m.Minor, m.Currency, m.String()} }

// ClubBody is a club with the part of its policy that clients need.
type ClubBody struct {
	ID               int64      `json:"id"`
	Name             string     `json:"name"`
	TimeZone         string     `json:"time_zone" example:"Asia/Kolkata"`
	Currency         string     `json:"currency"`
	PaysOnline       bool       `json:"pays_online"`
	GridMinutes      int        `json:"grid_minutes"`
	MinMinutes       int        `json:"min_minutes"`
	MaxMinutes       int        `json:"max_minutes"`
	BufferMinutes    int        `json:"buffer_minutes"`
	NoticeMinutes    int        `json:"notice_minutes"`
	HorizonDays      int        `json:"horizon_days"`
	HoldSeconds      int        `json:"hold_seconds"`
	CancelFreeHours  int        `json:"cancel_free_hours"`
	CancelFeePercent int        `json:"cancel_fee_percent"`
	CheckInMinutes   int        `json:"check_in_minutes"`
	QuotaActive      int        `json:"quota_active" doc:"Bookings ahead for one member; 0 is no limit."`
	QuotaWeekMinutes int        `json:"quota_week_minutes" doc:"Of net time for one member; 0 is no limit."`
	QuotaHeld        int        `json:"quota_held" doc:"Nets that one member may hold at once."`
	DaySheetMinute   *int       `json:"day_sheet_minute,omitempty" doc:"When the staff get the sheet of the day; missing: never."`
	Address          string     `json:"address,omitempty"`
	Place            *PlaceBody `json:"place,omitempty"`
	Version          int        `json:"version"`
}

// ETag is the version.
func (b ClubBody) ETag() string { return web.ETag(b.Version) }

func clubOf(c booking.Club) ClubBody {
	p := c.Policy
	minutes := func(d time.Duration) int { return int(d / time.Minute) }
	var place *PlaceBody
	if c.Place != nil {
		place = &PlaceBody{c.Place.Latitude, c.Place.Longitude}
	}
	return ClubBody{
		Address: c.Address, Place: place, DaySheetMinute: c.DaySheet,
		ID: int64(c.ID), Name: c.Name, TimeZone: c.Zone.String(), Currency: c.Currency, PaysOnline: p.PaysOnline, GridMinutes: minutes(p.Grid),
		MinMinutes: minutes(p.Min), MaxMinutes: minutes(p.Max), BufferMinutes: minutes(p.Buffer), NoticeMinutes: minutes(p.Notice), HorizonDays: p.Horizon,
		HoldSeconds: int(p.Hold / time.Second), CancelFreeHours: int(p.CancelFree / time.Hour), CancelFeePercent: p.CancelFee,
		CheckInMinutes: minutes(p.CheckIn), QuotaActive: p.QuotaActive, QuotaWeekMinutes: minutes(p.QuotaWeek), QuotaHeld: p.QuotaHeld, Version: c.Version,
	}
}

// NetBody is a net with its add-ons.
type NetBody struct {
	ID       int64       `json:"id"`
	Name     string      `json:"name"`
	Surface  string      `json:"surface"`
	Indoor   bool        `json:"indoor"`
	Lights   bool        `json:"lights"`
	Capacity int         `json:"capacity"`
	Active   bool        `json:"active" doc:"A retired net takes no bookings."`
	AddOns   []AddOnBody `json:"add_ons"`
	Version  int         `json:"version" doc:"Counts changes of the net, those of its add-ons aside."`
}

// ETag is the version.
func (b NetBody) ETag() string { return web.ETag(b.Version) }

// AddOnBody is equipment for hire with a net.
type AddOnBody struct {
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	PerHour bool      `json:"per_hour"`
	Price   MoneyBody `json:"price"`
	Active  bool      `json:"active" doc:"A retired one cannot be hired."`
	Version int       `json:"version"`
}

// ETag is the version.
func (b AddOnBody) ETag() string { return web.ETag(b.Version) }

func addOnOf(a booking.AddOn) AddOnBody {
	return AddOnBody{int64(a.ID), a.Name, a.PerHour, moneyOf(a.Price), a.Active, a.Version}
}

func netOf(n booking.Net) NetBody {
	b := NetBody{ID: int64(n.ID), Name: n.Name, Surface: n.Surface, Indoor: n.Indoor, Lights: n.Lights, Capacity: n.Capacity, Active: n.Active, AddOns: []AddOnBody{}, Version: n.Version}
	for _, a := range n.AddOns {
		b.AddOns = append(b.AddOns, addOnOf(a))
	}
	return b
}

// withoutRetired returns a net without its retired add-ons.
func withoutRetired(n booking.Net) booking.Net {
	n.AddOns = slices.DeleteFunc(slices.Clone(n.AddOns), func(a booking.AddOn) bool { return !a.Active })
	return n
}

// AvailabilityBody is the availability of some nets on some days.
type AvailabilityBody struct {
	At   time.Time    `json:"at" doc:"The instant for which this is true."`
	Days []NetDayBody `json:"days"`
}

func (b AvailabilityBody) undated() any {
	b.At = time.Time{}
	return b
}

// NetDayBody is the availability of one net on one opening day.
type NetDayBody struct {
	Net   int64      `json:"net"`
	Day   string     `json:"day" format:"date"`
	Cells []CellBody `json:"cells"`
}

// CellBody is one step of the grid. Its times are strings in the club's zone: an answer has hundreds of cells, and formats each time once.
type CellBody struct {
	Start  string `json:"start" format:"date-time" example:"2026-11-01T18:00:00+05:30"`
	End    string `json:"end" format:"date-time"`
	Status string `json:"status" enum:"free,held,taken,closed,past,too_far,too_soon"`
}

func availabilityOf(a booking.Availability) AvailabilityBody {
	body := AvailabilityBody{At: a.At.UTC(), Days: make([]NetDayBody, 0, len(a.Days))}
	formatted := map[int64]string{} // by instant: nets share their grid, and a cell ends where the next begins
	format := func(t time.Time) string {
		text, ok := formatted[t.UnixNano()]
		if !ok {
			text = t.In(a.Club.Zone).Format(time.RFC3339Nano)
			formatted[t.UnixNano()] = text
		}
		return text
	}
	for _, d := range a.Days {
		day := NetDayBody{Net: int64(d.Net.ID), Day: d.Day.String(), Cells: make([]CellBody, 0, len(d.Cells))}
		for _, c := range d.Cells {
			day.Cells = append(day.Cells, CellBody{format(c.Span.Start), format(c.Span.End), string(c.Status)})
		}
		body.Days = append(body.Days, day)
	}
	return body
}

// FreeDaysBody is how much of some nets is free on some days.
type FreeDaysBody struct {
	At   time.Time     `json:"at" doc:"The instant for which this is true."`
	Days []FreeDayBody `json:"days"`
}

func (b FreeDaysBody) undated() any {
	b.At = time.Time{}
	return b
}

// FreeDayBody is how much is free on one opening day.
type FreeDayBody struct {
	Day  string         `json:"day" format:"date"`
	Nets []FreeTimeBody `json:"nets"`
}

// FreeTimeBody is how much of one net is free.
type FreeTimeBody struct {
	Net         int64 `json:"net"`
	FreeMinutes int   `json:"free_minutes" doc:"That can still be booked."`
	OpenMinutes int   `json:"open_minutes" doc:"Within the opening hours; 0 on a day on which the net is closed."`
}

func freeDaysOf(a booking.Availability) FreeDaysBody {
	body := FreeDaysBody{At: a.At.UTC(), Days: []FreeDayBody{}}
	for _, f := range a.FreeTime() {
		day := f.Day.String()
		if n := len(body.Days); n == 0 || body.Days[n-1].Day != day {
			body.Days = append(body.Days, FreeDayBody{Day: day, Nets: []FreeTimeBody{}})
		}
		last := &body.Days[len(body.Days)-1]
		last.Nets = append(last.Nets, FreeTimeBody{int64(f.Net), int(f.Free / time.Minute), int(f.Open / time.Minute)})
	}
	return body
}

// StartsBody lists where a booking could begin on a day.
type StartsBody struct {
	At       time.Time   `json:"at" doc:"The instant for which this is true."`
	Day      string      `json:"day" format:"date"`
	Minutes  int         `json:"minutes" doc:"Length of the bookings that are priced."`
	Currency string      `json:"currency"`
	Starts   []StartBody `json:"starts" doc:"By time, then net."`
}

func (b StartsBody) undated() any {
	b.At = time.Time{}
	return b
}

// StartBody is one start. Its time is a string in the club's zone, as in CellBody.
type StartBody struct {
	Net            int64  `json:"net"`
	Start          string `json:"start" format:"date-time" example:"2026-11-01T18:00:00+05:30"`
	Status         string `json:"status" enum:"free,held,taken,closed,past,too_far,too_soon" doc:"Free where the shortest booking fits."`
	LongestMinutes int    `json:"longest_minutes" doc:"Of the bookings that fit; 0 where none does."`
	PriceMinor     *int64 `json:"price_minor,omitempty" doc:"Missing where a booking of this length does not fit."`
}

func startsOf(s booking.Starts) StartsBody {
	body := StartsBody{
		At: s.At.UTC(), Day: s.Day.String(), Minutes: int(s.Length / time.Minute), Currency: s.Club.Currency, Starts: make([]StartBody, 0, len(s.Starts)),
	}
	for _, x := range s.Starts {
		one := StartBody{Net: int64(x.Net), Start: x.At.In(s.Club.Zone).Format(time.RFC3339), Status: string(x.Status), LongestMinutes: int(x.Longest / time.Minute)}
		if x.Status == booking.Free && x.Longest >= s.Length {
			one.PriceMinor = &x.Price.Minor
		}
		body.Starts = append(body.Starts, one)
	}
	return body
}

// LineBody is one line of a price.
type LineBody struct {
	Net    int64     `json:"net"`
	AddOn  int64     `json:"add_on,omitempty"`
	Label  string    `json:"label"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Amount MoneyBody `json:"amount"`
}

func linesOf(lines []booking.PriceLine) []LineBody {
	out := []LineBody{}
	for _, l := range lines {
		out = append(out, LineBody{int64(l.Net), int64(l.AddOn), l.Label, l.Start.UTC(), l.End.UTC(), moneyOf(l.Amount)})
	}
	return out
}

// QuoteBody is the present price of a time.
type QuoteBody struct {
	Nets  []int64    `json:"nets"`
	Start time.Time  `json:"start"`
	End   time.Time  `json:"end"`
	Day   string     `json:"day" format:"date"`
	Rate  string     `json:"rate" enum:"member,guest"`
	Lines []LineBody `json:"lines"`
	Total MoneyBody  `json:"total"`
}

func quoteOf(q booking.Quote) QuoteBody {
	return QuoteBody{netIDs(q.Nets), q.Span.Start.UTC(), q.Span.End.UTC(), q.Day.String(), string(q.Rate), linesOf(q.Lines), moneyOf(q.Total)}
}

// BookingBody is a hold or a booking.
type BookingBody struct {
	ID        int64      `json:"id"`
	Club      int64      `json:"club"`
	Member    int64      `json:"member"`
	Kind      string     `json:"kind" enum:"play,offer,block"`
	State     string     `json:"state" enum:"held,confirmed,checked_in,no_show,expired,cancelled,slot_lost"`
	Nets      []int64    `json:"nets"`
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"`
	Day       string     `json:"day" format:"date" doc:"The opening day it belongs to."`
	Series    int64      `json:"series,omitempty" doc:"The series that it is part of."`
	Rate      string     `json:"rate" enum:"member,guest"`
	Price     MoneyBody  `json:"price"`
	Lines     []LineBody `json:"lines"`
	CancelFee *MoneyBody `json:"cancel_fee,omitempty" doc:"What a cancellation kept."`
	Note      string     `json:"note,omitempty"`
	Guests    []string   `json:"guests" doc:"Who comes along."`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Of a hold: the first instant at which it is no more, by the server's clock."`
	Version   int        `json:"version" doc:"Counts changes."`
}

// ETag is the version.
func (b BookingBody) ETag() string { return web.ETag(b.Version) }

func bookingOf(b booking.Booking) BookingBody {
	body := BookingBody{
		ID: int64(b.ID), Club: int64(b.Club), Member: int64(b.Member), Kind: string(b.Kind), State: string(b.State), Nets: netIDs(b.Nets),
		Start: b.Span.Start.UTC(), End: b.Span.End.UTC(), Day: b.Day.String(), Series: int64(b.Series), Rate: string(b.Rate), Price: moneyOf(b.Price), Lines: linesOf(b.Lines),
		Note: b.Note, Guests: append([]string{}, b.Guests...), CreatedAt: b.CreatedAt.UTC(), Version: b.Revision,
	}
	if b.CancelFee != nil {
		fee := moneyOf(*b.CancelFee)
		body.CancelFee = &fee
	}
	if b.ExpiresAt != nil && b.State == booking.Held {
		at := b.ExpiresAt.UTC()
		body.ExpiresAt = &at
	}
	return body
}

func bookingsOf(list []booking.Booking) []BookingBody {
	out := []BookingBody{}
	for _, b := range list {
		out = append(out, bookingOf(b))
	}
	return out
}

// WaitBody is one entry of the waitlist.
type WaitBody struct {
	ID    int64     `json:"id"`
	Net   int64     `json:"net" doc:"0 is any net."`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	State string    `json:"state" enum:"waiting,offered,taken,passed,left"`
	Offer int64     `json:"offer,omitempty" doc:"The booking that holds the time for this member; confirm it to take it; cancel it, or leave the waitlist, to pass it on."`
	Place int       `json:"place,omitempty" minimum:"1" doc:"In the queue: 1 is next. It counts the members ahead who could get the same net. Missing once the time is offered."`
}

func waitOf(w booking.Wait) WaitBody {
	return WaitBody{int64(w.ID), int64(w.Net), w.Span.Start.UTC(), w.Span.End.UTC(), w.State, int64(w.Offer), w.Place}
}

func netIDs(ids []booking.NetID) []int64 {
	out := []int64{}
	for _, id := range ids {
		out = append(out, int64(id))
	}
	return out
}

func toNets(ids []int64) []booking.NetID {
	var out []booking.NetID
	for _, id := range ids {
		out = append(out, booking.NetID(id))
	}
	return out
}

func toAddOns(ids []int64) []booking.AddOnID {
	var out []booking.AddOnID
	for _, id := range ids {
		out = append(out, booking.AddOnID(id))
	}
	return out
}
