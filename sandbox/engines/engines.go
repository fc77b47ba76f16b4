package engines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Options choose the servers to start.
type Options struct {
	Postgres   bool
	Redis      bool
	MongoPools int
	// Quick prefers the MongoDB stand-in that installs in seconds over the one that compiles for minutes, if neither is installed.
	Quick bool
	// Durable makes Postgres flush every commit to the disk, as in a deployment. Benchmarks need it. Tests do not, because they simulate no power cut.
	Durable bool
	// Statements loads pg_stat_statements into a private Postgres, if its contrib modules are installed.
	Statements bool

	pickPort func() (int, error) // nil means reservePort
}

// Engines holds the started servers and their addresses.
type Engines struct {
	PostgresURL string
	RedisURL    string
	MongoURIs   []string
	// MongoServer is the name of the server behind MongoURIs, for the output of benchmarks.
	MongoServer string

	dir      string
	postgres control
	redis    control
	mongo    []control

	mu      sync.Mutex // the servers start in parallel
	cleanup []func() error
}

// Start starts the servers in parallel and returns when all answer.
func Start(ctx context.Context, opts Options) (*Engines, error) {
	dir, err := os.MkdirTemp("", "pavilion-engines-")
	if err != nil {
		return nil, fmt.Errorf("private directory: %w", err)
	}
	// Postgres runs under another account, which needs access.
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // holds only throw-away test data; sub-directories are private
		return nil, fmt.Errorf("private directory: %w", err)
	}
	if opts.pickPort == nil {
		opts.pickPort = reservePort
	}
	e := &Engines{dir: dir}
	group, gctx := errgroup.WithContext(ctx)
	if opts.Postgres {
		group.Go(func() error { return e.startPostgres(gctx, opts) })
	}
	if opts.Redis {
		group.Go(func() error { return e.startRedis(gctx, opts) })
	}
	if opts.MongoPools > 0 {
		group.Go(func() error { return e.startMongo(gctx, opts) })
	}
	if err := group.Wait(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// atEnd registers a function that Close calls before it stops the servers.
func (e *Engines) atEnd(do func() error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cleanup = append(e.cleanup, do)
}

// Close stops every server and removes its data.
func (e *Engines) Close() error {
	var errs []error
	for _, f := range e.cleanup { // on servers that keep running
		errs = append(errs, f())
	}
	for _, s := range append([]control{e.postgres, e.redis}, e.mongo...) {
		if s != nil {
			s.kill()
		}
	}
	return errors.Join(append(errs, os.RemoveAll(e.dir))...)
}

// splitList splits a list of connection strings at white space, and at commas before a scheme. Other commas separate the hosts of one string.
func splitList(list string) []string {
	return strings.Fields(strings.ReplaceAll(list, ",mongodb", " mongodb"))
}
