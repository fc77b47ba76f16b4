package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed *.sql
var files embed.FS

// Reasons why Verify or Up refuses a schema.
var (
	ErrUnknown     = errors.New("the schema is newer than this program, and not only by additions: run the newer program")
	ErrEdited      = errors.New("a migration was edited after it was applied: put the file back as it was and write a new one")
	ErrDirty       = errors.New("a migration without a transaction stopped in the middle: finish or undo it by hand, then delete its row in schema_file")
	ErrBehind      = errors.New("the schema is older than this program: run pavilion migrate up")
	ErrDestructive = errors.New("a migration destroys data: look at pavilion migrate plan, then run pavilion migrate up --destructive")
)

// Status is a migration with its state in the database.
type Status struct {
	Version     int64
	File        string
	Applied     bool
	Destructive bool
	Additive    bool  // the previous release works on the schema with it
	Newer       bool  // applied by a newer release; this program does not have the file
	Problem     error // ErrUnknown, ErrEdited or ErrDirty
}

// Up applies the missing migrations in order and returns their number. It refuses one that destroys data.
func Up(ctx context.Context, pool *pgxpool.Pool) (applied int, err error) {
	return migrationSet{files}.up(ctx, pool, goose.MaxVersion, false)
}

// UpDestructive is Up that also applies migrations that destroy data.
func UpDestructive(ctx context.Context, pool *pgxpool.Pool) (applied int, err error) {
	return migrationSet{files}.up(ctx, pool, goose.MaxVersion, true)
}

// UpTo applies the missing migrations up to a version, for tests that need the schema of an earlier release.
func UpTo(ctx context.Context, pool *pgxpool.Pool, version int64) (applied int, err error) {
	return migrationSet{files}.up(ctx, pool, version, true)
}

// Down reverts every migration, for tests.
func Down(ctx context.Context, pool *pgxpool.Pool) error { return migrationSet{files}.down(ctx, pool) }

// List returns the migrations of this program and those that only the database has.
func List(ctx context.Context, pool *pgxpool.Pool) ([]Status, error) {
	return migrationSet{files}.list(ctx, pool)
}

// Verify returns an error unless this program can work on the schema: every migration of the program is applied, and those of newer releases are
// additive.
func Verify(ctx context.Context, pool *pgxpool.Pool) error {
	list, err := List(ctx, pool)
	if err != nil {
		return err
	}
	if err := joinProblems(list); err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(s Status) bool { return !s.Applied }); i >= 0 {
		return fmt.Errorf("%s: %w", list[i].File, ErrBehind)
	}
	return nil
}

// joinProblems joins the problems of all migrations.
func joinProblems(list []Status) error {
	var errs []error
	for _, s := range list {
		if s.Problem != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.File, s.Problem))
		}
	}
	return errors.Join(errs...)
}

// migrationSet is a directory of migrations.
type migrationSet struct{ fsys fs.FS }

// goose runs fn with a goose provider over the set.
func (s migrationSet) goose(pool *pgxpool.Pool, fn func(p *goose.Provider) error) (err error) {
	db := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, db.Close()) }() // closes the wrapper; the pool stays open
	p, err := goose.NewProvider(goose.DialectPostgres, db, s.fsys)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if err := fn(p); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// up checks all migrations before it applies any.
func (s migrationSet) up(ctx context.Context, pool *pgxpool.Pool, target int64, destructive bool) (applied int, err error) {
	err = withLock(ctx, pool, func() error {
		if err := ensureSums(ctx, pool); err != nil {
			return err
		}
		list, err := s.list(ctx, pool)
		if err != nil {
			return err
		}
		if err := errors.Join(joinProblems(list), s.noteMissingSums(ctx, pool, list)); err != nil {
			return err
		}
		var pending []Status
		for _, one := range list {
			if one.Applied || one.Version > target || one.isQueue() {
				continue
			}
			if one.Destructive && !destructive {
				return fmt.Errorf("%s: %w", one.File, ErrDestructive)
			}
			pending = append(pending, one)
		}
		return s.goose(pool, func(p *goose.Provider) error {
			for _, one := range pending {
				if err := s.apply(ctx, pool, p, one); err != nil {
					return err
				}
				applied++
			}
			if target != goose.MaxVersion {
				return nil
			}
			n, err := queueUp(ctx, pool)
			applied += n
			return err
		})
	})
	return applied, err
}

// apply runs one file. It notes the start and the end in schema_file, so that a file that stops in the middle is detected.
func (s migrationSet) apply(ctx context.Context, pool *pgxpool.Pool, p *goose.Provider, one Status) error {
	if err := s.noteBegun(ctx, pool, one); err != nil {
		return err
	}
	if _, err := p.ApplyVersion(ctx, one.Version, true); err != nil {
		return err
	}
	return noteFinished(ctx, pool, one)
}

func (s migrationSet) down(ctx context.Context, pool *pgxpool.Pool) error {
	return withLock(ctx, pool, func() error {
		if err := queueDown(ctx, pool); err != nil {
			return err
		}
		if err := s.goose(pool, func(p *goose.Provider) error {
			_, err := p.DownTo(ctx, 0)
			return err
		}); err != nil {
			return err
		}
		return dropSums(ctx, pool)
	})
}

// list compares goose's table with the files and their checksums.
func (s migrationSet) list(ctx context.Context, pool *pgxpool.Pool) (list []Status, err error) {
	sums, err := readSums(ctx, pool)
	if err != nil {
		return nil, err
	}
	known := map[int64]bool{0: true} // goose's own first row
	err = s.goose(pool, func(p *goose.Provider) error {
		statuses, err := readStatuses(ctx, pool, p)
		for _, one := range statuses {
			status := Status{Version: one.Source.Version, File: one.Source.Path, Applied: one.State == goose.StateApplied}
			text, rerr := fs.ReadFile(s.fsys, one.Source.Path)
			err = errors.Join(err, rerr)
			status.Destructive, status.Additive = effects(string(text))
			if sum, ok := sums[status.Version]; ok {
				status.Problem = sum.problem(text, status.Applied)
			}
			known[status.Version] = true
			list = append(list, status)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	strangers, err := appliedVersions(ctx, pool)
	if err != nil {
		return nil, err
	}
	for _, version := range strangers {
		if known[version] {
			continue
		}
		stranger := Status{Version: version, File: fmt.Sprintf("%04d", version), Applied: true, Additive: sums[version].additive, Newer: true}
		if !stranger.Additive {
			stranger.Problem = ErrUnknown
		}
		list = append(list, stranger)
	}
	queue, err := queueStatus(ctx, pool)
	return append(list, queue...), err
}

// readStatuses is goose's Status that leaves an empty database empty: goose makes its table first.
func readStatuses(ctx context.Context, pool *pgxpool.Pool, p *goose.Provider) (statuses []*goose.MigrationStatus, err error) {
	if found, err := tableExists(ctx, pool, "goose_db_version"); err != nil {
		return nil, err
	} else if found {
		return p.Status(ctx)
	}
	for _, source := range p.ListSources() {
		statuses = append(statuses, &goose.MigrationStatus{Source: source, State: goose.StatePending})
	}
	return statuses, nil
}

// isQueue reports whether the migration belongs to the job queue.
func (s Status) isQueue() bool { return strings.HasPrefix(s.File, queuePrefix) }
