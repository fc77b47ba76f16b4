package access

import (
	"context"
	"unicode/utf8"

	"pavilion/internal/fault"
)

// Errors of plans.
var (
	ErrPlanUnknown = fault.New(fault.NotFound, "plan_unknown")
	ErrPlanBounds  = fault.New(fault.Invalid, "plan_bounds")
	// ErrPlanChanged reports a change that is based on an older version of a plan.
	ErrPlanChanged = fault.New(fault.Conflict, "plan_changed")
	// ErrPlanNotSold refuses to sell a plan that is withdrawn, or that only admins give.
	ErrPlanNotSold = fault.New(fault.Conflict, "plan_not_sold")
)

// PlanID is the number of a plan.
type PlanID int64

// Perks are what a person gets above everybody else.
type Perks struct {
	FilesPerDay int  // 0: no limit
	Unprotected bool // their files may be forwarded and saved
	Priority    bool // their deliveries go first
}

// better combines the perks of two plans: of each the one that is worth more.
func (p Perks) better(o Perks) Perks {
	files := max(p.FilesPerDay, o.FilesPerDay)
	if p.FilesPerDay == 0 || o.FilesPerDay == 0 {
		files = 0
	}
	return Perks{FilesPerDay: files, Unprotected: p.Unprotected || o.Unprotected, Priority: p.Priority || o.Priority}
}

// Plan is what admins sell or give.
type Plan struct {
	ID        PlanID
	Title     string
	Days      int
	Stars     int64 // 0: only admins give it
	Monthly   bool  // also sold as a subscription
	Perks     Perks
	Withdrawn bool // not sold any more
	Version   int64
}

// MonthDays is the length of a subscription's period. Telegram allows no other.
const MonthDays = 30

const (
	maxPlanTitle = 32 // characters; Telegram's limit for the title of an invoice
	maxPlanDays  = 3650
	maxPlanStars = 10_000
)

// Check returns ErrPlanBounds for a plan that cannot be sold.
func (p Plan) Check() error {
	n := utf8.RuneCountInString(p.Title)
	switch {
	case n == 0, n > maxPlanTitle, !utf8.ValidString(p.Title), p.Days < 1, p.Days > maxPlanDays, p.Stars < 0, p.Stars > maxPlanStars:
		return ErrPlanBounds
	case p.Monthly && (p.Days != MonthDays || p.Stars == 0), p.Perks.FilesPerDay < 0, p.Perks.FilesPerDay > mostPlanFiles:
		return ErrPlanBounds
	}
	return nil
}

const mostPlanFiles = 100_000

// AddPlan stores a new plan.
func (p *Premium) AddPlan(ctx context.Context, plan Plan) (Plan, error) {
	if err := plan.Check(); err != nil {
		return plan, err
	}
	return insertPlan(ctx, p.db, plan)
}

// ChangePlan stores a plan if its version is the stored one. Subscribers keep the price for which they subscribed: Telegram goes on charging it.
func (p *Premium) ChangePlan(ctx context.Context, plan Plan) (Plan, error) {
	if err := plan.Check(); err != nil {
		return plan, err
	}
	plan, err := updatePlan(ctx, p.db, plan)
	if err == nil {
		p.known.Purge()
	}
	return plan, err
}

// Plans returns the plans, the cheapest first. Withdrawn ones are at the end.
func (p *Premium) Plans(ctx context.Context) ([]Plan, error) { return selectPlans(ctx, p.db) }

// Plan returns a plan, or ErrPlanUnknown.
func (p *Premium) Plan(ctx context.Context, id PlanID) (Plan, error) {
	return selectPlan(ctx, p.db, id)
}
