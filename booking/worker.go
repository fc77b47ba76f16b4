package booking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"pavilion/internal/quiet"
)

// Queue names a queue of jobs.
type Queue string

// The queues.
const (
	JobQueue  Queue = "booking"  // jobs for any worker
	ChatQueue Queue = "telegram" // jobs for the bot's process
)

// WorkerOptions configure a Worker.
type WorkerOptions struct {
	DB       *pgxpool.Pool
	Queues   []Queue                                       // JobQueue where empty
	Telegram messenger                                     // needed for ChatQueue
	Alerter  alerter                                       // needed for ChatQueue; nil: no alerts, staff read the list of reviews
	Invoices invoicer                                      // needed for ChatQueue; nil: no payments in the chat
	Email    messenger                                     // nil: the installation has no email. Workers of all queues need it, to know the installed channels
	SMS      messenger                                     // as Email
	Other    func(workers *river.Workers)                  // adds the jobs that other packages put into these queues; may be nil
	Language func(ctx context.Context, id MemberID) string // Telegram's code of a member's language; nil: English for all
	Logger   *slog.Logger
	Workers  int           // of each queue; 10 where 0
	Sweep    time.Duration // between two sweeps for expired holds; 5 s where 0
	Stop     time.Duration // for running jobs to finish when ctx ends; 10 s where 0
}

// messengerFor returns the messenger of a channel, or nil.
func (o WorkerOptions) messengerFor(c Channel) messenger {
	switch c {
	case ByTelegram:
		return o.Telegram
	case ByEmail:
		return o.Email
	case BySMS:
		return o.SMS
	}
	return nil
}

// installedChannels lists the channels of the installation, without some. Telegram is always among them, because another process may be the bot.
func (o WorkerOptions) installedChannels(without ...Channel) (all []Channel) {
	for _, by := range []Channel{ByTelegram, ByEmail, BySMS} {
		if (by == ByTelegram || o.messengerFor(by) != nil) && !slices.Contains(without, by) {
			all = append(all, by)
		}
	}
	return all
}

// languageOf returns the code of a member's language; empty stands for English.
func (o WorkerOptions) languageOf(ctx context.Context, id MemberID) string {
	if o.Language == nil {
		return ""
	}
	return o.Language(ctx, id)
}

// Worker runs the jobs of its queues. Several workers may share a database; each job runs in one of them. River elects one worker that enqueues the
// periodic sweeps. Every worker can be elected, so all of them know the sweeps, whichever queues they work.
type Worker struct {
	db        *pgxpool.Pool
	worksChat bool // ChatQueue is among its queues
	service   *Service
	client    *river.Client[pgx.Tx]
	stop      time.Duration
}

// sweepArgs is the job that runs one kind of sweep.
type sweepArgs struct {
	What string `json:"what"`
}

// Kind names the job.
func (sweepArgs) Kind() string { return "booking_sweep" }

// A killed process leaves its jobs in the state running. Another process runs them again after jobDead, when they must have ended. Until then, a sweep
// that was killed delays the next sweeps of its kind.
const (
	jobTimeout = time.Minute
	jobDead    = 90 * time.Second
)

