package e2e_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// turnstile holds up every statement that writes certain rows of a table, until it is opened or its process dies.
type turnstile struct {
	t    *testing.T
	n    *nets
	conn *pgxpool.Conn
	key  int64
}

var turnstiles atomic.Int64 //nolint:gochecknoglobals // each has a lock of its own

// turnstile closes one.
func (n *nets) turnstile(t *testing.T, table, when string) *turnstile {
	t.Helper()
	conn, err := n.db.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Release)
	g := &turnstile{t: t, n: n, conn: conn, key: 5100 + turnstiles.Add(1)}
	g.exec(fmt.Sprintf(`CREATE FUNCTION turnstile_%[1]d() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM set_config(''lock_timeout'', ''0'', true), pg_advisory_xact_lock_shared(%[1]d); RETURN NEW; END'`, g.key))
	g.exec(fmt.Sprintf(`CREATE TRIGGER turnstile_%[3]d BEFORE INSERT OR UPDATE ON %[1]s FOR EACH ROW WHEN (%[2]s) EXECUTE FUNCTION turnstile_%[3]d()`, table, when, g.key))
	g.exec(fmt.Sprintf(`SELECT pg_advisory_lock(%d)`, g.key))
	return g
}

func (g *turnstile) exec(sql string) {
	g.t.Helper()
	if _, err := g.conn.Exec(g.t.Context(), sql); err != nil {
		g.t.Fatal(err)
	}
}

// held names the statements that stand before it.
func (g *turnstile) held() string {
	return fmt.Sprintf(`FROM pg_locks WHERE locktype = 'advisory' AND objid = %d AND NOT granted`, g.key)
}

func (g *turnstile) waiting() int {
	g.t.Helper()
	return g.n.count(g.t, `SELECT count(*) `+g.held())
}

// open lets statements pass, for good. Those of a process that died are not made.
func (g *turnstile) open() {
	g.t.Helper()
	g.exec(`SELECT pg_terminate_backend(pid) ` + g.held())
	g.pass()
}

// pass lets statements pass for good, also those before it.
func (g *turnstile) pass() {
	g.t.Helper()
	g.exec(fmt.Sprintf(`SELECT pg_advisory_unlock(%d)`, g.key))
	g.conn.Release()
}
