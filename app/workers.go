package app

import (
	"log/slog"

	"pavilion/booking"
	"pavilion/config"
)

// addWorkers makes the two workers over the job queue: one for what any process with the role can do, and one for what only the process that
// is the bot can do, which runs while it holds the lease.
func (p *parts) addWorkers(cfg config.Config, log *slog.Logger) (err error) {
	if p.jobs, err = booking.NewWorker(p.booking, booking.WorkerOptions{DB: p.db, Language: p.bot.Language, Logger: log}); err != nil {
		return err
	}
	p.chatJobs, err = booking.NewWorker(p.booking, booking.WorkerOptions{
		DB: p.db, Queues: []booking.Queue{booking.ChatQueue}, Telegram: p.bot, Alerter: p.bot, Language: p.bot.Language, Logger: log,
		Stop: cfg.StopTimeout / 10, // twice this is within the deadline of its stage
	})
	return err
}
