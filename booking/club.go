package booking

import (
	"slices"
	"time"

	"pavilion/internal/fault"
)

// ClubID names a club.
type ClubID int64

// Club is a place with one time zone, one currency and one policy.
type Club struct {
	ID       ClubID
	Name     string
	Zone     *time.Location
	Currency string
	Address  string // may be empty
	Place    *Place // on the map; nil: not set
	DaySheet *int   // minute of the local day at which staff get the day sheet; nil: never
	Policy   Policy
	Version  int // counts changes of these values
}

// defaultDaySheet is 06:00 in minutes of the day.
const defaultDaySheet = 6 * 60

// Place is a point of the map, in degrees north and east.
type Place struct{ Latitude, Longitude float64 }

// Policy holds a club's rules for bookings.
type Policy struct {
	PaysOnline bool // a payment confirms a hold; otherwise the member confirms it

	Grid     time.Duration // starts and lengths are multiples of it, counted from the opening
	Min, Max time.Duration // length of a booking, in elapsed time
	Buffer   time.Duration // between two bookings of one net
	Notice   time.Duration // minimum time from booking to start
	Horizon  int           // maximum days ahead

	Hold        time.Duration // length of a hold
	HoldMax     time.Duration // length of a hold with extensions
	Offer       time.Duration // length of a waitlist offer
	CancelFree  time.Duration // before the start; up to then cancelling and moving are free
	CancelFee   int           // after that, percentage of the price
	CheckIn     time.Duration // before the start; check-in opens
	NoShow      time.Duration // after the start; from then on a member can be marked absent
	Reminder    time.Duration // before the start; 0: no reminder
	QuotaActive int           // bookings ahead for one member; 0: no limit
	QuotaWeek   time.Duration // net time a week for one member; 0: no limit
	QuotaHeld   int           // nets that one member holds at once; 0: DefaultQuotaHeld
}

// Quotas of a new club whose admin names none.
const (
	DefaultQuotaHeld   = 4
	DefaultQuotaActive = 4
	DefaultQuotaWeek   = 600 * time.Minute
)

const maxQuotaHeld = 1000

// Errors about clubs and their parts.
var (
	ErrNoClub   = fault.New(fault.NotFound, "no_club")
	ErrNoNet    = fault.New(fault.NotFound, "no_net")
	ErrNoAddOn  = fault.New(fault.NotFound, "no_add_on")
	ErrSettings = fault.New(fault.Invalid, "settings")
	ErrPlace    = fault.New(fault.Invalid, "place")
	ErrName     = fault.New(fault.Invalid, "name")
)

// checkPolicy refuses values out of range and values that contradict each other.
func (p Policy) checkPolicy() error {
	whole := func(ds ...time.Duration) bool {
		return !slices.ContainsFunc(ds, func(d time.Duration) bool { return d < 0 || d%time.Minute != 0 })
	}
	switch {
	case !whole(p.Grid, p.Min, p.Max, p.Buffer, p.Notice, p.CancelFree, p.CheckIn, p.NoShow, p.Reminder, p.QuotaWeek),
		p.Grid < time.Minute, p.Grid > 24*time.Hour, p.Min < time.Minute, p.Max < p.Min, p.Max > 24*time.Hour, p.Min%p.Grid != 0 && p.Max < p.Grid,
		p.CancelFree%time.Hour != 0, p.Hold < time.Second, p.HoldMax < p.Hold, p.Offer < time.Second,
		p.CancelFee < 0, p.CancelFee > 100, p.Horizon < 0, p.Horizon > 1000, p.QuotaActive < 0, p.QuotaHeld < 1, p.QuotaHeld > maxQuotaHeld:
		return ErrSettings
	}
	return nil
}

// NetID names a net.
type NetID int64

// Net is a practice lane. One booking at a time uses it.
type Net struct {
	ID       NetID
	Name     string
	Surface  string
	Indoor   bool
	Lights   bool
	Capacity int
	Active   bool
	AddOns   []AddOn
	Version  int // counts changes; add-ons have versions of their own
}

// AddOnID names an add-on.
type AddOnID int64

// AddOn can be hired with one net. A bowling machine, for example, stands in its lane.
type AddOn struct {
	ID      AddOnID
	Net     NetID
	Name    string
	PerHour bool // otherwise the price is for the booking
	Price   Money
	Active  bool
	Version int
}

// setup holds the settings of a club: everything that only its admins change.
type setup struct {
	club     Club
	nets     []Net // by id
	hours    []OpeningHours
	closures []Closure
	prices   []PriceRule
	token    string // the club token that it was read with

	hoursVersion, pricesVersion int
}

// activeNet finds a net that takes bookings.
func (s *setup) activeNet(id NetID) (Net, error) {
	for _, n := range s.nets {
		if n.ID == id && n.Active {
			return n, nil
		}
	}
	return Net{}, ErrNoNet
}
