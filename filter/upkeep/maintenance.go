package upkeep

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/fault"
)

// Figures are named numbers that a run of a job reports.
type Figures map[string]int64

// Job is a task that one process at a time runs, at an interval or when an admin asks for it.
type Job struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) (Figures, error)
}

// JobState is what is stored of a job.
type JobState struct {
	Name     string
	Next     time.Time
	Started  time.Time // zero: never
	Ended    time.Time
	Figures  Figures
	Totals   Figures
	Error    string // code; empty after a success
	Runs     int64
	Failures int64
	Running  bool
}

// Errors of maintenance.
var (
	ErrJobUnknown = fault.New(fault.NotFound, "job_unknown")
	errJobLost    = errors.New("another process may run the job")
)

const (
	jobPoll  = time.Second
	jobLease = 30 * time.Second
	jobRenew = 5 * time.Second
	jobCall  = 3 * time.Second
	jobLimit = 2 * time.Hour
)

// Maintenance runs jobs. A row for each job says when it runs next; a process takes the row for jobLease and renews that while the job runs. After a kill
// another process runs the job again, so jobs are idempotent.
type Maintenance struct {
	store  maintenanceStore
	jobs   []Job
	logger *slog.Logger
	holder string
}

// NewMaintenance makes a Maintenance with jobs of different names.
func NewMaintenance(db *pgxpool.Pool, logger *slog.Logger, jobs ...Job) *Maintenance {
	return &Maintenance{store: maintenanceStore{db}, jobs: jobs, logger: logger.With("component", "maintenance"), holder: rand.Text()}
}

// Run runs due jobs, each in its own goroutine, until ctx ends and they have returned.
func (m *Maintenance) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	free := make(chan Job, len(m.jobs))
	for _, j := range m.jobs {
		free <- j
	}
	ticker := time.NewTicker(jobPoll)
	defer ticker.Stop()
	registered := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if !registered {
			registered = m.Register(ctx) == nil
		}
		for range len(free) {
			job := <-free
			if !registered || !m.take(ctx, job) {
				free <- job
				continue
			}
			running.Go(func() {
				m.run(ctx, job)
				free <- job
			})
		}
	}
}

// Register stores the jobs that are new. They are due at once.
func (m *Maintenance) Register(ctx context.Context) error {
	names := make([]string, len(m.jobs))
	for i, j := range m.jobs {
		names[i] = j.Name
	}
	ctx, cancel := context.WithTimeout(ctx, jobCall)
	defer cancel()
	return m.store.register(ctx, names)
}

// RunDue runs the jobs that are due and that no other process runs, one after the other. It returns their names.
func (m *Maintenance) RunDue(ctx context.Context) (ran []string) {
	for _, j := range m.jobs {
		if m.take(ctx, j) {
			m.run(ctx, j)
			ran = append(ran, j.Name)
		}
	}
	return ran
}

func (m *Maintenance) take(ctx context.Context, j Job) bool {
	ctx, cancel := context.WithTimeout(ctx, jobCall)
	defer cancel()
	taken, err := m.store.take(ctx, j.Name, m.holder)
	return taken && err == nil
}

// run runs a taken job and stores its result. A job that is cut short by the end of the process is due again at once.
func (m *Maintenance) run(ctx context.Context, j Job) {
	jctx, cancel := context.WithTimeout(ctx, jobLimit)
	jctx, lose := context.WithCancelCause(jctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { m.renew(jctx, j, lose) })
	figures, err := j.Run(jctx)
	lost := errors.Is(context.Cause(jctx), errJobLost)
	lose(nil)
	cancel()
	renewing.Wait()
	if lost {
		return
	}
	if err != nil && ctx.Err() == nil {
		m.logger.LogAttrs(ctx, slog.LevelWarn, "a job of maintenance failed", slog.String("job", j.Name), slog.Any("error", err))
	}
	wctx, stop := context.WithTimeout(context.WithoutCancel(ctx), jobCall)
	defer stop()
	result := jobResult{figures: figures, again: j.Every}
	switch {
	case ctx.Err() != nil && err != nil:
		result.again, result.cut = 0, true
	case err != nil:
		result.code = fault.CodeOf(err)
	}
	if err := m.store.finish(wctx, j.Name, m.holder, result); err != nil {
		m.logger.LogAttrs(ctx, slog.LevelInfo, "the result of a job is not stored; it runs again", slog.String("job", j.Name), slog.Any("error", err))
	}
}

// jobResult is the end of a run.
type jobResult struct {
	figures Figures
	code    string        // of the error
	cut     bool          // the process ends
	again   time.Duration // until the next run
}

// renew keeps the row of a running job, and ends the job when another process may have it.
func (m *Maintenance) renew(ctx context.Context, j Job, lose context.CancelCauseFunc) {
	ticker := time.NewTicker(jobRenew)
	defer ticker.Stop()
	last := time.Now() //nolint:forbidigo // the monotonic clock, as the ticker's
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			cctx, cancel := context.WithTimeout(ctx, jobCall)
			kept, err := m.store.renew(cctx, j.Name, m.holder)
			cancel()
			if kept {
				last = now
			}
			if err == nil && !kept || now.Sub(last) > jobLease-2*jobRenew {
				lose(errJobLost)
				return
			}
		}
	}
}

// RunNow makes a job due. The process that runs the jobs starts it within a second or so.
func (m *Maintenance) RunNow(ctx context.Context, name string) error {
	if !slices.ContainsFunc(m.jobs, func(j Job) bool { return j.Name == name }) {
		return ErrJobUnknown
	}
	return m.store.runNow(ctx, name)
}

// States returns what is stored of the jobs, in the order of the constructor.
func (m *Maintenance) States(ctx context.Context) ([]JobState, error) {
	stored, err := m.store.states(ctx)
	if err != nil {
		return nil, err
	}
	var list []JobState
	for _, j := range m.jobs {
		if i := slices.IndexFunc(stored, func(s JobState) bool { return s.Name == j.Name }); i >= 0 {
			list = append(list, stored[i])
		}
	}
	return list, nil
}
