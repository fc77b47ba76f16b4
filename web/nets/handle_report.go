package nets

import (
	"context"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

type reportIn struct {
	InClub
	From string `query:"from" required:"true" format:"date" doc:"The first day, by the club's calendar."`
	To   string `query:"to" required:"true" format:"date" doc:"The last one; at most sixty-two days."`
}

// ReportBody sums up some opening days. Prices and fees are those of the export, received and refunded money that of the ledger.
type ReportBody struct {
	From     string           `json:"from" format:"date"`
	To       string           `json:"to" format:"date"`
	Currency string           `json:"currency" doc:"Of all amounts except those of takings, which name theirs."`
	Hours    []UseBody        `json:"hours" doc:"The hours of the week that are open."`
	Days     []DayReportBody  `json:"days" doc:"Every day."`
	Nets     []NetReportBody  `json:"nets" doc:"Nets in use, and retired ones with bookings."`
	Leads    []LeadReportBody `json:"leads" doc:"How long before the start the bookings were made."`
	Takings  []TakingsBody    `json:"takings" doc:"By the way of payment. Money under review counts once it is accepted."`
}

// UseBody is the use of an hour of the week, of all nets and weeks together.
type UseBody struct {
	Weekday        int `json:"weekday" minimum:"0" maximum:"6" doc:"0 is Sunday."`
	Hour           int `json:"hour" minimum:"0" maximum:"23" doc:"Of the club's clock."`
	BookedMinutes  int `json:"booked_minutes" doc:"Confirmed or checked in; a no-show frees the net."`
	BlockedMinutes int `json:"blocked_minutes" doc:"By the club itself, while it is open."`
	OpenMinutes    int `json:"open_minutes" doc:"By the present hours and closures, or booked."`
}

// DayReportBody has the sums of one opening day.
type DayReportBody struct {
	Day           string `json:"day" format:"date"`
	Bookings      int    `json:"bookings" doc:"Confirmed, checked in, or a no-show."`
	CheckedIn     int    `json:"checked_in"`
	NoShows       int    `json:"no_shows"`
	LateCancelled int    `json:"late_cancelled" doc:"With a fee; they do not count as bookings."`
	PriceMinor    int64  `json:"price_minor" doc:"Of the bookings."`
	FeeMinor      int64  `json:"fee_minor" doc:"Of late cancellations."`
	ReceivedMinor int64  `json:"received_minor" doc:"On this date, in the club's currency."`
	RefundedMinor int64  `json:"refunded_minor"`
}

// NetReportBody has the sums of one net. A booking of two nets counts for both, each with its part of the price.
type NetReportBody struct {
	Net           int64  `json:"net"`
	Name          string `json:"name"`
	Bookings      int    `json:"bookings"`
	BookedMinutes int    `json:"booked_minutes"`
	PriceMinor    int64  `json:"price_minor"`
}

// LeadReportBody counts the bookings that were made at least so many hours before their start, and fewer than those of the next entry.
type LeadReportBody struct {
	Hours    int `json:"hours"`
	Bookings int `json:"bookings"`
}

// TakingsBody is the money that came in one way.
type TakingsBody struct {
	Provider string    `json:"provider" example:"desk"`
	Method   string    `json:"method,omitempty" doc:"At the desk: cash or card."`
	Received MoneyBody `json:"received"`
	Refunded MoneyBody `json:"refunded"`
}

func (h sheets) readReport(ctx context.Context, in *reportIn) (*web.Body[ReportBody], error) {
	r, err := h.clubReport(ctx, in)
	if err != nil {
		return nil, err
	}
	return &web.Body[ReportBody]{Body: reportOf(r)}, nil
}

func (h sheets) clubReport(ctx context.Context, in *reportIn) (booking.ClubReport, error) {
	from, to, err := booking.ParseDays(in.From, in.To)
	if err != nil {
		return booking.ClubReport{}, err
	}
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return booking.ClubReport{}, err
	}
	return h.booking.ClubReport(ctx, actor, booking.ClubID(in.Club), from, to)
}

func reportOf(r booking.ClubReport) ReportBody {
	minutes := func(d time.Duration) int { return int(d / time.Minute) }
	body := ReportBody{
		From: r.Days[0].Day.String(), To: r.Days[len(r.Days)-1].Day.String(), Currency: r.Club.Currency,
		Hours: []UseBody{}, Nets: []NetReportBody{}, Takings: []TakingsBody{},
	}
	for weekday, hours := range r.Use {
		for hour, u := range hours {
			if u.Open > 0 {
				body.Hours = append(body.Hours, UseBody{weekday, hour, minutes(u.Booked), minutes(u.Blocked), minutes(u.Open)})
			}
		}
	}
	for _, d := range r.Days {
		body.Days = append(body.Days, DayReportBody{
			d.Day.String(), d.Bookings, d.CheckedIn, d.NoShows, d.LateCancelled, d.Price, d.Fees, d.Received, d.Refunded,
		})
	}
	for _, n := range r.Nets {
		body.Nets = append(body.Nets, NetReportBody{int64(n.Net.ID), n.Net.Name, n.Bookings, minutes(n.Booked), n.Price})
	}
	for _, l := range r.Leads {
		body.Leads = append(body.Leads, LeadReportBody{int(l.From / time.Hour), l.Bookings})
	}
	for _, t := range r.Takings {
		received, refunded := booking.Money{Minor: t.Received, Currency: t.Currency}, booking.Money{Minor: t.Refunded, Currency: t.Currency}
		body.Takings = append(body.Takings, TakingsBody{string(t.Provider), t.Method, moneyOf(received), moneyOf(refunded)})
	}
	return body
}
