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

// What keeps a server from serving, and a migration from starting.
var (
	ErrUnknown     = errors.New("the schema is newer than this program: run the newer program")
	ErrEdited      = errors.New("a migration was edited after it was applied: put the file back as it was and write a new one")
	ErrDirty       = errors.New("a migration without a transaction stopped in the middle: finish or undo it by hand, then delete its row in schema_file")
	ErrBehind      = errors.New("the schema is older than this program: run pavilion migrate up")
	ErrDestructive = errors.New("a migration destroys data: look at pavilion migrate plan, then run pavilion migrate up --destructive")
)

// Status is one migration and what the database knows of it.
type Status struct {
	Version     int64
	File        string
	Applied     bool
	Destructive bool
	Problem     error // ErrUnknown, ErrEdited or ErrDirty
}

// Up applies what the database lacks, in order, and returns how many that were. It refuses to destroy data.
func Up(ctx context.Context, pool *pgxpool.Pool) (applied int, err error) {
	return set{files}.up(ctx, pool, goose.MaxVersion, false)
}

// UpDestructive is Up with consent to what destroys data.
func UpDestructive(ctx context.Context, pool *pgxpool.Pool) (applied int, err error) {
	return set{files}.up(ctx, pool, goose.MaxVersion, true)
}

// UpTo stops at a version: the schema of an earlier release; for tests.
func UpTo(ctx context.Context, pool *pgxpool.Pool, version int64) (applied int, err error) {
	return set{files}.up(ctx, pool, version, true)
}

// Down takes every migration back; for tests.
func Down(ctx context.Context, pool *pgxpool.Pool) error { return set{files}.down(ctx, pool) }

// List tells which migrations the database has, and those that this program does not know.
func List(ctx context.Context, pool *pgxpool.Pool) ([]Status, error) {
	return set{files}.list(ctx, pool)
}

// Verify tells whether a server may serve on the schema as it is.
func Verify(ctx context.Context, pool *pgxpool.Pool) error {
	list, err := List(ctx, pool)
	if err != nil {
		return err
	}
	if err := problems(list); err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(s Status) bool { return !s.Applied }); i >= 0 {
		return fmt.Errorf("%s: %w", list[i].File, ErrBehind)
	}
	return nil
}

// problems joins everything that keeps a migration from starting.
func problems(list []Status) error {
	var errs []error
	for _, s := range list {
		if s.Problem != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.File, s.Problem))
		}
	}
	return errors.Join(errs...)
}

// set is a folder of migrations.
type set struct{ fsys fs.FS }

// goose runs fn with a provider over the set.
func (s set) goose(pool *pgxpool.Pool, fn func(p *goose.Provider) error) (err error) {
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

// up checks everything before it changes anything.
func (s set) up(ctx context.Context, pool *pgxpool.Pool, target int64, destructive bool) (applied int, err error) {
	err = locked(ctx, pool, func() error {
		if err := ensureSums(ctx, pool); err != nil {
			return err
		}
		list, err := s.list(ctx, pool)
		if err != nil {
			return err
		}
		if err := errors.Join(problems(list), s.adopt(ctx, pool, list)); err != nil {
			return err
		}
		var pending []Status
		for _, one := range list {
			if one.Applied || one.Version > target || one.queue() {
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

// apply runs one file between two notes, so that one that stops in the middle is known.
func (s set) apply(ctx context.Context, pool *pgxpool.Pool, p *goose.Provider, one Status) error {
	if err := s.begun(ctx, pool, one); err != nil {
		return err
	}
	if _, err := p.ApplyVersion(ctx, one.Version, true); err != nil {
		return err
	}
	return done(ctx, pool, one)
}

func (s set) down(ctx context.Context, pool *pgxpool.Pool) error {
	return locked(ctx, pool, func() error {
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

// list reads what goose has applied and holds it against the files and their sums.
func (s set) list(ctx context.Context, pool *pgxpool.Pool) (list []Status, err error) {
	sums, err := readSums(ctx, pool)
	if err != nil {
		return nil, err
	}
	known := map[int64]bool{0: true} // goose's own first row
	err = s.goose(pool, func(p *goose.Provider) error {
		statuses, err := p.Status(ctx)
		for _, one := range statuses {
			status := Status{Version: one.Source.Version, File: one.Source.Path, Applied: one.State == goose.StateApplied}
			text, rerr := fs.ReadFile(s.fsys, one.Source.Path)
			err = errors.Join(err, rerr)
			status.Destructive = destructive(string(text))
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
		if !known[version] {
			list = append(list, Status{Version: version, File: fmt.Sprintf("%04d", version), Applied: true, Problem: ErrUnknown})
		}
	}
	queue, err := queueStatus(ctx, pool)
	return append(list, queue...), err
}

// queue tells whether the migration is the job queue's own.
func (s Status) queue() bool { return strings.HasPrefix(s.File, queuePrefix) }
