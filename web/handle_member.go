package web

import (
	"context"
	"net/http"

	"pavilion/booking"
)

// RoleBody is what a person may do in a club.
type RoleBody struct {
	Role string `json:"role" enum:"guest,member,staff,admin" doc:"Each has the rights of those before it; whom the club does not know is a guest."`
}

// MemberBody is a person with a role.
type MemberBody struct {
	ID   int64  `json:"id" doc:"The Telegram user id."`
	Role string `json:"role" enum:"guest,member,staff,admin"`
}

type rolesIn struct {
	InClub
	After int64 `query:"after" minimum:"0" doc:"The last id of the page before."`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type roleIn struct {
	InClub
	Keyed
	ID   int64 `path:"id" minimum:"1" doc:"The Telegram user id."`
	Body RoleBody
}

// AddOnSettings is something to hire with a net, as an admin sets it.
type AddOnSettings struct {
	Name       string `json:"name" minLength:"1" maxLength:"100"`
	PerHour    bool   `json:"per_hour,omitempty" doc:"Priced by the hour; else once a booking."`
	PriceMinor int64  `json:"price_minor" minimum:"0" doc:"In minor units of the club's currency."`
	Active     bool   `json:"active" doc:"An add-on is retired, never deleted: bookings name it."`
}

type addOnIn struct {
	InClub
	Keyed
	Net  int64 `path:"net" minimum:"1"`
	Body AddOnSettings
}

type addOnChangeIn struct {
	InClub
	Keyed
	Net  int64 `path:"net" minimum:"1"`
	ID   int64 `path:"id" minimum:"1"`
	Body AddOnSettings
}

// staffing adds who may do what in a club, and what is hired out with its nets.
func (a *routes) staffing() {
	do := func(id, method, path, summary string, status int) route {
		return route{id: id, method: method, path: path, tag: "Administration", summary: summary, status: status, access: members, policy: a.opts.Limits.writes(), problems: []int{http.StatusNotFound}}
	}
	read := func(id, path, summary string) route {
		return route{id: id, method: http.MethodGet, path: path, tag: "Administration", summary: summary, status: http.StatusOK, access: members, policy: a.opts.Limits.reads(), problems: []int{http.StatusNotFound}}
	}
	add(a, read("all-nets", "/clubs/{club}/nets/all", "The nets, retired ones and what is no longer hired too; staff only"), a.allNets)
	add(a, read("list-roles", "/clubs/{club}/members", "Those whose role was set, by id; staff only"), a.listRoles)
	addOnce(a, do("set-role", http.MethodPut, "/clubs/{club}/members/{id}", "Make a person a member, staff, an admin or a guest again", http.StatusOK), a.setRole)
	addOnce(a, do("add-add-on", http.MethodPost, "/clubs/{club}/nets/{net}/add-ons", "Add something to hire with a net", http.StatusCreated), a.addAddOn)
	addOnce(a, do("change-add-on", http.MethodPut, "/clubs/{club}/nets/{net}/add-ons/{id}", "Change or retire what is hired with a net", http.StatusOK), a.changeAddOn)
}

func (a *routes) allNets(ctx context.Context, in *clubIn) (*bodyOut[listOf[NetBody]], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	nets, err := a.deps.Booking.AllNets(ctx, actor, booking.ClubID(in.Club))
	return itemsOf(nets, netOf), err
}

func (a *routes) listRoles(ctx context.Context, in *rolesIn) (*bodyOut[listOf[MemberBody]], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := a.deps.Booking.Members(ctx, actor, booking.ClubID(in.Club), booking.MemberID(in.After), in.Limit)
	return itemsOf(list, func(m booking.Membership) MemberBody {
		return MemberBody{int64(m.Member), string(m.Role)}
	}), err
}

func (a *routes) setRole(ctx context.Context, in *roleIn) (effect[RoleBody], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (RoleBody, error) {
		return in.Body, s.SaveMember(ctx, actor, booking.ClubID(in.Club), booking.MemberID(in.ID), booking.Role(in.Body.Role))
	}, nil
}

func (a *routes) addAddOn(ctx context.Context, in *addOnIn) (effect[AddOnBody], error) {
	return a.saveAddOn(ctx, in.Club, in.Net, 0, in.Body)
}

func (a *routes) changeAddOn(ctx context.Context, in *addOnChangeIn) (effect[AddOnBody], error) {
	return a.saveAddOn(ctx, in.Club, in.Net, in.ID, in.Body)
}

func (a *routes) saveAddOn(ctx context.Context, id, net, addOn int64, set AddOnSettings) (effect[AddOnBody], error) {
	actor, err := a.actorIn(ctx, id)
	if err != nil {
		return nil, err
	}
	club, err := a.deps.Booking.Club(ctx, booking.ClubID(id))
	if err != nil {
		return nil, err
	}
	one := booking.AddOn{
		ID: booking.AddOnID(addOn), Net: booking.NetID(net), Name: set.Name, PerHour: set.PerHour, Active: set.Active,
		Price: booking.Money{Minor: set.PriceMinor, Currency: club.Currency},
	}
	return func(ctx context.Context, s *booking.Service) (AddOnBody, error) {
		saved, err := s.SaveAddOn(ctx, actor, club.ID, one)
		return addOnOf(saved), err
	}, nil
}
