package access

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

const planColumns = "p.id, p.title, p.days, p.stars, p.monthly, p.files_per_day, p.unprotected, p.priority, p.withdrawn, p.version"

// fields are the places of planColumns.
func (p *Plan) fields() []any {
	return []any{&p.ID, &p.Title, &p.Days, &p.Stars, &p.Monthly, &p.Perks.FilesPerDay, &p.Perks.Unprotected, &p.Perks.Priority, &p.Withdrawn, &p.Version}
}

func insertPlan(ctx context.Context, q storage.Queryer, p Plan) (Plan, error) {
	err := q.QueryRow(ctx, `INSERT INTO plan AS p (title, days, stars, monthly, files_per_day, unprotected, priority) VALUES ($1, $2, $3, $4, $5, $6, $7)
		RETURNING `+planColumns, p.Title, p.Days, p.Stars, p.Monthly, p.Perks.FilesPerDay, p.Perks.Unprotected, p.Perks.Priority).Scan(p.fields()...)
	if err != nil {
		return p, fmt.Errorf("store plan: %w", err)
	}
	return p, nil
}

func updatePlan(ctx context.Context, q storage.Queryer, p Plan) (Plan, error) {
	err := q.QueryRow(ctx, `UPDATE plan p SET title = $3, days = $4, stars = $5, monthly = $6, files_per_day = $7, unprotected = $8, priority = $9, withdrawn = $10,
		version = version + 1 WHERE id = $1 AND version = $2 RETURNING `+planColumns,
		p.ID, p.Version, p.Title, p.Days, p.Stars, p.Monthly, p.Perks.FilesPerDay, p.Perks.Unprotected, p.Perks.Priority, p.Withdrawn).Scan(p.fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, ErrPlanChanged
	}
	if err != nil {
		return p, fmt.Errorf("change plan %d: %w", p.ID, err)
	}
	return p, nil
}

func selectPlan(ctx context.Context, q storage.Queryer, id PlanID) (p Plan, err error) {
	err = q.QueryRow(ctx, `SELECT `+planColumns+` FROM plan p WHERE id = $1`, id).Scan(p.fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, ErrPlanUnknown
	}
	if err != nil {
		return p, fmt.Errorf("read plan %d: %w", id, err)
	}
	return p, nil
}

func selectPlans(ctx context.Context, q storage.Queryer) ([]Plan, error) {
	rows, err := q.Query(ctx, `SELECT `+planColumns+` FROM plan p ORDER BY withdrawn, stars, id`)
	var plans []Plan
	if err == nil {
		plans, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Plan, err error) { return p, row.Scan(p.fields()...) })
	}
	if err != nil {
		return nil, fmt.Errorf("read plans: %w", err)
	}
	return plans, nil
}
