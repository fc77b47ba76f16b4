package access

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

func selectFigures(ctx context.Context, q storage.Queryer) (f PremiumFigures, err error) {
	rows, err := q.Query(ctx, `SELECT p.title, count(DISTINCT e.person) AS people,
			count(DISTINCT e.person) FILTER (WHERE e.charge_id IS NOT NULL), count(DISTINCT e.person) FILTER (WHERE e.charge_id IS NULL)
		FROM entitlement e JOIN plan p ON p.id = e.plan_id
		WHERE e.ended_at IS NULL AND e.from_at <= now() AND e.until_at > now() - CASE WHEN e.renews THEN $1::interval ELSE interval '0' END
		GROUP BY p.id ORDER BY people DESC, p.id`, renewalGrace)
	if err == nil {
		f.Plans, err = pgx.CollectRows(rows, pgx.RowToStructByPos[PlanFigures])
	}
	if err != nil {
		return f, fmt.Errorf("count people with premium: %w", err)
	}
	err = q.QueryRow(ctx, `SELECT coalesce(sum(stars), 0)::bigint, coalesce(sum(stars) FILTER (WHERE paid_at > now() - $1::interval), 0)::bigint
		FROM premium_payment WHERE reference IS NOT NULL AND refund IN ('', 'refused')`, incomeWithin).Scan(&f.Stars, &f.RecentStars)
	if err != nil {
		return f, fmt.Errorf("sum payments for premium: %w", err)
	}
	err = q.QueryRow(ctx, `SELECT count(DISTINCT person) FROM (
			SELECT person FROM entitlement WHERE ended_at IS NULL AND until_at > now() GROUP BY person, plan_id
			HAVING max(until_at) <= now() + $1::interval AND NOT bool_or(renews)
		) AS ending`, expiringWithin).Scan(&f.Expiring)
	if err != nil {
		return f, fmt.Errorf("count premium that ends soon: %w", err)
	}
	return f, nil
}
