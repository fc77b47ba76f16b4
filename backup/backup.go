package backup

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/storage"
)

// Options name the databases to copy, or to restore into.
type Options struct {
	DB       *pgxpool.Pool
	Address  secret.String // of DB, for PostgreSQL's programs
	Pools    *storage.Pools
	Version  string // of the program
	Now      func() time.Time
	Progress func(line string)
	Settle   time.Duration // how long after a change of a pool's mode a bot may still move documents; 15 s where 0
}

// Refusals of Make and Restore.
var (
	errFolder   = errors.New("the folder exists: name a new one, for example with the date")
	errMoved    = errors.New("the mode of a pool was changed during the backup, so documents may have moved and be in no copy. Make the backup again")
	errNoRight  = errors.New("PAVILION_POSTGRES_URL: this user may not create tables in the schema public. Use the owner's URL")
	errDraining = errors.New("documents are moving from this pool to others, so some could be missed. Wait until it is empty, or set its mode to normal with /dbstats")
	errTooNew   = errors.New("a newer release made this backup, and this one does not know its schema: restore it with that release")
	errNoPool   = errors.New("the backup has a pool of this name, and PAVILION_MONGO_URIS does not: add name=mongodb://… for it")
)

// Make copies an installation into a new folder, while it runs. All databases must answer. The schema may be that of the release before: an upgrade begins
// with a backup.
func Make(ctx context.Context, o Options, dir string) (m Manifest, err error) {
	behind := migrations.Verify(ctx, o.DB)
	if behind != nil && !errors.Is(behind, migrations.ErrBehind) {
		return m, behind
	}
	if err := NewInstallation(o.DB).Adopt(ctx); err != nil { // or else a restored copy would count as new
		if behind != nil {
			err = fmt.Errorf("%w; to copy this schema before that, use the release that runs: %w", behind, err)
		}
		return m, err
	}
	modes, err := poolModesVersion(ctx, o.DB)
	if err != nil {
		return m, err
	}
	if draining := o.Pools.Draining(ctx); len(draining) > 0 {
		return m, fmt.Errorf("%s: %w", draining[0].Name(), errDraining)
	}
	if err := waitForMoves(ctx, o); err != nil {
		return m, err
	}
	if err := o.Pools.Identify(ctx); err != nil {
		return m, err
	}
	if err := os.Mkdir(dir, 0o700); errors.Is(err, os.ErrExist) {
		return m, fmt.Errorf("%s: %w", dir, errFolder)
	} else if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	if m, err = copyInto(ctx, o, dir, modes); err != nil {
		return m, errors.Join(err, os.RemoveAll(dir))
	}
	return m, note(ctx, o.DB, m) // the backup is whole even if Postgres went away since
}

// settleFor is the default of Options.Settle: a bot reads the modes every five seconds, and moves one batch of documents in between.
const settleFor = 15 * time.Second

// waitForMoves waits until a bot has stopped to move documents from a pool that was set back to normal a moment ago.
func waitForMoves(ctx context.Context, o Options) error {
	age, err := poolModesAge(ctx, o.DB)
	wait := cmp.Or(o.Settle, settleFor) - age
	if err != nil || wait <= 0 {
		return err
	}
	o.Progress("the mode of a pool was changed a moment ago: waiting for the last documents to move")
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(wait):
		return nil
	}
}

// copyInto writes the files of a backup and its manifest into a folder. modes is the version of the pools' modes before.
func copyInto(ctx context.Context, o Options, dir string, modes int64) (m Manifest, err error) {
	m = Manifest{Format: format, ID: rand.Text(), Program: o.Version}
	if m.Schema, err = appliedFiles(ctx, o.DB); err != nil {
		return m, err
	}
	if m.Postgres, m.MadeAt, err = dump(ctx, o.DB, o.Address, dir); err != nil {
		return m, err
	}
	o.Progress(fmt.Sprintf("postgres: %d rows of %d tables", m.Rows(), len(m.Postgres.Tables)))
	if m.Pools, err = exportPools(ctx, o.Pools.All(), dir, o.Progress); err != nil {
		return m, err
	}
	if now, err := poolModesVersion(ctx, o.DB); err != nil {
		return m, err
	} else if now != modes {
		return m, errMoved
	}
	m.EndedAt = o.Now().UTC()
	return m, m.write(dir)
}

