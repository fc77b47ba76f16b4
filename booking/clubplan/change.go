package clubplan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pavilion/booking"
)

// SetAmounts reads the prices for members and for guests: 300/450. A single amount is for both.
func (p *Price) SetAmounts(text string) error {
	member, guest, _ := strings.Cut(text, "/")
	p.Member, p.Guest = Amount(member), Amount(guest)
	if member == "" {
		return errors.New("write a price like 300/450, for members and for guests")
	}
	return nil
}

// HourlyPrice is the price of an hour for members and for guests, at all times and on all nets.
func HourlyPrice(name string, member, guest booking.Money) Price {
	amount := func(m booking.Money) Amount {
		text, _, _ := strings.Cut(m.String(), " ")
		return Amount(text)
	}
	return Price{Name: name, Member: amount(member), Guest: amount(guest)}
}

// ReplaceHours replaces the hours on the days that h names: of one net, or of all nets without hours of their own.
func ReplaceHours(ctx context.Context, s *booking.Service, actor booking.Actor, club booking.ClubID, h Hours) error {
	a, err := read(ctx, s, actor, club)
	if err != nil {
		return err
	}
	net, err := a.netID(h.Net)
	if err != nil {
		return err
	}
	edit := func(now []booking.OpeningHours) ([]booking.OpeningHours, error) {
		others := slices.DeleteFunc(slices.Clone(now), func(x booking.OpeningHours) bool {
			return x.Net == net && slices.Contains(h.Days.all(), x.Weekday)
		})
		return append(others, h.openingHours(net)...), nil
	}
	if wanted, err := edit(a.now.Hours); err != nil || slices.Equal(inOrder(wanted), inOrder(a.now.Hours)) {
		return err
	}
	return s.EditHours(ctx, actor, club, edit)
}

// ReplacePrice adds a price, or replaces the price with the same name.
func ReplacePrice(ctx context.Context, s *booking.Service, actor booking.Actor, club booking.ClubID, p Price) error {
	a, err := read(ctx, s, actor, club)
	if err != nil {
		return err
	}
	net, err := a.netID(p.Net)
	if err != nil {
		return err
	}
	edit := func(now []booking.PriceRule) ([]booking.PriceRule, error) {
		wanted := slices.Clone(now)
		at := slices.IndexFunc(wanted, func(r booking.PriceRule) bool { return r.Label == p.Name })
		rank := 0
		for _, r := range wanted {
			rank = max(rank, r.Rank+1)
		}
		if at >= 0 {
			rank = wanted[at].Rank
		}
		rule, err := p.rule(net, rank, a.now.Club.Currency)
		if err != nil {
			return nil, err
		}
		if at < 0 {
			return append(wanted, rule), nil
		}
		rule.ID = wanted[at].ID
		wanted[at] = rule
		return wanted, nil
	}
	if wanted, err := edit(a.now.Prices); err != nil || slices.Equal(wanted, a.now.Prices) {
		return err
	}
	return s.EditPrices(ctx, actor, club, edit)
}

// RemovePrice removes every price with the name.
func RemovePrice(ctx context.Context, s *booking.Service, actor booking.Actor, club booking.ClubID, name string) error {
	return s.EditPrices(ctx, actor, club, func(now []booking.PriceRule) ([]booking.PriceRule, error) {
		wanted := slices.DeleteFunc(slices.Clone(now), func(r booking.PriceRule) bool { return r.Label == name })
		if len(wanted) == len(now) {
			return nil, fmt.Errorf("there is no price %q", name)
		}
		return wanted, nil
	})
}

func read(ctx context.Context, s *booking.Service, actor booking.Actor, club booking.ClubID) (*applying, error) {
	now, err := s.Overview(ctx, actor, club)
	return &applying{Service: s, actor: actor, now: now}, err
}
