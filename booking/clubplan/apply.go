package clubplan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"pavilion/booking"
	"pavilion/internal/fault"
)

// Errors of plans.
var (
	errNoName  = errors.New("name: a club needs a name")
	errNewClub = errors.New("a new club needs a time_zone and a currency")
)

// Apply creates the club that the plan names, or changes it as the plan says.
func Apply(ctx context.Context, s *booking.Service, actor booking.Actor, p Plan) (booking.ClubID, error) {
	return apply(ctx, s, applying{actor: actor, plan: p})
}

// Create creates the club of a plan. It refuses a name that a club has.
func Create(ctx context.Context, s *booking.Service, actor booking.Actor, p Plan) (booking.ClubID, error) {
	return apply(ctx, s, applying{actor: actor, plan: p, onlyNew: true})
}

// ErrClubExists refuses First where there is a club.
var ErrClubExists = fault.New(fault.Conflict, "club_exists")

// First creates the first club of a server. Of several calls at once, one creates its club.
func First(ctx context.Context, s *booking.Service, actor booking.Actor, p Plan) (club booking.Club, err error) {
	for i, n := range p.Nets {
		if slices.ContainsFunc(p.Nets[:i], func(other Net) bool { return other.Name == n.Name }) {
			return club, fmt.Errorf("net %q is named twice: %w", n.Name, booking.ErrName)
		}
	}
	err = s.SetUp(ctx, func(ctx context.Context, s *booking.Service) error {
		clubs, err := s.Clubs(ctx)
		if err != nil {
			return err
		}
		if len(clubs) > 0 {
			return ErrClubExists
		}
		id, err := Create(ctx, s, actor, p)
		if err != nil {
			return err
		}
		club, err = s.Club(ctx, id)
		return err
	})
	return club, err
}

