package upkeep_test

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter/upkeep"
	"pavilion/internal/fault"
	"pavilion/sandbox/caller"
)

func newMaintenance(t *testing.T, db *pgxpool.Pool, jobs ...upkeep.Job) *upkeep.Maintenance {
	t.Helper()
	m := upkeep.NewMaintenance(db, slog.New(slog.DiscardHandler), jobs...)
	if err := m.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

func state(t *testing.T, m *upkeep.Maintenance) upkeep.JobState {
	t.Helper()
	list, err := m.States(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	return list[0]
}

func TestMaintenance_NoJobRunsTwiceAtOnceOverProcesses(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	began, release := make(chan struct{}), make(chan struct{})
	var runs atomic.Int32
	job := upkeep.Job{Name: "count", Every: 0, Run: func(context.Context) (upkeep.Figures, error) {
		if runs.Add(1) == 1 {
			close(began)
			<-release
		}
		return nil, nil
	}}
	var first sync.WaitGroup
	m := newMaintenance(t, db, job)
	first.Go(func() { m.RunDue(t.Context()) })
	<-began
	for range 3 {
		if ran := newMaintenance(t, db, job).RunDue(t.Context()); ran != nil {
			t.Errorf("another process ran %v meanwhile", ran)
		}
	}
	close(release)
	first.Wait()
	if ran := newMaintenance(t, db, job).RunDue(t.Context()); !reflect.DeepEqual(ran, []string{"count"}) || runs.Load() != 2 {
		t.Errorf("afterwards: ran %v, %d times in all", ran, runs.Load())
	}
}

func TestMaintenance_ResultsAndTotalsSurviveRestarts(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	fails := false
	errDown := fault.New(fault.Unavailable, "pool_down")
	job := upkeep.Job{Name: "files", Every: time.Hour, Run: func(context.Context) (upkeep.Figures, error) {
		if fails {
			return upkeep.Figures{"checked": 1}, errDown
		}
		return upkeep.Figures{"checked": 500, "dead": 2}, nil
	}}
	m := newMaintenance(t, db, job)
	if ran := m.RunDue(t.Context()); !reflect.DeepEqual(ran, []string{"files"}) {
		t.Fatalf("ran %v", ran)
	}
	if ran := m.RunDue(t.Context()); ran != nil {
		t.Errorf("ran %v before the hour was over", ran)
	}
	m = newMaintenance(t, db, job)
	if err := m.RunNow(t.Context(), "files"); err != nil {
		t.Fatal(err)
	}
	fails = true
	m.RunDue(t.Context())
	s := state(t, m)
	if s.Runs != 2 || s.Failures != 1 || s.Error != "pool_down" || s.Running || !reflect.DeepEqual(s.Figures, upkeep.Figures{"checked": 1}) ||
		!reflect.DeepEqual(s.Totals, upkeep.Figures{"checked": 501, "dead": 2}) || s.Next.Sub(s.Ended) != time.Hour {
		t.Errorf("%+v", s)
	}
	if err := m.RunNow(t.Context(), "nonsense"); !errors.Is(err, upkeep.ErrJobUnknown) {
		t.Errorf("an unknown job: %v", err)
	}
}

// A killed process leaves its row taken. Another one runs the job when the lease is over, and a process that comes back late does not store a result.
func TestMaintenance_AJobOfAKilledProcessRunsAgainAndTheLateResultIsDropped(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	started, release := make(chan struct{}), make(chan struct{})
	late := newMaintenance(t, db, upkeep.Job{Name: "files", Every: time.Hour, Run: func(context.Context) (upkeep.Figures, error) {
		close(started)
		<-release
		return upkeep.Figures{"checked": 1000}, nil
	}})
	var running sync.WaitGroup
	running.Go(func() { late.RunDue(t.Context()) })
	<-started
	next := newMaintenance(t, db, upkeep.Job{Name: "files", Every: time.Hour, Run: func(context.Context) (upkeep.Figures, error) { return upkeep.Figures{"checked": 1}, nil }})
	if ran := next.RunDue(t.Context()); ran != nil || !state(t, next).Running {
		t.Fatalf("ran %v beside the other process", ran)
	}
	if _, err := db.Exec(t.Context(), `UPDATE maintenance_job SET lease_until = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if ran := next.RunDue(t.Context()); len(ran) != 1 {
		t.Fatalf("ran %v after the lease", ran)
	}
	close(release)
	running.Wait()
	if s := state(t, next); s.Runs != 1 || s.Totals["checked"] != 1 {
		t.Errorf("%+v", s)
	}
}

// The row of a running job is renewed. When another process has taken it, the job is ended and its result dropped.
func TestMaintenance_ALongJobKeepsItsRowAndEndsWhenItHasLostIt(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	started := make(chan struct{})
	m := newMaintenance(t, db, upkeep.Job{Name: "files", Every: time.Hour, Run: func(ctx context.Context) (upkeep.Figures, error) {
		close(started)
		<-ctx.Done()
		return upkeep.Figures{"checked": 1000}, nil
	}})
	var running sync.WaitGroup
	running.Go(func() { m.RunDue(t.Context()) })
	<-started
	exec := func(sql string) {
		t.Helper()
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`UPDATE maintenance_job SET lease_until = now() + interval '10 seconds'`)
	caller.WaitFor(t, func() bool {
		var renewed bool
		err := db.QueryRow(t.Context(), `SELECT lease_until > now() + interval '15 seconds' FROM maintenance_job`).Scan(&renewed)
		return err == nil && renewed
	})
	exec(`UPDATE maintenance_job SET holder = 'another process'`)
	running.Wait()
	if s := state(t, m); s.Runs != 0 || s.Totals["checked"] != 0 || !s.Running {
		t.Errorf("%+v", s)
	}
}

func TestMaintenance_AJobThatIsAskedForWhileItRunsIsDueAgain(t *testing.T) {
	t.Parallel()
	var m *upkeep.Maintenance
	asked := false
	m = newMaintenance(t, openPostgres(t), upkeep.Job{Name: "files", Every: time.Hour, Run: func(ctx context.Context) (upkeep.Figures, error) {
		if asked {
			return nil, nil
		}
		asked = true
		return nil, m.RunNow(ctx, "files")
	}})
	for round, want := range []int{1, 1, 0} {
		if ran := m.RunDue(t.Context()); len(ran) != want {
			t.Errorf("round %d ran %v", round, ran)
		}
	}
}

func TestMaintenance_AJobThatTheEndOfTheProcessCutsIsDueAgain(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	ctx, stop := context.WithCancel(t.Context())
	m := newMaintenance(t, db, upkeep.Job{Name: "files", Every: time.Hour, Run: func(ctx context.Context) (upkeep.Figures, error) {
		stop()
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	m.RunDue(ctx)
	if s := state(t, m); s.Runs != 0 || s.Error != "" || s.Running || s.Next.After(time.Now()) {
		t.Errorf("%+v", s)
	}
}
