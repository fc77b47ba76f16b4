package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Incarnation names the database behind a pool: a dump that was restored, a copy and a database after point-in-time recovery have other names. Keys
// outside Postgres that refer to its rows contain this name.
type Incarnation struct {
	db  *pgxpool.Pool
	now func() time.Time

	reading     chan struct{} // holds a token while the fields below are used
	name        string
	connections int64 // that the pool had made when the name was read
	readAt      time.Time
}

// incarnationFor is how long the name is believed while no connection is made. A database behind a proxy may change without a new connection.
const incarnationFor = time.Second

// NewIncarnation makes an Incarnation; Name reads it.
func NewIncarnation(db *pgxpool.Pool, now func() time.Time) *Incarnation {
	return &Incarnation{db: db, now: now, reading: make(chan struct{}, 1)}
}

// Name returns the name. It asks Postgres again after the pool made a connection, because the database may be another since, and once a second.
func (i *Incarnation) Name(ctx context.Context) (string, error) {
	select {
	case i.reading <- struct{}{}:
	case <-ctx.Done():
		return "", fmt.Errorf("read the database's incarnation: %w", context.Cause(ctx))
	}
	defer func() { <-i.reading }()
	now, connections := i.now(), i.db.Stat().NewConnsCount()
	if i.name != "" && connections == i.connections && now.Sub(i.readAt) < incarnationFor {
		return i.name, nil
	}
	// A template copy has the same id in a database of another oid; a restored disk has another timeline; a restored dump has another oid or system.
	var name string
	err := i.db.QueryRow(ctx, `SELECT encode(sha256(convert_to(concat_ws(':', i.id, s.system_identifier, d.oid, c.timeline_id), 'UTF8')), 'hex')
		FROM incarnation i, pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database()`).Scan(&name)
	if err != nil {
		i.name = ""
		return "", fmt.Errorf("read the database's incarnation: %w", err)
	}
	i.name, i.connections, i.readAt = name, connections, now
	return name, nil
}
