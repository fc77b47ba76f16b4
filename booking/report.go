package booking

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// ClubReport sums up a club's bookings and takings of some opening days.
//
// Bookings are those of Export that are confirmed, checked in or a no-show. Takings are the entries of the ledger on these dates.
type ClubReport struct {
	Club    Club
	Use     [daysOfWeek][hoursOfDay]Use // by weekday, Sunday first, and hour of the club's clock
	Days    []DayReport                 // every day
	Nets    []NetReport                 // nets in use, and retired ones with bookings
	Leads   []LeadReport
	Takings []Takings
}

const (
	daysOfWeek = 7
	hoursOfDay = 24
)

// Use is how one hour of the week was used, in elapsed time of all nets and weeks.
type Use struct {
	Booked  time.Duration // confirmed or checked in; a no-show frees the net
	Blocked time.Duration // by the club itself, within Open
	Open    time.Duration // by the present hours and closures, or booked
}

// DayReport has the sums of one opening day. Prices and fees are in the club's currency.
type DayReport struct {
	Day           Day
	Bookings      int
	CheckedIn     int
	NoShows       int
	LateCancelled int   // with a fee, and not in Bookings
	Price         int64 // of Bookings
	Fees          int64 // of LateCancelled
	Received      int64 // on this date, in the club's currency
	Refunded      int64
}

// NetReport has the sums of one net. A booking of two nets counts for both, each with its lines of the price.
type NetReport struct {
	Net      Net
	Bookings int
	Booked   time.Duration
	Price    int64
}

// LeadReport counts the bookings that were made at least From and less than the next From before their start.
type LeadReport struct {
	From     time.Duration
	Bookings int
}

// Takings are the sums received and refunded by one way of payment. Money under review counts once it is accepted.
type Takings struct {
	Provider Provider
	Method   string // at the desk: cash or card
	Currency string
	Received int64
	Refunded int64
}

// leadTimes are the bounds of the groups of LeadReport.
func leadTimes() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{0, 2 * time.Hour, day, 3 * day, 7 * day, 14 * day}
}

// ClubReport reads a report in one snapshot; for staff.
func (s *Service) ClubReport(ctx context.Context, actor Actor, club ClubID, from, to Day) (ClubReport, error) {
	if to < from || to-from >= maxDays {
		return ClubReport{}, ErrRange
	}
	if err := actor.mustBeStaff(); err != nil {
		return ClubReport{}, err
	}
	var r *reporter
	err := s.snapshot(ctx, func(ctx context.Context, tx pgx.Tx) error {
		set, err := selectSetup(ctx, tx, club)
		if err != nil {
			return err
		}
		r = newReporter(set, from, to)
		bookings, err := selectSheet(ctx, tx, club, from, to, r.midnights, true)
		if err != nil {
			return err
		}
		for _, b := range bookings {
			r.addBooking(b)
		}
		r.addUse()
		entries, err := selectSalesEntries(ctx, tx, club, r.midnights)
		for _, e := range entries {
			r.addEntry(e)
		}
		return err
	})
	if err != nil {
		return ClubReport{}, err
	}
	return r.report(), nil
}

// reporter collects a report.
type reporter struct {
	set       *setup
	from, to  Day
	midnights Span
	out       ClubReport
	nets      map[NetID]*NetReport
	booked    map[NetID][]Span
	blocked   map[NetID][]Span
}

func newReporter(set *setup, from, to Day) *reporter {
	r := &reporter{
		set: set, from: from, to: to, nets: map[NetID]*NetReport{}, booked: map[NetID][]Span{}, blocked: map[NetID][]Span{},
		midnights: Span{boundary(from, 0, set.club.Zone, Earlier), boundary(to+1, 0, set.club.Zone, Earlier)},
		out:       ClubReport{Club: set.club},
	}
	for day := from; day <= to; day++ {
		r.out.Days = append(r.out.Days, DayReport{Day: day})
	}
	for _, least := range leadTimes() {
		r.out.Leads = append(r.out.Leads, LeadReport{From: least})
	}
	for _, n := range set.nets {
		r.nets[n.ID] = &NetReport{Net: n}
	}
	return r
}

// addBooking counts a booking of the sheet. A hold is not counted: it may expire.
func (r *reporter) addBooking(b Booking) {
	if b.Kind == Block {
		for _, net := range b.Nets {
			r.blocked[net] = append(r.blocked[net], b.Span)
		}
		return
	}
	day := &r.out.Days[b.Day-r.from]
	switch b.State {
	case Cancelled:
		day.LateCancelled++
		day.Fees += b.CancelFee.Minor
		return
	case CheckedIn:
		day.CheckedIn++
	case NoShow:
		day.NoShows++
	case Confirmed:
	case Held, Expired, SlotLost:
		return
	}
	day.Bookings++
	day.Price += b.Price.Minor
	r.addLead(b)
	for _, l := range b.Lines {
		r.nets[l.Net].Price += l.Amount.Minor
	}
	for _, net := range b.Nets {
		r.nets[net].Bookings++
		if b.State != NoShow {
			r.nets[net].Booked += b.Span.Length()
			r.booked[net] = append(r.booked[net], b.Span)
		}
	}
}

func (r *reporter) addLead(b Booking) {
	lead := b.Span.Start.Sub(b.CreatedAt)
	at := 0
	for i, group := range r.out.Leads {
		if lead >= group.From {
			at = i
		}
	}
	r.out.Leads[at].Bookings++
}

// addEntry counts an entry of the sales account. Credits are negative there.
func (r *reporter) addEntry(e salesEntry) {
	received, refunded := max(-e.minor, 0), max(e.minor, 0)
	i := slices.IndexFunc(r.out.Takings, func(t Takings) bool {
		return t.Provider == e.provider && t.Method == e.method && t.Currency == e.currency
	})
	if i < 0 {
		i = len(r.out.Takings)
		r.out.Takings = append(r.out.Takings, Takings{Provider: e.provider, Method: e.method, Currency: e.currency})
	}
	r.out.Takings[i].Received += received
	r.out.Takings[i].Refunded += refunded
	if e.currency == r.set.club.Currency {
		day := &r.out.Days[DayIn(e.at, r.set.club.Zone)-r.from]
		day.Received += received
		day.Refunded += refunded
	}
}

// report returns what was collected, in a steady order.
func (r *reporter) report() ClubReport {
	for _, n := range r.set.nets {
		if got := r.nets[n.ID]; n.Active || got.Bookings > 0 || got.Price > 0 {
			r.out.Nets = append(r.out.Nets, *got)
		}
	}
	slices.SortFunc(r.out.Takings, func(x, y Takings) int {
		return cmp.Or(cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.Method, y.Method), cmp.Compare(x.Currency, y.Currency))
	})
	return r.out
}
