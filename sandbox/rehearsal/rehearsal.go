package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/child"
)

// Options configure a rehearsal.
type Options struct {
	Binary   string // the program; empty: Run builds it
	Previous string // a commit, whose program is the release before; empty: the program plays both releases
	Rounds   int    // how often each process is killed and stopped
	Members  int    // who book at once
	Short    bool   // one process of each role is killed, one fleet plays everything, and nothing is restored
	HTTPGap  time.Duration
	BotGap   time.Duration
}

var (
	errMissed = errors.New("a step missed its limits")
	errLate   = errors.New("a part of the process ran until its deadline")
)

// Run rehearses everything, reports each step to progress, and prints the table to out.
func Run(ctx context.Context, o Options, progress, out io.Writer) error {
	dir, err := os.MkdirTemp("", "pavilion-rehearsal-")
	if err != nil {
		return fmt.Errorf("rehearsal: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder of temporary files
	if o.Binary == "" {
		if o.Binary, err = child.Build(ctx, dir, false); err != nil {
			return err
		}
	}
	before := ""
	if o.Previous != "" {
		fmt.Fprintln(progress, "Building the release before…")
		if before, err = child.BuildOf(ctx, o.Previous, dir); err != nil {
			return err
		}
	}
	t := &table{limits: o, progress: progress}
	for _, c := range chapters(o, before, filepath.Join(dir, "backup")) {
		if err = t.onStage(ctx, o, c); err != nil {
			break
		}
	}
	t.print(out)
	if err == nil && t.missed() {
		err = errMissed
	}
	return err
}

// chapter is what is done on one stage.
type chapter struct {
	binary   string // of the fleet's first processes; empty: the program
	overHTTP bool   // somebody searches over HTTP
	steps    []func(ctx context.Context, s *stage) error
}

// chapters lists the chapters of a form. before is the binary of the release before.
func chapters(o Options, before, backup string) []chapter {
	upgrade := func(ctx context.Context, s *stage) error { return s.upgradeAndBack(ctx, before) }
	unload := func(ctx context.Context, s *stage) error { return s.unload(ctx) }
	if o.Short {
		kill := func(ctx context.Context, s *stage) error { return s.killOneOfEach(ctx) }
		return []chapter{{before, true, []func(context.Context, *stage) error{kill, upgrade, unload}}}
	}
	kill := func(ctx context.Context, s *stage) error { return s.killAndStopAll(ctx, o.Rounds) }
	restore := func(ctx context.Context, s *stage) error { return s.restore(ctx, backup) }
	return []chapter{
		{"", true, []func(context.Context, *stage) error{kill, restore}},
		{before, before == "", []func(context.Context, *stage) error{upgrade, unload}}, // an older release may not have the address
	}
}

// onStage plays a chapter on a stage of its own.
func (t *table) onStage(ctx context.Context, o Options, c chapter) error {
	s, err := openStage(ctx, o, c.binary, t)
	if err != nil {
		return err
	}
	if err = s.load(ctx, c.overHTTP); err == nil {
		for _, do := range c.steps {
			if err = do(ctx, s); err != nil {
				break
			}
		}
	}
	if err != nil || t.missed() {
		s.complain()
	}
	return errors.Join(err, s.close())
}

// killOneOfEach kills a process of each role and starts it again.
func (s *stage) killOneOfEach(ctx context.Context) error {
	all, err := s.ordered(ctx)
	if err != nil {
		return err
	}
	for _, m := range []*member{all[0], all[2], all[len(all)-1]} {
		if err := s.kill(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// killAndStopAll kills each process in turn, then stops each one, and starts it again every time.
func (s *stage) killAndStopAll(ctx context.Context, rounds int) error {
	if err := s.step(ctx, "nothing", true, func(ctx context.Context) error { return sandbox.Pause(ctx, 3*time.Second) }); err != nil {
		return err
	}
	for range rounds {
		for _, m := range s.members {
			if err := s.kill(ctx, m); err != nil {
				return err
			}
		}
		for _, m := range s.members {
			if err := s.replace(ctx, m, "is stopped and started", ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// title names a member, and whether it is the connected bot.
func (s *stage) title(ctx context.Context, m *member) (string, error) {
	bots, err := s.bots(ctx)
	switch {
	case err != nil || !slices.Contains(bots, m):
		return m.name, err
	case bots[1] == m:
		return m.name + " (connected)", nil
	}
	return m.name + " (stands by)", nil
}

// kill kills a process as a lack of memory does, and starts it again.
func (s *stage) kill(ctx context.Context, m *member) error {
	name, err := s.title(ctx, m)
	if err != nil {
		return err
	}
	return s.step(ctx, name+" is killed and started", false, func(ctx context.Context) error {
		m.process.Kill()
		return s.start(ctx, m, "")
	})
}

// replace stops a process with SIGTERM and starts a release in its place.
func (s *stage) replace(ctx context.Context, m *member, how, binary string) error {
	name, err := s.title(ctx, m)
	if err != nil {
		return err
	}
	return s.step(ctx, name+" "+how, true, func(ctx context.Context) error {
		if err := m.process.Stop(); err != nil {
			return fmt.Errorf("stop: %w", err)
		}
		if strings.Contains(m.process.Log(), "did not stop in time") {
			return fmt.Errorf("stop: %w: %s", errLate, tail(m.process.Log()))
		}
		return s.start(ctx, m, binary)
	})
}

// upgradeAndBack brings the schema up to date, replaces each process by the program, and goes back to the release before. An empty binary stands for
// the program: then an additive migration that it does not know plays the newer schema.
func (s *stage) upgradeAndBack(ctx context.Context, before string) error {
	if err := s.step(ctx, "the schema of the newer release", true, func(ctx context.Context) error { return s.expand(ctx, before != "") }); err != nil {
		return err
	}
	for _, to := range []struct{ how, binary string }{{"becomes the newer release", ""}, {"goes back to the release before", before}} {
		all, err := s.ordered(ctx)
		if err != nil {
			return err
		}
		for _, m := range all {
			if err := s.replace(ctx, m, to.how, to.binary); err != nil {
				return err
			}
		}
	}
	return nil
}

// expand applies the migrations of the program, or one that it does not know.
func (s *stage) expand(ctx context.Context, ours bool) error {
	if ours {
		if out, err := s.scene.Run(ctx, "migrate", "up"); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	db, err := pgx.Connect(ctx, s.scene.Env("PAVILION_POSTGRES_URL"))
	if err != nil {
		return err
	}
	defer db.Close(ctx) //nolint:errcheck // the statement's own error counts
	_, err = db.Exec(ctx, `ALTER TABLE booking ADD COLUMN next_release text NOT NULL DEFAULT '';
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true);
		INSERT INTO schema_file (version, file, sha256, additive, finished_at) VALUES (9999, '9999_next.sql', '\x00', true, now())`)
	return err
}
