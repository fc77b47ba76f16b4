package booking

import (
	"context"
	"slices"
)

// Clubs lists the clubs.
func (s *Service) Clubs(ctx context.Context) ([]Club, error) {
	clubs, err := collect(ctx, s.db, scanClub, `SELECT `+clubColumns+` FROM club ORDER BY id`)
	return clubs, translate(ctx, err)
}

// Club reads one club with its policy.
func (s *Service) Club(ctx context.Context, id ClubID) (Club, error) {
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return Club{}, err
	}
	return set.club, nil
}

// currentSetup is the club as it is now.
func (s *Service) currentSetup(ctx context.Context, id ClubID) (*setup, error) {
	known, _, err := s.readTokens(ctx, id, 0, 0)
	if err != nil {
		return nil, err
	}
	return s.readSetup(ctx, id, known.clubToken())
}

// Nets lists the nets that can be booked, with their add-ons.
func (s *Service) Nets(ctx context.Context, id ClubID) ([]Net, error) {
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return nil, err
	}
	return set.chosenNets(nil)
}

// AllNets lists the retired ones too, with all their add-ons; for staff.
func (s *Service) AllNets(ctx context.Context, actor Actor, id ClubID) ([]Net, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(set.nets), nil
}

// Hours lists a club's opening hours.
func (s *Service) Hours(ctx context.Context, id ClubID) ([]OpeningHours, error) {
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(set.hours), nil
}

// Closures lists a club's closures.
func (s *Service) Closures(ctx context.Context, id ClubID) ([]Closure, error) {
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(set.closures), nil
}

// Prices lists a club's price rules.
func (s *Service) Prices(ctx context.Context, id ClubID) ([]PriceRule, error) {
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(set.prices), nil
}

// configure is a change of the club itself: no booking is made in between, and every cached answer is of the past afterwards.
func (s *Service) configure(ctx context.Context, actor Actor, id ClubID, action string, fn func(ctx context.Context, c *change) error) error {
	if err := actor.mustBeAdmin(); err != nil {
		return err
	}
	return s.withLocks(ctx, actor, locks{club: id, admin: true}, func(ctx context.Context, c *change) error {
		if err := fn(ctx, c); err != nil {
			return err
		}
		if err := c.replaceClubToken(ctx); err != nil {
			return err
		}
		return c.recordAudit(ctx, action, Booking{}, nil)
	})
}

// CreateClub adds a club; the one who does becomes its admin. It has no nets, hours or prices yet.
func (s *Service) CreateClub(ctx context.Context, actor Actor, c Club) (Club, error) {
	if err := actor.mustBeAdmin(); err != nil {
		return Club{}, err
	}
	if err := c.check(); err != nil {
		return Club{}, err
	}
	return s.createClub(ctx, actor, c)
}

// SaveClub changes a club's name, zone and policy; its currency stays, because prices are in it.
func (s *Service) SaveClub(ctx context.Context, actor Actor, club Club) error {
	if err := club.check(); err != nil {
		return err
	}
	return s.configure(ctx, actor, club.ID, "save_club", func(ctx context.Context, c *change) error {
		if club.Currency != c.setup.club.Currency {
			return ErrSettings
		}
		return updateClub(ctx, c.tx, club)
	})
}

func (c Club) check() error {
	if c.Name == "" {
		return ErrName
	}
	if c.Zone == nil {
		return ErrZone
	}
	if _, err := digits(c.Currency); err != nil {
		return err
	}
	if p := c.Place; len(c.Address) > maxAddress || p != nil && !(p.Latitude >= -90 && p.Latitude <= 90 && p.Longitude >= -180 && p.Longitude <= 180) {
		return ErrPlace
	}
	return c.Policy.check()
}

const maxAddress = 200

