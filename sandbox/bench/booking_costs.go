package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// cost is the calls of a statement and the time that Postgres spent in them.
type cost struct {
	calls int64
	spent time.Duration
}

// costs has the cost of each statement from pg_stat_statements, by its text.
type costs map[string]cost

const costliest = 6 // number of statements printed

// reset resets the counters of Postgres.
func (c *costs) reset(ctx context.Context, db *pgxpool.Pool) error {
	if _, err := db.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS pg_stat_statements`); err != nil {
		return fmt.Errorf("count statements: %w", err)
	}
	_, err := db.Exec(ctx, `SELECT pg_stat_statements_reset()`)
	return err
}

// add adds the costs since the reset. Statements of triggers and functions have entries of their own.
func (c *costs) add(ctx context.Context, db *pgxpool.Pool) error {
	if *c == nil {
		*c = costs{}
	}
	rows, err := db.Query(ctx, `SELECT query, calls, total_exec_time FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if err != nil {
		return fmt.Errorf("count statements: %w", err)
	}
	var text string
	var calls int64
	var ms float64
	_, err = pgx.ForEachRow(rows, []any{&text, &calls, &ms}, func() error {
		text = strings.Join(strings.Fields(text), " ")
		sum := (*c)[text]
		(*c)[text] = cost{sum.calls + calls, sum.spent + time.Duration(ms*float64(time.Millisecond))}
		return nil
	})
	return err
}

// print prints the costliest statements, with their share of the total time.
func (c *costs) print(out io.Writer, holds int) {
	var all time.Duration
	for _, one := range *c {
		all += one.spent
	}
	texts := slices.SortedFunc(maps.Keys(*c), func(a, b string) int { return int((*c)[b].spent - (*c)[a].spent) })
	fmt.Fprintf(out, "# %s in Postgres for each hold; the costliest statements:\n", all/time.Duration(max(holds, 1)))
	for _, text := range texts[:min(len(texts), costliest)] {
		one := (*c)[text]
		fmt.Fprintf(out, "#   %2.0f %%, %.1f times a hold, %s each: %.100s\n", 100*float64(one.spent)/float64(all), float64(one.calls)/float64(max(holds, 1)),
			(one.spent / time.Duration(max(one.calls, 1))).Round(time.Microsecond), text)
	}
}
