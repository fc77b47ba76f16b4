package booking

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Clubs lists the clubs.
func (s *Service) Clubs(ctx context.Context) ([]Club, error) {
	clubs, err := selectClubs(ctx, s.db)
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

// currentSetup reads the club's settings. Inside a caller's transaction it sees that transaction's changes.
func (s *Service) currentSetup(ctx context.Context, id ClubID) (*setup, error) {
	if s.outer != nil {
		set, err := selectSetup(ctx, s.outer, id)
		return set, translate(ctx, err)
	}
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

// NamedNets lists all nets. It includes retired nets, because bookings, waits and closures on them still show their names.
func (s *Service) NamedNets(ctx context.Context, id ClubID) ([]Net, error) {
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(set.nets), nil
}

// AllNets lists all nets and add-ons, retired ones included; for staff.
func (s *Service) AllNets(ctx context.Context, actor Actor, id ClubID) ([]Net, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	return s.NamedNets(ctx, id)
}

// Hours lists a club's opening hours.
func (s *Service) Hours(ctx context.Context, id ClubID) ([]OpeningHours, error) {
	hours, _, err := s.HoursWithVersion(ctx, id)
	return hours, err
}

// HoursWithVersion lists a club's opening hours, with the version of the list.
func (s *Service) HoursWithVersion(ctx context.Context, id ClubID) ([]OpeningHours, int, error) {
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	return slices.Clone(set.hours), set.hoursVersion, nil
}

// Prices lists a club's price rules.
func (s *Service) Prices(ctx context.Context, id ClubID) ([]PriceRule, error) {
	rules, _, err := s.PricesWithVersion(ctx, id)
	return rules, err
}

// PricesWithVersion lists a club's price rules, with the version of the list.
func (s *Service) PricesWithVersion(ctx context.Context, id ClubID) ([]PriceRule, int, error) {
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	return slices.Clone(set.prices), set.pricesVersion, nil
}

// configure changes the club's settings. It holds the club's exclusive lock, so no booking changes meanwhile, and replaces the club's token, so no
// cached answer about the club is used afterwards. The audit gets before and after of what differs.
func (s *Service) configure(ctx context.Context, actor Actor, id ClubID, action string, fn func(ctx context.Context, c *change) error) error {
	if err := actor.mustBeAdmin(); err != nil {
		return err
	}
	return s.withLocks(ctx, actor, locks{club: id, admin: true}, func(ctx context.Context, c *change) error {
		if err := fn(ctx, c); err != nil {
			return err
		}
		if err := replaceTokens(ctx, c.tx, id, clubTokens()); err != nil {
			return err
		}
		detail := c.changed
		if detail == nil {
			after, err := selectSetup(ctx, c.tx, id)
			if err != nil {
				return err
			}
			if detail, err = settingsDiff(c.setup, after); err != nil {
				return err
			}
		}
		if len(c.redated) > 0 {
			moved := map[ID]string{}
			for _, b := range c.redated {
				moved[b.ID] = b.Day.String()
			}
			detail["moved_to_day"] = moved
		}
		maps.Copy(detail, c.noted)
		return c.recordAudit(ctx, action, Booking{}, detail)
	})
}

// CreateClub adds a club without nets, hours and prices. The actor becomes its admin, unless it is the system. If DaySheet is nil, the club gets the
// default.
func (s *Service) CreateClub(ctx context.Context, actor Actor, club Club) (Club, error) {
	if err := actor.mustBeAdmin(); err != nil {
		return Club{}, err
	}
	club.Policy.QuotaHeld = cmp.Or(club.Policy.QuotaHeld, DefaultQuotaHeld)
	club.Address = cleanText(club.Address)
	if err := club.checkClub(); err != nil {
		return Club{}, err
	}
	if club.DaySheet == nil {
		club.DaySheet = new(defaultDaySheet)
	}
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := insertClub(ctx, tx, &club); err != nil {
			return err
		}
		if err := replaceTokens(ctx, tx, club.ID, clubTokens()); err != nil {
			return err
		}
		at, err := selectClock(ctx, tx)
		if err != nil {
			return err
		}
		if actor.ID != 0 {
			if err := saveRole(ctx, tx, club.ID, actor.ID, Admin); err != nil {
				return err
			}
		}
		c := &change{Service: s, tx: tx, actor: actor, at: at, setup: &setup{club: club}}
		detail, err := settingsDiff(new(setup), c.setup)
		if err != nil {
			return err
		}
		return c.recordAudit(ctx, "create_club", Booking{}, detail)
	})
	return club, err
}

