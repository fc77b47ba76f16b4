package app

import (
	"context"
	"log/slog"
	"time"

	"pavilion/booking"
	"pavilion/config"
	"pavilion/filter"
)

// addWorkers makes the two workers over the job queue: one for what any process with the role can do, and one for what only the process that
// is the bot can do, which runs while it holds the lease.
func (p *parts) addWorkers(cfg config.Config, audience *filter.Audience, log *slog.Logger) (err error) {
	if p.jobs, err = booking.NewWorker(p.booking, booking.WorkerOptions{DB: p.db, Language: languageOf(audience), Logger: log}); err != nil {
		return err
	}
	p.chatJobs, err = booking.NewWorker(p.booking, booking.WorkerOptions{
		DB: p.db, Queues: []booking.Queue{booking.ChatQueue}, Telegram: p.bot, Alerter: p.bot, Language: languageOf(audience), Logger: log,
		Stop: cfg.StopTimeout / 10, // twice this is within the deadline of its stage
	})
	return err
}

// languageWithin is how long a message waits for its language; without an answer it is in English.
const languageWithin = 2 * time.Second

func languageOf(audience *filter.Audience) func(ctx context.Context, id booking.MemberID) string {
	return func(ctx context.Context, id booking.MemberID) string {
		ctx, cancel := context.WithTimeout(ctx, languageWithin)
		defer cancel()
		language, _ := audience.Language(ctx, filter.UserID(id))
		return language
	}
}
