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
	Address  string // for people; may be empty
	Place    *Place // on the map; nil: nobody has said
	Policy   Policy
}

// Place is a point of the map, in degrees north and east.
type Place struct{ Latitude, Longitude float64 }

// Policy is what a club decides about its bookings.
type Policy struct {
	PaysOnline bool // money confirms a hold; otherwise the member's word does

	Grid     time.Duration // starts and lengths are whole steps of it, counted from the opening
	Min, Max time.Duration // of a booking, in hours that really pass
	Buffer   time.Duration // between two bookings of one net
	Notice   time.Duration // how late a booking may still be made
	Horizon  int           // how many days ahead

	Hold        time.Duration // how long a hold lasts
	HoldMax     time.Duration // and how long with extensions, from its making
	Offer       time.Duration // how long a waiter may think
	CancelFree  time.Duration // until so long before the start cancelling and moving cost nothing
	CancelFee   int           // after it, the percentage of the price that stays
	CheckIn     time.Duration // how early one may check in
	NoShow      time.Duration // how late one counts as absent
	Reminder    time.Duration // how long before the start a member is reminded; 0: never
	QuotaActive int           // bookings ahead for one member; 0: no limit
	QuotaWeek   time.Duration // hours a week for one member; 0: no limit
}

// Errors about clubs and their parts.
var (
	ErrNoClub   = fault.New(fault.NotFound, "no_club", "There is no such club.")
	ErrNoNet    = fault.New(fault.NotFound, "no_net", "There is no such net in this club.")
	ErrNoAddOn  = fault.New(fault.NotFound, "no_add_on", "That cannot be hired with these nets.")
	ErrSettings = fault.New(fault.Invalid, "settings", "Those settings do not fit together.")
	ErrPlace    = fault.New(fault.Invalid, "place", "A place is a latitude from -90 to 90 and a longitude from -180 to 180, and an address has at most 200 characters.")
	ErrName     = fault.New(fault.Invalid, "name", "A name is needed that is not in use yet.")
)

// check finds settings that can never work.
func (p Policy) check() error {
	whole := func(ds ...time.Duration) bool {
		return !slices.ContainsFunc(ds, func(d time.Duration) bool { return d < 0 || d%time.Minute != 0 })
	}
	switch {
	case !whole(p.Grid, p.Min, p.Max, p.Buffer, p.Notice, p.CancelFree, p.CheckIn, p.NoShow, p.Reminder, p.QuotaWeek),
		p.Grid < time.Minute, p.Grid > 24*time.Hour, p.Min < time.Minute, p.Max < p.Min, p.Max > 24*time.Hour, p.Min%p.Grid != 0 && p.Max < p.Grid,
		p.CancelFree%time.Hour != 0, p.Hold < time.Second, p.HoldMax < p.Hold, p.Offer < time.Second,
		p.CancelFee < 0, p.CancelFee > 100, p.Horizon < 0, p.Horizon > 1000, p.QuotaActive < 0:
		return ErrSettings
	}
	return nil
}

// NetID names a net.
type NetID int64

// Net is a lane that one booking has for itself.
type Net struct {
	ID       NetID
	Name     string
	Surface  string
	Indoor   bool
	Lights   bool
	Capacity int
	Active   bool
	AddOns   []AddOn
}

// AddOnID names an add-on.
type AddOnID int64

// AddOn is hired with the net that it is bound to: a bowling machine stands in its lane.
type AddOn struct {
	ID      AddOnID
	Net     NetID
	Name    string
	PerHour bool // else once a booking
	Price   Money
	Active  bool
}

// setup is everything about a club that changes only when its admins change it.
type setup struct {
	club     Club
	nets     []Net // by id
	hours    []OpeningHours
	closures []Closure
	prices   []PriceRule
	token    string // the broad token that it was read under
}

// activeNet finds a net that can be booked.
func (s *setup) activeNet(id NetID) (Net, error) {
	for _, n := range s.nets {
		if n.ID == id && n.Active {
			return n, nil
		}
	}
	return Net{}, ErrNoNet
}