func apply(ctx context.Context, s *booking.Service, a applying) (booking.ClubID, error) {
	var id booking.ClubID
	err := s.SetUp(ctx, func(ctx context.Context, s *booking.Service) (err error) {
		a := a
		a.Service = s
		if err := a.club(ctx); err != nil {
			return err
		}
		id = a.now.Club.ID
		for _, part := range []func(ctx context.Context) error{a.nets, a.hours, a.prices, a.people} {
			if err := part(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

// applying is one call of Apply: the plan, and the club as the transaction has changed it so far.
type applying struct {
	*booking.Service
	actor   booking.Actor
	plan    Plan
	onlyNew bool // a club of the plan's name is refused
	now     booking.Overview
}

// club creates the club, or changes its time zone, address and policy.
func (a *applying) club(ctx context.Context) error {
	if a.plan.Name == "" {
		return errNoName
	}
	found, err := Find(ctx, a.Service, a.plan.Name)
	switch {
	case errors.Is(err, booking.ErrNoClub):
		return a.create(ctx)
	case err != nil:
		return err
	case a.onlyNew:
		return fmt.Errorf("there is a club %q already; \"pavilion club apply\" changes it", found.Name)
	}
	if a.plan.Currency != "" && a.plan.Currency != found.Currency {
		return fmt.Errorf("currency: %s has prices in %s, which cannot change", found.Name, found.Currency)
	}
	wanted := found
	if a.plan.Zone.Location != nil {
		wanted.Zone = a.plan.Zone.Location
	}
	if a.plan.Address != nil {
		wanted.Address = *a.plan.Address
	}
	wanted.Policy = a.plan.Policy.over(found.Policy)
	if wanted.Zone.String() != found.Zone.String() || wanted.Address != found.Address || wanted.Policy != found.Policy {
		if _, err := a.IfSeen(booking.Seen{Setting: &found.Version}).SaveClub(ctx, a.actor, wanted); err != nil {
			return fmt.Errorf("club %s: %w", found.Name, err)
		}
	}
	a.now, err = a.Overview(ctx, a.actor, found.ID)
	return err
}

func (a *applying) create(ctx context.Context) error {
	if a.plan.Zone.Location == nil || a.plan.Currency == "" {
		return errNewClub
	}
	club := booking.Club{Name: a.plan.Name, Zone: a.plan.Zone.Location, Currency: a.plan.Currency, Policy: a.plan.Policy.over(booking.DefaultPolicy())}
	if a.plan.Address != nil {
		club.Address = *a.plan.Address
	}
	made, err := a.CreateClub(ctx, a.actor, club)
	if err != nil {
		return fmt.Errorf("club %s: %w", club.Name, err)
	}
	a.now, err = a.Overview(ctx, a.actor, made.ID)
	return err
}

// Find finds a club by its name. Without a name it returns the only club.
func Find(ctx context.Context, s *booking.Service, name string) (booking.Club, error) {
	clubs, err := s.Clubs(ctx)
	if err != nil {
		return booking.Club{}, err
	}
	if name == "" && len(clubs) > 1 {
		return booking.Club{}, errors.New("there are several clubs: say which with --club NAME")
	}
	i := slices.IndexFunc(clubs, func(c booking.Club) bool { return name == "" || c.Name == name })
	if i < 0 {
		return booking.Club{}, booking.ErrNoClub
	}
	return clubs[i], nil
}

const defaultCapacity = 6

func (a *applying) nets(ctx context.Context) error {
	for _, n := range a.plan.Nets {
		have, known := a.net(n.Name)
		if !known && n.Was != "" {
			if have, known = a.net(n.Was); !known {
				return n.place.error("was", fmt.Errorf("there is no net %q", n.Was))
			}
		}
		wanted := have
		if !known {
			wanted = booking.Net{Capacity: defaultCapacity, Active: true}
		}
		wanted.Name = n.Name
		wanted.Surface = valueOr(n.Surface, wanted.Surface)
		wanted.Indoor, wanted.Lights = valueOr(n.Indoor, wanted.Indoor), valueOr(n.Lights, wanted.Lights)
		wanted.Capacity = valueOr(n.Capacity, wanted.Capacity)
		wanted.Active = !valueOr(n.Retired, !wanted.Active)
		if reflect.DeepEqual(wanted, have) {
			continue
		}
		saved, err := a.IfSeen(booking.Seen{Setting: &have.Version}).SaveNet(ctx, a.actor, a.now.Club.ID, wanted)
		if err != nil {
			return n.place.error("", fmt.Errorf("net %q: %w", n.Name, err))
		}
		a.now.Nets = slices.DeleteFunc(a.now.Nets, func(x booking.Net) bool { return x.ID == saved.ID })
		a.now.Nets = append(a.now.Nets, saved)
	}
	return nil
}

// valueOr returns *named, or other if named is nil.
func valueOr[T any](named *T, other T) T {
	if named != nil {
		return *named
	}
	return other
}

func (a *applying) net(name string) (booking.Net, bool) {
	i := slices.IndexFunc(a.now.Nets, func(n booking.Net) bool { return n.Name == name })
	if i < 0 {
		return booking.Net{}, false
	}
	return a.now.Nets[i], true
}

// netID returns the id of a net; 0, which stands for all nets, if name is empty.
func (a *applying) netID(name string) (booking.NetID, error) {
	n, known := a.net(name)
	if !known && name != "" {
		return 0, fmt.Errorf("there is no net %q", name)
	}
	return n.ID, nil
}

func (a *applying) hours(ctx context.Context) error {
	if a.plan.Hours == nil {
		return nil
	}
	var wanted []booking.OpeningHours
	for _, h := range a.plan.Hours {
		net, err := a.netID(h.Net)
		if err != nil {
			return h.place.error("net", err)
		}
		wanted = append(wanted, h.openingHours(net)...)
		if err := booking.CheckHours(wanted); err != nil {
			return h.place.error("open", err)
		}
	}
	if slices.Equal(inOrder(wanted), inOrder(a.now.Hours)) {
		return nil
	}
	if err := a.SetHours(ctx, a.actor, a.now.Club.ID, wanted); err != nil {
		return fmt.Errorf("hours: %w", err)
	}
	return nil
}

// openingHours returns the hours for a net, one value for each day and period.
func (h Hours) openingHours(net booking.NetID) (list []booking.OpeningHours) {
	for _, day := range h.Days.all() {
		for _, x := range h.Open {
			list = append(list, booking.OpeningHours{Net: net, Weekday: day, Opens: x.From, Closes: x.To})
		}
	}
	return list
}

func inOrder(hours []booking.OpeningHours) []booking.OpeningHours {
	return slices.SortedFunc(slices.Values(hours), func(x, y booking.OpeningHours) int {
		return cmp.Or(cmp.Compare(x.Net, y.Net), cmp.Compare(x.Weekday, y.Weekday), cmp.Compare(x.Opens, y.Opens))
	})
}

func (a *applying) prices(ctx context.Context) error {
	if a.plan.Prices == nil {
		return nil
	}
	var wanted []booking.PriceRule
	for i, p := range a.plan.Prices {
		net, err := a.netID(p.Net)
		if err != nil {
			return p.place.error("net", err)
		}
		rule, err := p.rule(net, i, a.now.Club.Currency)
		if err != nil {
			return err
		}
		wanted = append(wanted, rule)
	}
	now := slices.Clone(a.now.Prices)
	for i := range now {
		now[i].ID = 0
	}
	if slices.Equal(wanted, now) {
		return nil
	}
	if err := a.SetPrices(ctx, a.actor, a.now.Club.ID, wanted); err != nil {
		return fmt.Errorf("prices: %w", err)
	}
	return nil
}

// rule converts the price to booking's type. at is its place in the list, and its rank if the plan names none.
func (p Price) rule(net booking.NetID, at int, currency string) (r booking.PriceRule, err error) {
	r = booking.PriceRule{Net: net, Label: p.Name, Rank: valueOr(p.Rank, at), To: 24 * 60}
	for _, day := range p.Days.all() {
		r.Weekdays[day] = true
	}
	switch {
	case len(p.Hours) > 1:
		return r, p.place.error("hours", errors.New("a price has one time like 17:00-22:00"))
	case len(p.Hours) == 1:
		r.From, r.To = p.Hours[0].From, p.Hours[0].To
	}
	if r.Member, err = booking.ParseMoney(string(p.Member), currency); err != nil {
		return r, p.place.error("member", err)
	}
	if r.Guest, err = booking.ParseMoney(string(cmp.Or(p.Guest, p.Member)), currency); err != nil {
		return r, p.place.error("guest", err)
	}
	if err = r.Check(currency); err != nil {
		return r, p.place.error("", err)
	}
	return r, nil
}

func (a *applying) people(ctx context.Context) error {
	roles, err := a.plan.roles()
	if err != nil {
		return err
	}
	for _, m := range a.now.Members {
		if roles[m.Member] == m.Role {
			delete(roles, m.Member)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(roles)) {
		if err := a.SaveMember(ctx, a.actor, a.now.Club.ID, id, roles[id]); err != nil {
			return fmt.Errorf("role of %d: %w", id, err)
		}
	}
	return nil
}