// SaveNet adds a net (id 0) or changes one. A net is retired by making it inactive; its bookings stay.
func (s *Service) SaveNet(ctx context.Context, actor Actor, club ClubID, n Net) (Net, error) {
	if n.Name == "" {
		return Net{}, ErrName
	}
	if n.Capacity <= 0 {
		return Net{}, ErrSettings
	}
	err := s.configure(ctx, actor, club, "save_net", func(ctx context.Context, c *change) error { return saveNet(ctx, c.tx, club, &n) })
	return n, err
}

// SaveAddOn adds an add-on (id 0) to a net or changes one.
func (s *Service) SaveAddOn(ctx context.Context, actor Actor, club ClubID, a AddOn) (AddOn, error) {
	if a.Name == "" {
		return AddOn{}, ErrName
	}
	err := s.configure(ctx, actor, club, "save_add_on", func(ctx context.Context, c *change) error {
		if !slices.ContainsFunc(c.setup.nets, func(n Net) bool { return n.ID == a.Net }) {
			return ErrNoNet
		}
		if a.Price.Currency != c.setup.club.Currency || !validPrice(a.Price) {
			return ErrAmount
		}
		return saveAddOn(ctx, c.tx, &a)
	})
	return a, err
}

// SetHours replaces all opening hours of a club. Bookings outside the new ones stay.
func (s *Service) SetHours(ctx context.Context, actor Actor, club ClubID, hours []OpeningHours) error {
	return s.EditHours(ctx, actor, club, func([]OpeningHours) ([]OpeningHours, error) { return hours, nil })
}

// EditHours changes the opening hours as they are at that moment: two admins who change different days undo nothing of each other's.
func (s *Service) EditHours(ctx context.Context, actor Actor, club ClubID, edit func(now []OpeningHours) ([]OpeningHours, error)) error {
	return s.configure(ctx, actor, club, "set_hours", func(ctx context.Context, c *change) error {
		hours, err := edit(slices.Clone(c.setup.hours))
		if err == nil {
			err = checkHours(hours)
		}
		if err != nil {
			return err
		}
		for _, h := range hours {
			if h.Net != 0 && !slices.ContainsFunc(c.setup.nets, func(n Net) bool { return n.ID == h.Net }) {
				return ErrNoNet
			}
		}
		return replaceHours(ctx, c.tx, club, hours)
	})
}

// SetPrices replaces all price rules of a club. Prices of holds and bookings stay as they were fixed.
func (s *Service) SetPrices(ctx context.Context, actor Actor, club ClubID, rules []PriceRule) error {
	return s.EditPrices(ctx, actor, club, func([]PriceRule) ([]PriceRule, error) { return rules, nil })
}

// EditPrices changes the price rules as they are at that moment, like EditHours.
func (s *Service) EditPrices(ctx context.Context, actor Actor, club ClubID, edit func(now []PriceRule) ([]PriceRule, error)) error {
	return s.configure(ctx, actor, club, "set_prices", func(ctx context.Context, c *change) error {
		rules, err := edit(slices.Clone(c.setup.prices))
		if err != nil {
			return err
		}
		for _, r := range rules {
			if err := r.check(c.setup.club.Currency); err != nil {
				return err
			}
			if r.Net != 0 && !slices.ContainsFunc(c.setup.nets, func(n Net) bool { return n.ID == r.Net }) {
				return ErrNoNet
			}
		}
		return replacePrices(ctx, c.tx, club, rules)
	})
}

