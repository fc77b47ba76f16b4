package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

func insertClosure(ctx context.Context, q storage.Queryer, club ClubID, c *Closure) error {
	nets := c.Nets
	if nets == nil {
		nets = []NetID{}
	}
	var start, end, first, last *time.Time
	var from, to *int
	if c.Every == Once {
		start, end = &c.During.Start, &c.During.End
	} else {
		date := c.First.date()
		first, from, to = &date, &c.From, &c.To
		if c.Last != nil {
			date := c.Last.date()
			last = &date
		}
	}
	err := q.QueryRow(ctx, `
		INSERT INTO closure (club_id, net_ids, reason, every, during, first_day, last_day, from_minute, to_minute)
		VALUES ($1, $2, $3, $4, CASE WHEN $5::timestamptz IS NULL THEN NULL ELSE tstzrange($5, $6, '[)') END, $7, $8, $9, $10) RETURNING id`,
		club, nets, c.Reason, c.Every, start, end, first, last, from, to).Scan(&c.ID)
	if err != nil {
		return fmt.Errorf("add closure: %w", err)
	}
	return nil
}

func deleteClosure(ctx context.Context, q storage.Queryer, club ClubID, id ClosureID) error {
	tag, err := q.Exec(ctx, `DELETE FROM closure WHERE club_id = $1 AND id = $2`, club, id)
	if err != nil {
		return fmt.Errorf("remove closure: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNoClosure
	}
	return nil
}

func scanClosure(row pgx.CollectableRow) (c Closure, err error) {
	var start, end, first, last *time.Time
	if err = row.Scan(&c.ID, &c.Nets, &c.Reason, &c.Every, &start, &end, &first, &last, &c.From, &c.To); err != nil {
		return c, err
	}
	if start != nil && end != nil {
		c.During = Span{*start, *end}
	}
	if first != nil {
		c.First = dayOf(*first)
	}
	if last != nil {
		day := dayOf(*last)
		c.Last = &day
	}
	return c, nil
}
