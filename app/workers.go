package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/riverqueue/river"

	"pavilion/booking"
	"pavilion/booking/courier"
	"pavilion/bot"
	"pavilion/config"
	"pavilion/internal/secret"
	"pavilion/web"
)

// couriers send e-mail and SMS; a field is nil if its channel is not configured.
type couriers struct {
	email *courier.Email
	sms   *courier.SMS
}

func newCouriers(cfg config.Config) (c couriers, err error) {
	email, sms := cfg.Couriers()
	if email {
		//exhaustruct:enforce
		if c.email, err = courier.NewEmail(courier.EmailOptions{URL: cfg.SMTPURL, From: cfg.MailFrom, Plain: cfg.AllowsPlainSMTP(), TLS: nil, Now: time.Now}); err != nil {
			return c, fmt.Errorf("letters: %w", err)
		}
	}
	if sms {
		//exhaustruct:enforce
		if c.sms, err = courier.NewSMS(courier.SMSOptions{URL: cfg.SMSURL, Account: cfg.SMSAccount, Token: cfg.SMSToken, From: cfg.SMSFrom, Client: providerClient()}); err != nil {
			return c, fmt.Errorf("text messages: %w", err)
		}
	}
	return c, nil
}

// channels lists the notification channels. Do not reorder: buttons hold an index into it.
func channels(cfg config.Config) []booking.Channel {
	list := []booking.Channel{booking.ByTelegram}
	email, sms := cfg.Couriers()
	if email {
		list = append(list, booking.ByEmail)
	}
	if sms {
		list = append(list, booking.BySMS)
	}
	return list
}

// providerTimeout is how long a provider may take to answer.
const providerTimeout = 15 * time.Second

// providerClient is the HTTP client for provider APIs. It follows no redirect, which would leak our API keys.
func providerClient() *http.Client {
	return &http.Client{Timeout: providerTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// language is a member's language for what booking says to them.
func (p *parts) language(ctx context.Context, person booking.MemberID) string {
	return p.chat.Load().bot.Language(ctx, int64(person))
}

// mayWrite reports whether the bot may write to a person.
func (p *parts) mayWrite(ctx context.Context, person booking.MemberID) bool {
	return p.chat.Load().bot.MayWrite(ctx, int64(person))
}

// addWorkers makes the worker for JobQueue, which every process with the worker role runs, and the couriers.
func (p *parts) addWorkers(cfg config.Config, log *slog.Logger) (err error) {
	if p.couriers, err = newCouriers(cfg); err != nil {
		return err
	}
	p.jobs, err = booking.NewWorker(p.booking, p.workerOptions(log))
	return err
}

// newChatJobs makes the worker for ChatQueue, which the holder of the bot's lease runs.
func (p *parts) newChatJobs(cfg config.Config, b *bot.Bot, log *slog.Logger) (*booking.Worker, error) {
	o := p.workerOptions(log)
	o.Queues, o.Telegram, o.Alerter, o.Invoices = []booking.Queue{booking.ChatQueue}, b.Nets, b.Nets, b.Nets
	o.Other = func(workers *river.Workers) {
		river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[web.ReopenArgs]) error {
			return p.sessions.SendCode(ctx, job.Args.User, func(ctx context.Context, user web.UserID, code secret.String) error {
				return b.SendPage(ctx, int64(user), code)
			})
		}))
	}
	o.Stop = cfg.StopTimeout / 10 // a worker may need twice this to stop, and its stage has StopTimeout/4
	return booking.NewWorker(p.booking, o)
}

func (p *parts) workerOptions(log *slog.Logger) booking.WorkerOptions {
	o := booking.WorkerOptions{DB: p.db, Language: p.language, Logger: log}
	if c := p.couriers.email; c != nil { // a nil *Email in the interface would look like one
		o.Email = c
	}
	if c := p.couriers.sms; c != nil {
		o.SMS = c
	}
	return o
}
