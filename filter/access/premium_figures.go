package access

import (
	"context"
	"time"
)

const (
	expiringWithin = 7 * 24 * time.Hour
	incomeWithin   = 30 * 24 * time.Hour
)

// PremiumFigures say who has premium now, and what it brought.
type PremiumFigures struct {
	Plans       []PlanFigures // that somebody has, the most frequent first
	Stars       int64         // paid so far, without what went back
	RecentStars int64         // paid within incomeWithin
	Expiring    int64         // people whose time of a plan ends within expiringWithin and is not renewed
}

// PlanFigures are the people who have a plan now.
type PlanFigures struct {
	Title  string
	People int64
	Bought int64 // by them, or for them
	Given  int64 // by admins
}

// Figures counts the people with premium and its income.
func (p *Premium) Figures(ctx context.Context) (PremiumFigures, error) {
	return selectFigures(ctx, p.db)
}
