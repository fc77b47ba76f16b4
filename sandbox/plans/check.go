package plans

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// finding is a statement that reads more than the limit.
type finding struct {
	sql    string
	table  string // the table of which it reads most rows
	rows   int64  // rows read from table, including those that a filter drops
	blocks int64  // blocks read by the whole statement
}

// Limit is the most that one statement may read.
type Limit struct {
	Rows   int64 // of one table
	Blocks int64
}

var (
	errReadsMuch   = errors.New("these statements read more as the tables grow")
	errNotMeasured = errors.New("most statements could not be explained on the large tables")
)

// Check fills the tables of a migrated database and runs the recorded statements. It returns an error that lists the statements above the limit. It
// skips statements that start with one of whole, because they read whole tables on purpose. pool has the planner settings of the program.
func (r *Recorder) Check(ctx context.Context, pool *pgxpool.Pool, fill string, limit Limit, whole ...string) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("check plans: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, fill, pgx.QueryExecModeSimpleProtocol); err != nil {
		return fmt.Errorf("fill large tables: %w", err)
	}
	found, err := r.find(ctx, conn.Conn(), limit, whole)
	if err != nil {
		return err
	}
	for _, f := range found {
		err = errors.Join(err, fmt.Errorf("%d blocks, %d rows of %s: %s", f.blocks, f.rows, f.table, f.sql))
	}
	if err != nil {
		return fmt.Errorf("%w:\n%w", errReadsMuch, err)
	}
	return nil
}

// find runs each recorded statement in a transaction that is rolled back, and returns those above the limit, the largest first. A statement can fail, such
// as an INSERT with a foreign key of no row. It is then only planned, and sequential scans count with the planner's estimate of rows.
func (r *Recorder) find(ctx context.Context, conn *pgx.Conn, limit Limit, whole []string) (found []finding, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	measured := 0
	for i, sql := range slices.Sorted(maps.Keys(r.statements)) {
		if slices.ContainsFunc(whole, func(start string) bool { return strings.HasPrefix(strings.TrimSpace(sql), start) }) {
			continue
		}
		name := fmt.Sprintf("checked_%d", i)
		prepared, err := conn.Prepare(ctx, name, sql)
		if err != nil {
			continue // it uses a temporary table or a function of a test
		}
		var worst finding
		for _, args := range r.statements[sql] {
			one, ok := explain(ctx, conn, prepared, args)
			if ok {
				measured++
			}
			if one.blocks >= worst.blocks || one.rows > worst.rows {
				worst = one
			}
		}
		if worst.rows > limit.Rows || worst.blocks > limit.Blocks {
			worst.sql = strings.Join(strings.Fields(sql), " ")
			found = append(found, worst)
		}
		if err := conn.Deallocate(ctx, name); err != nil {
			return nil, err
		}
	}
	if measured < len(r.statements)/2 {
		return nil, fmt.Errorf("%w: of %d statements", errNotMeasured, len(r.statements))
	}
	slices.SortFunc(found, func(a, b finding) int { return int(b.blocks - a.blocks) })
	return found, nil
}

// node is a node of a plan, as EXPLAIN prints it.
type node struct {
	Type     string  `json:"Node Type"`
	Table    string  `json:"Relation Name"`
	Planned  float64 `json:"Plan Rows"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Recheck  float64 `json:"Rows Removed by Index Recheck"`
	Hit      int64   `json:"Shared Hit Blocks"`
	Read     int64   `json:"Shared Read Blocks"`
	Plans    []node
}

// explain runs a statement and measures it. If it fails, it is planned without running.
func explain(ctx context.Context, conn *pgx.Conn, prepared *pgconn.StatementDescription, args []any) (f finding, measured bool) {
	call, err := execute(conn.TypeMap(), prepared, args)
	if err != nil {
		return f, false // a test sends an argument that cannot be encoded
	}
	root, err := plan(ctx, conn, "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "+call)
	ran := err == nil
	if !ran {
		if root, err = plan(ctx, conn, "EXPLAIN (FORMAT JSON) "+call); err != nil {
			return f, false // Postgres refuses the arguments
		}
	}
	f.blocks = root.Hit + root.Read
	root.walk(func(n node) {
		rows := (n.Rows + n.Filtered + n.Recheck) * n.Loops
		if !ran {
			rows = n.Planned
		}
		if n.Table != "" && int64(rows) > f.rows && n.Type != "ModifyTable" {
			f.table, f.rows = n.Table, int64(rows)
		}
	})
	return f, true
}

func (n node) walk(visit func(node)) {
	visit(n)
	for _, child := range n.Plans {
		child.walk(visit)
	}
}

var errNoPlan = errors.New("EXPLAIN printed no plan")

func plan(ctx context.Context, conn *pgx.Conn, sql string) (node, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return node{}, err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is kept
	var text []byte
	if err := tx.QueryRow(ctx, sql, pgx.QueryExecModeSimpleProtocol).Scan(&text); err != nil {
		return node{}, err
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) == 0 {
		return node{}, errors.Join(errNoPlan, err)
	}
	return plans[0].Plan, nil
}

// execute writes EXECUTE of a prepared statement with literal arguments. EXPLAIN then shows the plan of the prepared statement. EXPLAIN of the statement
// itself would plan it for these arguments.
func execute(types *pgtype.Map, prepared *pgconn.StatementDescription, args []any) (string, error) {
	var list []string
	for i, oid := range prepared.ParamOIDs {
		text, err := types.Encode(oid, pgtype.TextFormatCode, args[i], nil)
		if err != nil {
			return "", err
		}
		if text == nil {
			list = append(list, "NULL")
			continue
		}
		list = append(list, "'"+strings.ReplaceAll(string(text), "'", "''")+"'")
	}
	call := "EXECUTE " + pgx.Identifier{prepared.Name}.Sanitize()
	if len(list) > 0 {
		call += "(" + strings.Join(list, ", ") + ")"
	}
	return call, nil
}