// SaveClub changes a club's name, place, zone and policy. The currency cannot change, because prices are stored in it. A new buffer applies after the
// bookings that are stored as well, as far as the next booking leaves room. In a new time zone the bookings keep their instants. SaveClub returns those
// that are on another day there.
func (s *Service) SaveClub(ctx context.Context, actor Actor, club Club) (moved []Booking, err error) {
	club.Policy.QuotaHeld = cmp.Or(club.Policy.QuotaHeld, DefaultQuotaHeld)
	club.Address = cleanText(club.Address)
	if err := club.checkClub(); err != nil {
		return nil, err
	}
	err = s.configure(ctx, actor, club.ID, "save_club", func(ctx context.Context, c *change) error {
		if err := c.checkSettingSeen(c.setup.club.Version); err != nil {
			return err
		}
		if club.Currency != c.setup.club.Currency {
			return ErrSettings
		}
		if err := updateClub(ctx, c.tx, club); err != nil {
			return err
		}
		if club.Policy.Buffer != c.setup.club.Policy.Buffer {
			if err := updateBuffers(ctx, c.tx, club, c.at); err != nil {
				return err
			}
		}
		if club.Zone.String() == c.setup.club.Zone.String() {
			return nil
		}
		err := c.redate(ctx)
		moved = c.redated
		return err
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

func (c Club) checkClub() error {
	if badName(c.Name) {
		return ErrName
	}
	if c.Zone == nil || !commonZone(c.Zone.String()) {
		return ErrZone
	}
	if _, err := Decimals(c.Currency); err != nil {
		return err
	}
	if p := c.Place; tooLong(c.Address, maxAddress) || p != nil && !(p.Latitude >= -90 && p.Latitude <= 90 && p.Longitude >= -180 && p.Longitude <= 180) {
		return ErrPlace
	}
	if c.DaySheet != nil && (*c.DaySheet < 0 || *c.DaySheet >= 24*60) {
		return ErrSettings
	}
	return c.Policy.checkPolicy()
}

const maxAddress = 200

// SaveNet adds a net (id 0) or changes one. An inactive net is retired: it takes no new bookings and keeps the ones it has.
func (s *Service) SaveNet(ctx context.Context, actor Actor, club ClubID, n Net) (Net, error) {
	if badName(n.Name) {
		return Net{}, ErrName
	}
	if n.Capacity <= 0 {
		return Net{}, ErrSettings
	}
	err := s.configure(ctx, actor, club, "save_net", func(ctx context.Context, c *change) error {
		if i := slices.IndexFunc(c.setup.nets, func(stored Net) bool { return stored.ID == n.ID }); i >= 0 {
			if err := c.checkSettingSeen(c.setup.nets[i].Version); err != nil {
				return err
			}
		}
		return saveNet(ctx, c.tx, club, &n)
	})
	return n, err
}

// SaveAddOn adds an add-on (id 0) to a net or changes one.
func (s *Service) SaveAddOn(ctx context.Context, actor Actor, club ClubID, a AddOn) (AddOn, error) {
	if badName(a.Name) {
		return AddOn{}, ErrName
	}
	err := s.configure(ctx, actor, club, "save_add_on", func(ctx context.Context, c *change) error {
		at := slices.IndexFunc(c.setup.nets, func(n Net) bool { return n.ID == a.Net })
		if at < 0 {
			return ErrNoNet
		}
		addOns := c.setup.nets[at].AddOns
		if i := slices.IndexFunc(addOns, func(stored AddOn) bool { return stored.ID == a.ID }); i >= 0 {
			if err := c.checkSettingSeen(addOns[i].Version); err != nil {
				return err
			}
		}
		if a.Price.Currency != c.setup.club.Currency || !validPrice(a.Price) || !a.PerHour && a.Price.Minor%payableStep(a.Price.Currency) != 0 {
			return ErrAmount
		}
		return saveAddOn(ctx, c.tx, &a)
	})
	return a, err
}

// SetHours replaces all opening hours of a club. Bookings outside the new hours stay.
func (s *Service) SetHours(ctx context.Context, actor Actor, club ClubID, hours []OpeningHours) error {
	return s.EditHours(ctx, actor, club, func([]OpeningHours) ([]OpeningHours, error) { return hours, nil })
}

// EditHours applies edit to the hours that are stored at that moment, so two admins who edit at the same time both keep their changes.
func (s *Service) EditHours(ctx context.Context, actor Actor, club ClubID, edit func(now []OpeningHours) ([]OpeningHours, error)) error {
	return s.configure(ctx, actor, club, "set_hours", func(ctx context.Context, c *change) error {
		if err := c.checkSettingSeen(c.setup.hoursVersion); err != nil {
			return err
		}
		hours, err := edit(slices.Clone(c.setup.hours))
		if err != nil {
			return err
		}
		wanted := *c.setup
		wanted.hours = hours
		if err := wanted.checkHours(); err != nil {
			return err
		}
		if err := replaceHours(ctx, c.tx, club, hours); err != nil {
			return err
		}
		return c.redate(ctx)
	})
}

// SetPrices replaces all price rules of a club. Holds and bookings keep their prices.
func (s *Service) SetPrices(ctx context.Context, actor Actor, club ClubID, rules []PriceRule) error {
	return s.EditPrices(ctx, actor, club, func([]PriceRule) ([]PriceRule, error) { return rules, nil })
}

// EditPrices applies edit to the price rules that are stored at that moment, as EditHours does.
func (s *Service) EditPrices(ctx context.Context, actor Actor, club ClubID, edit func(now []PriceRule) ([]PriceRule, error)) error {
	return s.configure(ctx, actor, club, "set_prices", func(ctx context.Context, c *change) error {
		if err := c.checkSettingSeen(c.setup.pricesVersion); err != nil {
			return err
		}
		rules, err := edit(slices.Clone(c.setup.prices))
		if err != nil {
			return err
		}
		for _, r := range rules {
			if err := r.Check(c.setup.club.Currency); err != nil {
				return err
			}
			if r.Net != 0 && !slices.ContainsFunc(c.setup.nets, func(n Net) bool { return n.ID == r.Net }) {
				return ErrNoNet
			}
		}
		return replacePrices(ctx, c.tx, club, rules)
	})
}