// NewWorker makes a worker over a service.
func NewWorker(s *Service, o WorkerOptions) (*Worker, error) {
	if len(o.Queues) == 0 {
		o.Queues = []Queue{JobQueue}
	}
	w := &Worker{db: o.DB, worksChat: slices.Contains(o.Queues, ChatQueue), service: s, stop: cmp.Or(o.Stop, 10*time.Second)}
	queues := map[string]river.QueueConfig{}
	for _, q := range o.Queues {
		queues[string(q)] = river.QueueConfig{MaxWorkers: cmp.Or(o.Workers, 10)}
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[deliverArgs]) error {
		return s.deliver(ctx, o, job.Args, job.Attempt >= job.MaxAttempts)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[deliverClosedArgs]) error {
		return s.deliver(ctx, o, deliverArgs(job.Args), job.Attempt >= job.MaxAttempts)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[codeArgs]) error { return s.sendCode(ctx, o, job.Args) }))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[sweepArgs]) error { return s.runSweep(ctx, o, job.Args.What) }))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[closureArgs]) error { return s.cancelInRun(ctx, job.Args) }))
	s.addPaymentJobs(workers, o)
	if o.Other != nil {
		o.Other(workers)
	}
	client, err := river.NewClient(riverpgxv5.New(o.DB), &river.Config{
		Logger:  quiet.Logger(o.Logger.With("component", "jobs")),
		Queues:  queues,
		Workers: workers, JobTimeout: jobTimeout, RescueStuckJobsAfter: jobDead,
		PeriodicJobs: []*river.PeriodicJob{
			periodicSweep(sweepExpired, cmp.Or(o.Sweep, 5*time.Second)),
			periodicSweep(sweepWaiting, time.Minute),
			periodicSweep(sweepReminders, 30*time.Second),
			periodicSweep(sweepOld, time.Hour),
			periodicSweep(sweepPayments, time.Minute),
			periodicSweep(sweepUndelivered, time.Minute),
			periodicSweep(sweepSheets, time.Minute),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("booking: worker: %w", err)
	}
	w.client = client
	return w, nil
}

// The kinds of sweeps.
const (
	sweepExpired     = "expired"
	sweepWaiting     = "waiting"
	sweepReminders   = "reminders"
	sweepOld         = "old"
	sweepPayments    = "payments"
	sweepUndelivered = "undelivered"
	sweepSheets      = "sheets"
)

// periodicSweep enqueues a sweep at an interval, unless the last one of its kind is unfinished.
func periodicSweep(what string, every time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) {
		return sweepArgs{What: what}, &river.InsertOpts{Queue: string(JobQueue), MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinishedJobStates()}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}

// unfinishedJobStates are the job states in which a sweep prevents the next one.
func unfinishedJobStates() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}
}

// runSweep runs one kind of sweep.
func (s *Service) runSweep(ctx context.Context, o WorkerOptions, what string) error {
	switch what {
	case sweepExpired:
		_, err := s.Expire(ctx)
		return err
	case sweepWaiting:
		return s.SweepWaitlist(ctx)
	case sweepReminders:
		_, err := s.Remind(ctx)
		return err
	case sweepOld:
		_, err := deleteOldKeys(ctx, s.db)
		return errors.Join(err, clearOldBodies(ctx, s.db), deleteOldCodes(ctx, s.db))
	case sweepPayments:
		return s.SweepPayments(ctx)
	case sweepUndelivered:
		return s.SweepUndelivered(ctx, o.installedChannels())
	case sweepSheets:
		return s.AnnounceSheets(ctx)
	}
	return river.JobCancel(fmt.Errorf("no such sweep: %s", what))
}

// startRetry is the pause between two attempts to start, while Postgres does not answer.
const startRetry = 5 * time.Second

// startClient starts the queue's client. Only one process at a time works ChatQueue, so jobs that are running there were left by a killed process, and
// are released now instead of after jobDead. If that process is still alive, Telegram deduplicates the repeated message.
func (w *Worker) startClient(ctx context.Context) error {
	if w.worksChat {
		if err := releaseRunningJobs(ctx, w.db, ChatQueue); err != nil {
			return err
		}
	}
	return w.client.Start(ctx)
}

// Run works until ctx ends. Then running jobs may finish within Stop; after that they are cancelled, and run again later.
func (w *Worker) Run(ctx context.Context) error {
	work := context.WithoutCancel(ctx)
	for waiting := false; ; waiting = true {
		err := w.startClient(work)
		if err == nil {
			break
		}
		if !waiting {
			w.service.logger.LogAttrs(ctx, slog.LevelWarn, "jobs cannot start; trying again", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(startRetry):
		}
	}
	<-ctx.Done()
	soft, cancel := context.WithTimeout(work, w.stop)
	defer cancel()
	err := w.client.Stop(soft)
	if errors.Is(err, context.DeadlineExceeded) {
		hard, cancelHard := context.WithTimeout(work, w.stop)
		defer cancelHard()
		err = w.client.StopAndCancel(hard)
	}
	if err != nil {
		return fmt.Errorf("booking: stop jobs: %w", err)
	}
	return nil
}