// AddClosure shuts nets. Bookings inside it are not touched: they are returned for the admin to look at, and a Block resolves them.
func (s *Service) AddClosure(ctx context.Context, actor Actor, club ClubID, closure Closure) (Closure, []Booking, error) {
	if err := closure.check(); err != nil {
		return Closure{}, nil, err
	}
	var inside []Booking
	err := s.configure(ctx, actor, club, "add_closure", func(ctx context.Context, c *change) error {
		for _, id := range closure.Nets {
			if !slices.ContainsFunc(c.setup.nets, func(n Net) bool { return n.ID == id }) {
				return ErrNoNet
			}
		}
		ahead, err := selectBookings(ctx, c.tx, `WHERE b.club_id = $1 AND b.state IN ('held', 'confirmed') AND b.kind <> 'block'
			AND b.day >= ($2::timestamptz AT TIME ZONE 'UTC')::date - 2 AND s.ends > $2 ORDER BY b.id`, club, c.at)
		if err != nil {
			return err
		}
		inside = slices.DeleteFunc(ahead, func(b Booking) bool {
			return b.expired(c.at) || !slices.ContainsFunc(b.Nets, func(n NetID) bool {
				return closure.appliesTo(n) && len(closure.spansDuring(b.Span, c.setup.club.Zone)) > 0
			})
		})
		return insertClosure(ctx, c.tx, club, &closure)
	})
	if err != nil {
		return Closure{}, nil, err
	}
	return closure, inside, nil
}

// RemoveClosure lifts a closure.
func (s *Service) RemoveClosure(ctx context.Context, actor Actor, club ClubID, id ClosureID) error {
	return s.configure(ctx, actor, club, "remove_closure", func(ctx context.Context, c *change) error { return deleteClosure(ctx, c.tx, club, id) })
}

// Member tells a person's role in a club; whom the club does not know is a guest.
func (s *Service) Member(ctx context.Context, club ClubID, id MemberID) (Role, error) {
	role, err := selectRole(ctx, s.db, club, id)
	return role, translate(ctx, err)
}

// Membership is a person's role in a club.
type Membership struct {
	Member MemberID
	Role   Role
}

// Members lists those whose role was set, after one of them, by id; for staff.
func (s *Service) Members(ctx context.Context, actor Actor, club ClubID, after MemberID, limit int) ([]Membership, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	list, err := selectMembers(ctx, s.db, club, after, limit)
	return list, translate(ctx, err)
}

// SaveMember sets a person's role.
func (s *Service) SaveMember(ctx context.Context, actor Actor, club ClubID, id MemberID, role Role) error {
	if !slices.Contains([]Role{Guest, Player, Staff, Admin}, role) {
		return ErrRole
	}
	return s.configure(ctx, actor, club, "save_member", func(ctx context.Context, c *change) error { return saveRole(ctx, c.tx, club, id, role) })
}

// DaySheet lists what happens on an opening day: everything that takes or took a slot, each booking once, by its start. A block is on the
// sheet of every day that it touches.
func (s *Service) DaySheet(ctx context.Context, actor Actor, club ClubID, day Day) ([]Booking, error) {
	return s.readSheet(ctx, actor, club, day, day, `b.state IN ('held', 'confirmed', 'checked_in', 'no_show')`)
}

// Export lists what some opening days brought, for the club's books: the day sheets, each booking and block once, and the cancelled bookings
// of which a share was kept.
func (s *Service) Export(ctx context.Context, actor Actor, club ClubID, from, to Day) ([]Booking, error) {
	if to < from || to-from >= maxDays {
		return nil, ErrRange
	}
	return s.readSheet(ctx, actor, club, from, to, `(b.state IN ('held', 'confirmed', 'checked_in', 'no_show') OR b.state = 'cancelled' AND b.cancel_fee_minor > 0)`)
}

// readSheet lists bookings of some opening days in some states, by their start. A hold that has run out takes no slot.
func (s *Service) readSheet(ctx context.Context, actor Actor, club ClubID, from, to Day, states string) ([]Booking, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	set, err := s.currentSetup(ctx, club)
	if err != nil {
		return nil, err
	}
	first, next := boundary(from, 0, set.club.Zone, Earlier), boundary(to+1, 0, set.club.Zone, Earlier)
	list, err := selectBookings(ctx, s.db, `
		WHERE b.club_id = $1 AND `+states+` AND (b.state <> 'held' OR b.expires_at > booking_clock())
			AND (b.day BETWEEN $2 AND $3 OR b.kind = 'block' AND s.starts < $5 AND s.ends > $4)
		ORDER BY s.starts, b.id`, club, from.date(), to.date(), first, next)
	return list, translate(ctx, err)
}
