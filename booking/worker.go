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

// Queue is a line of jobs; a worker says which it works.
type Queue string

// The queues.
const (
	JobQueue  Queue = "booking"  // what any worker can do
	ChatQueue Queue = "telegram" // what only the process that is the bot can do
)

// WorkerOptions configure a Worker.
type WorkerOptions struct {
	DB       *pgxpool.Pool
	Queues   []Queue   // JobQueue where empty
	Telegram messenger // of ChatQueue, as is the alerter
	Alerter  alerter   // nil: reviews stay rows that staff read
	Invoices invoicer  // of ChatQueue; nil: nobody pays in the chat
	Email    messenger // of JobQueue; nil: the installation has no such channel, as with SMS. Workers of other queues know it too
	SMS      messenger
	Language func(ctx context.Context, id MemberID) string // Telegram's code for a member's; nil: English for all
	Logger   *slog.Logger
	Workers  int           // of each queue; 10 where 0
	Sweep    time.Duration // between two looks for what has run out; 5 s where 0
	Stop     time.Duration // how long running jobs may go on when told to stop; 10 s where 0
}

// messengerFor is who carries messages over a channel; nil where nobody does.
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

// installedChannels are the channels that the installation has, but for some. Telegram is one of them also where another process is the bot.
func (o WorkerOptions) installedChannels(without ...Channel) (all []Channel) {
	for _, by := range []Channel{ByTelegram, ByEmail, BySMS} {
		if (by == ByTelegram || o.messengerFor(by) != nil) && !slices.Contains(without, by) {
			all = append(all, by)
		}
	}
	return all
}

// languageOf finds a member's language; nobody's is English.
func (o WorkerOptions) languageOf(ctx context.Context, id MemberID) string {
	if o.Language == nil {
		return ""
	}
	return o.Language(ctx, id)
}

// Worker runs the jobs: what is to be said, and what is due. Many may run; the queue gives each job to one of them, and one of them, which
// the queue elects, enqueues what is due. Any may be elected, so all of them know what is due, whichever queues they work.
type Worker struct {
	db        *pgxpool.Pool
	worksChat bool // it works ChatQueue
	service   *Service
	client    *river.Client[pgx.Tx]
	stop      time.Duration
}

// sweepArgs is the job that does what is due: expires holds, offers freed slots, reminds, cleans up.
type sweepArgs struct {
	What string `json:"what"`
}

// Kind names the job.
func (sweepArgs) Kind() string { return "booking_sweep" }

// A killed process leaves its jobs as running. Other processes take them on when they cannot be running any more; a sweep that died keeps the
// next ones of its kind waiting until then.
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
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[deliverArgs]) error { return s.deliver(ctx, o, job) }))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[codeArgs]) error { return s.sendCode(ctx, o, job.Args) }))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[sweepArgs]) error { return s.runSweep(ctx, o, job.Args.What) }))
	s.addPaymentJobs(workers, o)
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

// What a sweep looks for.
const (
	sweepExpired     = "expired"
	sweepWaiting     = "waiting"
	sweepReminders   = "reminders"
	sweepOld         = "old"
	sweepPayments    = "payments"
	sweepUndelivered = "undelivered"
	sweepSheets      = "sheets"
)

// periodicSweep enqueues a sweep when the last one is over; a slow one is not overtaken by the next.
func periodicSweep(what string, every time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) {
		return sweepArgs{What: what}, &river.InsertOpts{Queue: string(JobQueue), MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinishedJobStates()}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}

// unfinishedJobStates are the job states that keep a second sweep from being enqueued.
func unfinishedJobStates() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}
}

// runSweep does one kind of what is due.
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

// startRetry is the pause before another try to start, while Postgres does not answer.
const startRetry = 5 * time.Second

// startClient begins to work. Only one process at a time works ChatQueue, so what is running there when it starts was left by one that died: it goes
// on now, and not when the queue would notice. Should that process still be at it, the message is the same and is not posted twice.
func (w *Worker) startClient(ctx context.Context) error {
	if w.worksChat {
		if _, err := w.db.Exec(ctx, `UPDATE river_job SET state = 'available', scheduled_at = now() WHERE queue = $1 AND state = 'running'`, string(ChatQueue)); err != nil {
			return fmt.Errorf("take on what a dead process left: %w", err)
		}
	}
	return w.client.Start(ctx)
}

// Run works until ctx ends, then lets running jobs finish for a while, then ends them; those run again later.
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