// Verify reads a backup to its end and returns its manifest. It compares sizes, checksums and the number of documents, and lets
// pg_restore read the dump.
func Verify(ctx context.Context, dir string) (Manifest, error) {
	m, err := readManifest(dir)
	if err != nil {
		return m, err
	}
	for _, want := range m.files() {
		if !filepath.IsLocal(filepath.FromSlash(want.Path)) {
			return m, fmt.Errorf("%w: %q leads out of the folder", ErrDamaged, want.Path)
		}
		got, err := sumFile(dir, want.Path)
		if err != nil {
			return m, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if got != want {
			return m, fmt.Errorf("%w: %s is not as it was written", ErrDamaged, want.Path)
		}
		if ctx.Err() != nil {
			return m, context.Cause(ctx)
		}
	}
	for _, p := range m.Pools {
		for _, c := range p.Collections {
			n, err := eachDocument(dir, c.Path, func(bson.Raw) error { return context.Cause(ctx) })
			if err != nil {
				return m, fmt.Errorf("%s: %w", c.Path, err)
			}
			if n != c.Documents {
				return m, fmt.Errorf("%w: %s has %d documents, and the manifest says %d", ErrDamaged, c.Path, n, c.Documents)
			}
		}
	}
	return m, readDump(ctx, filepath.Join(dir, filepath.FromSlash(m.Postgres.Path)))
}

// Restored is the result of Restore.
type Restored struct {
	Manifest

	Repaired int // entries of lists that the bot compares with the files at its next start
}

// Restore fills new databases from a backup. It fills the pools first, and then Postgres in one transaction. So a process that starts too early finds
// no schema. An interrupted restore leaves pools that are not empty. The next try needs new pools.
func Restore(ctx context.Context, o Options, dir string) (r Restored, err error) {
	if r.Manifest, err = Verify(ctx, dir); err != nil {
		return r, err
	}
	server, err := serverVersion(ctx, o.DB)
	if err != nil {
		return r, err
	}
	if err := errors.Join(checkTool(ctx, "pg_restore", server), checkEmpty(ctx, o.DB), checkRight(ctx, o.DB)); err != nil {
		return r, err
	}
	unknown, err := unknownFiles(ctx, o.DB, r.Schema)
	if err != nil {
		return r, err
	}
	if len(unknown) > 0 {
		return r, fmt.Errorf("%s: %w", strings.Join(unknown, ", "), errTooNew)
	}
	if err := o.Pools.Identify(ctx); err != nil {
		return r, err
	}
	if err := checkPoolsEmpty(ctx, o.Pools.All()); err != nil {
		return r, err
	}
	into, err := poolsNamed(o.Pools.All(), r.Pools)
	if err != nil {
		return r, err
	}
	for i, p := range r.Pools {
		if err := restorePool(ctx, into[i], dir, p); err != nil {
			return r, err
		}
		o.Progress(fmt.Sprintf("%s: %d documents", p.Name, p.Documents()))
	}
	for _, c := range filter.CheckArchive(ctx, o.Pools, filter.CheckOptions{Settle: settle, Repair: true}) {
		if c.Err != nil {
			return r, c.Err
		}
		r.Repaired += c.Missing + c.Dead + c.Twice
	}
	if err := load(ctx, o.DB, o.Address, dir, r.Postgres); err != nil {
		return r, err
	}
	o.Progress(fmt.Sprintf("postgres: %d rows of %d tables", r.Rows(), len(r.Postgres.Tables)))
	return r, nil
}

// settle is how long the check of the archive waits for running writes. It is short, because no process writes to restored pools.
const settle = time.Millisecond

// poolsNamed returns the pool for each pool of a backup, by name.
func poolsNamed(all []*storage.Pool, made []Pool) ([]*storage.Pool, error) {
	var named []*storage.Pool
	var errs []error
	for _, p := range made {
		i := slices.IndexFunc(all, func(q *storage.Pool) bool { return q.Name() == p.Name })
		if i < 0 {
			errs = append(errs, fmt.Errorf("%s: %w", p.Name, errNoPool))
			continue
		}
		named = append(named, all[i])
	}
	return named, errors.Join(errs...)
}

// restorePool imports the collections of a pool in the order of the manifest and makes the indexes.
func restorePool(ctx context.Context, into *storage.Pool, dir string, p Pool) error {
	for _, c := range p.Collections {
		if err := importCollection(ctx, into, dir, c); err != nil {
			return err
		}
	}
	return filter.EnsureIndexes(ctx, into)
}
