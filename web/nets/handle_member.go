package nets

import (
	"context"
	"net/http"

	"pavilion/booking"
	"pavilion/web"
)

// RoleBody is a person's role in a club.
type RoleBody struct {
	Role string `json:"role" enum:"guest,member,staff,admin" doc:"Each has the rights of those before it; whom the club does not know is a guest."`
}

// MemberBody is a person with a role.
type MemberBody struct {
	ID      int64  `json:"id" doc:"The Telegram user id."`
	Role    string `json:"role" enum:"guest,member,staff,admin"`
	Version int    `json:"version" doc:"0 where the role was never set."`
}

// ETag is the version.
func (b MemberBody) ETag() string { return web.ETag(b.Version) }

func memberOf(m booking.Membership) MemberBody {
	return MemberBody{int64(m.Member), string(m.Role), m.Version}
}

type rolesIn struct {
	InClub
	After int64 `query:"after" minimum:"0" doc:"The last id of the page before."`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type personIn struct {
	InClub
	ID int64 `path:"id" minimum:"1" doc:"The Telegram user id."`
}

type roleIn struct {
	InClub
	web.Keyed
	web.Versioned
	ID   int64 `path:"id" minimum:"1" doc:"The Telegram user id."`
	Body RoleBody
}

// AddOnSettings are an admin's settings of an add-on.
type AddOnSettings struct {
	Name       string `json:"name" minLength:"1" maxLength:"100"`
	PerHour    bool   `json:"per_hour,omitempty" doc:"Priced by the hour; else once a booking."`
	PriceMinor int64  `json:"price_minor" minimum:"0" doc:"In minor units of the club's currency."`
	Active     bool   `json:"active" doc:"An add-on is retired, never deleted: bookings name it."`
}

type addOnIn struct {
	InClub
	web.Keyed
	Net  int64 `path:"net" minimum:"1"`
	Body AddOnSettings
}

type addOnChangeIn struct {
	InClub
	web.Keyed
	web.Versioned
	Net  int64 `path:"net" minimum:"1"`
	ID   int64 `path:"id" minimum:"1"`
	Body AddOnSettings
}

// members are the handlers for the roles of a club's people, and for its staff's view of the nets and their add-ons.
type members struct{ handlers }

func (h members) addRoutes() {
	web.Add(h.api, readRoute("all-nets", "/clubs/{club}/nets/all", administrationTag, "All nets and add-ons, retired ones too; staff only"), h.allNets)
	web.Add(h.api, readRoute("list-roles", "/clubs/{club}/members", administrationTag, "Those whose role was set, by id; staff only"), h.listRoles)
	web.Add(h.api, readRoute("get-role", "/clubs/{club}/members/{id}", administrationTag, "One person's role; staff only"), h.getRole)
	web.AddOnce(h.actions, actionRoute("set-role", http.MethodPut, "/clubs/{club}/members/{id}", administrationTag, "Make a person a member, staff, an admin or a guest again", http.StatusOK), h.setRole)
	web.AddOnce(h.actions, actionRoute("add-add-on", http.MethodPost, "/clubs/{club}/nets/{net}/add-ons", administrationTag, "Add something to hire with a net", http.StatusCreated), h.addAddOn)
	web.AddOnce(h.actions, actionRoute("change-add-on", http.MethodPut, "/clubs/{club}/nets/{net}/add-ons/{id}", administrationTag, "Change or retire an add-on", http.StatusOK), h.changeAddOn)
}

func (h members) allNets(ctx context.Context, in *clubIn) (*web.Body[web.ListOf[NetBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	nets, err := h.booking.AllNets(ctx, actor, booking.ClubID(in.Club))
	return web.List(nets, netOf), err
}

func (h members) listRoles(ctx context.Context, in *rolesIn) (*web.Body[web.ListOf[MemberBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := h.booking.Members(ctx, actor, booking.ClubID(in.Club), booking.MemberID(in.After), in.Limit)
	return web.List(list, memberOf), err
}

func (h members) getRole(ctx context.Context, in *personIn) (*web.Body[MemberBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	m, err := h.booking.Membership(ctx, actor, booking.ClubID(in.Club), booking.MemberID(in.ID))
	if err != nil {
		return nil, err
	}
	return &web.Body[MemberBody]{Body: memberOf(m)}, nil
}

func (h members) setRole(ctx context.Context, in *roleIn) (effect[MemberBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	seen, err := settingSeen(in.Versioned)
	if err != nil {
		return nil, err
	}
	club, id := booking.ClubID(in.Club), booking.MemberID(in.ID)
	return func(ctx context.Context, s *booking.Service) (MemberBody, error) {
		if err := s.IfSeen(seen).SaveMember(ctx, actor, club, id, booking.Role(in.Body.Role)); err != nil {
			return MemberBody{}, err
		}
		saved, err := s.Membership(ctx, actor, club, id)
		return memberOf(saved), err
	}, nil
}

func (h members) addAddOn(ctx context.Context, in *addOnIn) (effect[AddOnBody], error) {
	return h.saveAddOn(ctx, in.Club, in.Net, 0, in.Body, booking.Seen{})
}

func (h members) changeAddOn(ctx context.Context, in *addOnChangeIn) (effect[AddOnBody], error) {
	seen, err := settingSeen(in.Versioned)
	if err != nil {
		return nil, err
	}
	return h.saveAddOn(ctx, in.Club, in.Net, in.ID, in.Body, seen)
}

func (h members) saveAddOn(ctx context.Context, id, net, addOn int64, set AddOnSettings, seen booking.Seen) (effect[AddOnBody], error) {
	actor, err := h.actorIn(ctx, id)
	if err != nil {
		return nil, err
	}
	club, err := h.booking.Club(ctx, booking.ClubID(id))
	if err != nil {
		return nil, err
	}
	one := booking.AddOn{
		ID: booking.AddOnID(addOn), Net: booking.NetID(net), Name: set.Name, PerHour: set.PerHour, Active: set.Active,
		Price: booking.Money{Minor: set.PriceMinor, Currency: club.Currency},
	}
	return func(ctx context.Context, s *booking.Service) (AddOnBody, error) {
		saved, err := s.IfSeen(seen).SaveAddOn(ctx, actor, club.ID, one)
		return addOnOf(saved), err
	}, nil
}
