package nets

import (
	"context"
	"net/http"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

// ClubSettings are an admin's settings of a club.
type ClubSettings struct {
	Name             string     `json:"name" minLength:"1" maxLength:"100"`
	TimeZone         string     `json:"time_zone" minLength:"1" maxLength:"64" example:"Asia/Kolkata"`
	Currency         string     `json:"currency" minLength:"3" maxLength:"3" doc:"Cannot change: prices are stored in it." example:"INR"`
	PaysOnline       bool       `json:"pays_online,omitempty" doc:"A payment confirms a hold; otherwise the member does."`
	GridMinutes      int        `json:"grid_minutes" minimum:"1" maximum:"1440"`
	MinMinutes       int        `json:"min_minutes" minimum:"1" maximum:"1440"`
	MaxMinutes       int        `json:"max_minutes" minimum:"1" maximum:"1440"`
	BufferMinutes    int        `json:"buffer_minutes,omitempty" minimum:"0" maximum:"240" doc:"Between two bookings of one net."`
	NoticeMinutes    int        `json:"notice_minutes,omitempty" minimum:"0" maximum:"525600"`
	HorizonDays      int        `json:"horizon_days" minimum:"0" maximum:"1000"`
	HoldSeconds      int        `json:"hold_seconds" minimum:"1" maximum:"86400"`
	HoldMaxSeconds   int        `json:"hold_max_seconds" minimum:"1" maximum:"604800" doc:"With extensions, from its making."`
	OfferSeconds     int        `json:"offer_seconds" minimum:"1" maximum:"86400" doc:"How long somebody on the waitlist may think."`
	CancelFreeHours  int        `json:"cancel_free_hours" minimum:"0" maximum:"8760"`
	CancelFeePercent int        `json:"cancel_fee_percent" minimum:"0" maximum:"100"`
	CheckInMinutes   int        `json:"check_in_minutes" minimum:"0" maximum:"1440"`
	NoShowMinutes    int        `json:"no_show_minutes" minimum:"0" maximum:"1440"`
	ReminderMinutes  int        `json:"reminder_minutes,omitempty" minimum:"0" maximum:"10080" doc:"Before the start; 0 is never."`
	QuotaActive      *int       `json:"quota_active,omitempty" minimum:"0" maximum:"1000" doc:"Bookings ahead for one member; 0 is no limit. Where it is missing a new club gets 4, and an existing one keeps its own."`
	QuotaWeekMinutes *int       `json:"quota_week_minutes,omitempty" minimum:"0" maximum:"100000" doc:"Of net time for one member; 0 is no limit. Where it is missing a new club gets 600, and an existing one keeps its own."`
	QuotaHeld        *int       `json:"quota_held,omitempty" minimum:"1" maximum:"1000" doc:"Nets that one member may hold at once. Where it is missing a new club gets 4, and an existing one keeps its own."`
	DaySheetMinute   *int       `json:"day_sheet_minute,omitempty" minimum:"-1" maximum:"1439" doc:"When the staff get the sheet of the day, in minutes of the local clock; -1 is never. Missing: as it is, and at six for a new club."`
	Address          string     `json:"address,omitempty" maxLength:"200" example:"Riverside Ground, Pune"`
	Place            *PlaceBody `json:"place,omitempty" doc:"Where the map's pin goes."`
}

// PlaceBody is a point on the map.
type PlaceBody struct {
	Latitude  float64 `json:"latitude" minimum:"-90" maximum:"90" example:"18.5196"`
	Longitude float64 `json:"longitude" minimum:"-180" maximum:"180" example:"73.8553"`
}

// NewClubBody is a new club and the names of the quotas that the request left out.
type NewClubBody struct {
	ClubBody
	Defaults []string `json:"defaults" doc:"The limits that the request left out. The club starts with those above; a change of the club can name others." example:"[\"quota_held\"]"`
}

// SavedClubBody is a changed club and the bookings that a new time zone moved to another day.
type SavedClubBody struct {
	ClubBody
	Bookings []BookingBody `json:"bookings" doc:"Ahead, and in the new time zone on another day, to which they moved. Their instants stay."`
}

type newClubIn struct {
	web.Keyed
	Body ClubSettings
}

type clubChangeIn struct {
	InClub
	web.Keyed
	web.Versioned
	Body ClubSettings
}

// clubAdmin are the handlers that add and change clubs.
type clubAdmin struct{ handlers }

func (h clubAdmin) addRoutes() {
	h.addSetUp()
	web.AddOnce(h.actions, actionRoute("add-club", http.MethodPost, "/clubs", administrationTag, "Add a club, and be its admin; for the admins whom the settings name", http.StatusCreated), h.addClub)
	web.AddOnce(h.actions, actionRoute("change-club", http.MethodPut, "/clubs/{club}", administrationTag, "Change a club's name, zone and policy; what is booked stays, and in another zone what moves to another day is listed", http.StatusOK), h.changeClub)
}

// club converts the settings. Quotas that they leave out come from before, the present policy.
func (s ClubSettings) club(before booking.Policy) (booking.Club, error) {
	zone, err := booking.ParseZone(s.TimeZone)
	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	seconds := func(n int) time.Duration { return time.Duration(n) * time.Second }
	var place *booking.Place
	if s.Place != nil {
		place = &booking.Place{Latitude: s.Place.Latitude, Longitude: s.Place.Longitude}
	}
	sheet := s.DaySheetMinute
	if sheet != nil && *sheet < 0 {
		sheet = nil
	}
	return booking.Club{DaySheet: sheet, Name: s.Name, Zone: zone, Currency: s.Currency, Address: s.Address, Place: place, Policy: booking.Policy{
		PaysOnline: s.PaysOnline, Grid: minutes(s.GridMinutes), Min: minutes(s.MinMinutes), Max: minutes(s.MaxMinutes), Buffer: minutes(s.BufferMinutes),
		Notice: minutes(s.NoticeMinutes), Horizon: s.HorizonDays, Hold: seconds(s.HoldSeconds), HoldMax: seconds(s.HoldMaxSeconds), Offer: seconds(s.OfferSeconds),
		CancelFree: time.Duration(s.CancelFreeHours) * time.Hour, CancelFee: s.CancelFeePercent, CheckIn: minutes(s.CheckInMinutes), NoShow: minutes(s.NoShowMinutes),
		Reminder: minutes(s.ReminderMinutes), QuotaActive: valueOr(s.QuotaActive, before.QuotaActive),
		QuotaWeek: minutes(valueOr(s.QuotaWeekMinutes, int(before.QuotaWeek/time.Minute))), QuotaHeld: valueOr(s.QuotaHeld, before.QuotaHeld),
	}}, err
}

func valueOr(value *int, other int) int {
	if value == nil {
		return other
	}
	return *value
}

func (s ClubSettings) missingQuotas() []string {
	missing := []string{}
	for _, quota := range []struct {
		name  string
		value *int
	}{{"quota_held", s.QuotaHeld}, {"quota_active", s.QuotaActive}, {"quota_week_minutes", s.QuotaWeekMinutes}} {
		if quota.value == nil {
			missing = append(missing, quota.name)
		}
	}
	return missing
}

func (h clubAdmin) addClub(ctx context.Context, in *newClubIn) (effect[NewClubBody], error) {
	actor, err := h.actorIn(ctx, 0) // club 0 does not exist: only the admins of every club have a role in it
	if err != nil {
		return nil, err
	}
	club, err := in.Body.club(booking.Policy{QuotaHeld: booking.DefaultQuotaHeld, QuotaActive: booking.DefaultQuotaActive, QuotaWeek: booking.DefaultQuotaWeek})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (NewClubBody, error) {
		made, err := s.CreateClub(ctx, actor, club)
		if err == nil && in.Body.DaySheetMinute != nil && club.DaySheet == nil {
			made.DaySheet = nil
			if _, err = s.SaveClub(ctx, actor, made); err == nil {
				made, err = s.Club(ctx, made.ID)
			}
		}
		if err != nil {
			return NewClubBody{}, err
		}
		return NewClubBody{clubOf(made), in.Body.missingQuotas()}, nil
	}, nil
}

func (h clubAdmin) changeClub(ctx context.Context, in *clubChangeIn) (effect[SavedClubBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	before, err := h.booking.Club(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	club, err := in.Body.club(before.Policy)
	if err != nil {
		return nil, err
	}
	club.ID = booking.ClubID(in.Club)
	if in.Body.DaySheetMinute == nil {
		club.DaySheet = before.DaySheet
	}
	seen, err := settingSeen(in.Versioned)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (SavedClubBody, error) {
		moved, err := s.IfSeen(seen).SaveClub(ctx, actor, club)
		if err != nil {
			return SavedClubBody{}, err
		}
		saved, err := s.Club(ctx, club.ID)
		return SavedClubBody{clubOf(saved), bookingsOf(moved)}, err
	}, nil
}
