package nets

import (
	"context"
	"net/http"
	"slices"

	"pavilion/booking"
	"pavilion/booking/clubplan"
	"pavilion/web"
)

// SetUpBody describes the first club. It is open at the same hours every day, and has one price.
type SetUpBody struct {
	Name        string           `json:"name" minLength:"1" maxLength:"100"`
	TimeZone    string           `json:"time_zone" minLength:"1" maxLength:"64" example:"Asia/Kolkata"`
	Currency    string           `json:"currency" minLength:"3" maxLength:"3" example:"INR"`
	Nets        []string         `json:"nets" minItems:"1" maxItems:"40" doc:"Their names."`
	Hours       []TimesOfDayBody `json:"hours" minItems:"1" maxItems:"4" doc:"Of every day."`
	PriceName   string           `json:"price_name" minLength:"1" maxLength:"100" example:"Standard"`
	MemberMinor int64            `json:"member_minor" minimum:"0" maximum:"1000000000000" doc:"An hour, in minor units of the currency."`
	GuestMinor  int64            `json:"guest_minor" minimum:"0" maximum:"1000000000000"`
	Staff       []int64          `json:"staff,omitempty" maxItems:"30" doc:"Telegram user ids. The person who asks becomes an admin in any case."`
}

// TimesOfDayBody is a part of a day.
type TimesOfDayBody struct {
	Opens  int `json:"opens_minute" minimum:"0" maximum:"1439" doc:"Minutes of the local clock."`
	Closes int `json:"closes_minute" minimum:"1" maximum:"2880" doc:"More than 1440 is the night after."`
}

type setUpIn struct {
	web.Keyed
	Body SetUpBody
}

// plan converts the description. A staff member who sets the club up is its admin.
func (b SetUpBody) plan(admin booking.MemberID, paysOnline bool) (clubplan.Plan, error) {
	zone, err := booking.ParseNewZone(b.TimeZone)
	if err != nil {
		return clubplan.Plan{}, err
	}
	if _, err := booking.Decimals(b.Currency); err != nil {
		return clubplan.Plan{}, err
	}
	money := func(minor int64) booking.Money { return booking.Money{Minor: minor, Currency: b.Currency} }
	p := clubplan.Plan{
		Name: b.Name, Zone: clubplan.Zone{Location: zone}, Currency: b.Currency, Policy: clubplan.Policy{PaysOnline: &paysOnline},
		Prices: []clubplan.Price{clubplan.HourlyPrice(b.PriceName, money(b.MemberMinor), money(b.GuestMinor))},
	}
	for _, name := range b.Nets {
		p.Nets = append(p.Nets, clubplan.Net{Name: name})
	}
	var open clubplan.Times
	for _, t := range b.Hours {
		open = append(open, booking.TimesOfDay{From: t.Opens, To: t.Closes})
	}
	p.Hours = []clubplan.Hours{{Open: open}}
	for _, id := range b.Staff {
		if member := booking.MemberID(id); id > 0 && member != admin && !slices.Contains(p.Staff, member) {
			p.Staff = append(p.Staff, member)
		}
	}
	return p, nil
}

func (h clubAdmin) addSetUp() {
	r := actionRoute("set-up", http.MethodPost, "/clubs/set-up", administrationTag, "Set the first club up in one step, and be its admin; for the admins whom the settings name", http.StatusCreated)
	r.Problems = append(r.Problems, http.StatusConflict)
	web.AddOnce(h.actions, r, h.setUp)
}

func (h clubAdmin) setUp(ctx context.Context, in *setUpIn) (effect[ClubBody], error) {
	actor := h.actorAnywhere(ctx)
	if !actor.Operator {
		return nil, booking.ErrForbidden
	}
	plan, err := in.Body.plan(actor.ID, len(h.booking.Providers()) > 0)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (ClubBody, error) {
		club, err := clubplan.First(ctx, s, actor, plan)
		return clubOf(club), err
	}, nil
}
