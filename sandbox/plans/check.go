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
)

// Finding is a statement that reads more than the limit.
type Finding struct {
	SQL    string
	Table  string // the table that it reads most of
	Rows   int64  // rows read there, also those that a filter drops
	Blocks int64  // blocks read by the whole statement
}

// Limit is the most that one statement may read.
type Limit struct {
	Rows   int64 // of one table
	Blocks int64
}

// Check runs each recorded statement on a connection's large tables, in a transaction that is rolled back, and returns those above the limit, the
// largest first. A statement that fails there, as an INSERT of a row that refers to none, is planned only: reading a whole table with at least Limit.Rows rows is then the finding.
//
// The connection has the planner settings of the program, so the plans are those of a prepared statement.
func (r *Recorder) Check(ctx context.Context, conn *pgx.Conn, limit Limit) (found []Finding, checked int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, sql := range slices.Sorted(maps.Keys(r.statements)) {
		name := fmt.Sprintf("checked_%d", i)
		prepared, err := conn.Prepare(ctx, name, sql)
		if err != nil {
			continue // it names a temporary table or a function of its test
		}
		checked++
		var worst Finding
		for _, args := range r.statements[sql] {
			one, err := explain(ctx, conn, prepared, args)
			if err != nil {
				return nil, 0, fmt.Errorf("explain %s: %w", sql, err)
			}
			if one.Blocks >= worst.Blocks || one.Rows > worst.Rows {
				worst = one
			}
		}
		if worst.Rows > limit.Rows || worst.Blocks > limit.Blocks {
			worst.SQL = strings.Join(strings.Fields(sql), " ")
			found = append(found, worst)
		}
		if err := conn.Deallocate(ctx, name); err != nil {
			return nil, 0, err
		}
	}
	slices.SortFunc(found, func(a, b Finding) int { return int(b.Blocks - a.Blocks) })
	return found, checked, nil
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
func explain(ctx context.Context, conn *pgx.Conn, prepared *pgconn.StatementDescription, args []any) (Finding, error) {
	call, err := execute(conn.TypeMap(), prepared, args)
	if err != nil {
		return Finding{}, nil //nolint:nilerr // an argument that the test sends to be refused
	}
	root, err := plan(ctx, conn, "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "+call)
	if err != nil {
		if root, err = plan(ctx, conn, "EXPLAIN (FORMAT JSON) "+call); err != nil {
			return Finding{}, nil //nolint:nilerr // its arguments are refused
		}
	}
	f := Finding{Blocks: root.Hit + root.Read}
	root.walk(func(n node) {
		rows := (n.Rows + n.Filtered + n.Recheck) * n.Loops
		if n.Loops == 0 && n.Type == "Seq Scan" {
			rows = n.Planned
		}
		if n.Table != "" && int64(rows) > f.Rows && n.Type != "ModifyTable" {
			f.Table, f.Rows = n.Table, int64(rows)
		}
	})
	return f, nil
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

// execute writes EXECUTE with arguments as literals, because EXPLAIN of a statement with parameters plans it for their values.
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
