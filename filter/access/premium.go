package access

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
)

const (
	perksAge   = 30 * time.Second // how old known perks may be
	knownPerks = 65_536           // persons in memory
	// renewalGrace is how long a subscription goes on after its paid period, because the renewal may come late.
	renewalGrace = 48 * time.Hour
)

// Premium keeps the plans, what people buy of them with Stars, and the time that each person has.
type Premium struct {
	db    *pgxpool.Pool
	perks *postgres
	now   func() time.Time
	known *lru.Cache[filter.UserID, personPerks]
}

// personPerks are the last known perks of a person.
type personPerks struct {
	perks Perks
	has   bool
	fresh time.Time
}

// NewPremium makes Premium.
func NewPremium(db *pgxpool.Pool, now func() time.Time) (*Premium, error) {
	known, err := lru.New[filter.UserID, personPerks](knownPerks)
	if err != nil {
		return nil, err
	}
	return &Premium{db: db, perks: newPostgres("premium"), now: now, known: known}, nil
}

// PerksOf returns the perks of a person; false where they have no plan now. While Postgres does not answer it returns the last known ones with an error.
func (p *Premium) PerksOf(ctx context.Context, person filter.UserID) (Perks, bool, error) {
	k, _ := p.known.Get(person)
	now := p.now()
	if now.Before(k.fresh) {
		return k.perks, k.has, nil
	}
	var list []Perks
	err := p.perks.call(ctx, func(ctx context.Context) (err error) {
		list, err = selectPerks(ctx, p.db, person)
		return err
	})
	if err != nil {
		return k.perks, k.has, err
	}
	k = personPerks{has: len(list) > 0, fresh: now.Add(perksAge)}
	for i, one := range list {
		if i > 0 {
			one = one.better(k.perks)
		}
		k.perks = one
	}
	p.known.Add(person, k)
	return k.perks, k.has, nil
}

// Among tells which of some people have a plan now.
func (p *Premium) Among(ctx context.Context, people []filter.UserID) (map[filter.UserID]bool, error) {
	list, err := selectPremium(ctx, p.db, people)
	has := make(map[filter.UserID]bool, len(list))
	for _, person := range list {
		has[person] = true
	}
	return has, err
}
