package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"pavilion/backup"
	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/config"
	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/internal/journal"
	"pavilion/internal/phrase"
	"pavilion/migrations"
	"pavilion/storage"
)

var (
	errUnhealthy = errors.New("some checks failed")
	errNoAdmins  = errors.New("nobody is an admin")
)

const (
	// doctorTimeout bounds all checks together. A check without an answer by then fails.
	doctorTimeout = 4 * time.Second
	// poolsTimeout bounds the checks of the MongoDB pools. The check of the bot's rights in the indexed channels needs the rest of the time.
	poolsTimeout = 2500 * time.Millisecond
	// telegramLeast is the time that signing in takes on a slow line. With less time left, doctor does not ask Telegram.
	telegramLeast = time.Second
	// telegramGrace is how long doctor waits for the client after its time is over. A client without a connection needs seconds to end.
	telegramGrace  = 500 * time.Millisecond
	telegramAdvice = "Check PAVILION_BOT_TOKEN, PAVILION_API_ID and PAVILION_API_HASH, and that this machine reaches Telegram."
)

// checks are the results of some checks, in order.
type checks struct{ list []check }

// check is the result of one check.
type check struct {
	what, advice string
	err          error
	note         bool // a remark, which cannot fail
}

func (c *checks) add(what string, err error, advice string) {
	c.list = append(c.list, check{what: what, err: err, advice: advice})
}

// remark adds a line that is no check.
func (c *checks) remark(what string) {
	c.list = append(c.list, check{what: what, note: true})
}

// doctor checks every dependency and right. It prints a line for each, with advice if the check failed. The last line is the next step.
func doctor(ctx context.Context, cfg config.Config, out io.Writer) error {
	p, err := build(ctx, cfg, slog.New(slog.DiscardHandler), journal.New(cfg.LogLevel), true)
	if err != nil {
		return err
	}
	defer p.closeConnections(ctx)
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	var settings, databases, bot, pools, channels, redis, couriers checks
	settings.add("settings", nil, "")
	var nobody error
	if len(cfg.Admins) == 0 {
		nobody = errNoAdmins
	}
	settings.add("admins are named", nobody, "Put the user ids of the club's admins into PAVILION_ADMINS; nobody can set up a club or add a channel without. Who writes /id to the bot is told theirs.")
	var wg, clients sync.WaitGroup
	defer clients.Wait()
	pctx, cancelPools := context.WithTimeout(ctx, poolsTimeout)
	defer cancelPools()
	named := make(chan struct{}) // closed when the channels were read or could not be read
	wg.Go(func() {
		if p.checkPostgres(ctx, &databases) {
			p.checkTelegram(ctx, &bot, named, &clients)
			return
		}
		// Signing in stores the session, and each sign-in without one counts against the bot.
		bot.remark("telegram is not asked before postgres, its schema and the installation are ready")
	})
	wg.Go(func() { p.checkPools(pctx, pools.add) })
	wg.Go(func() {
		defer close(named)
		channels.add("channels can be read", p.chat.Load().channels.Load(pctx), "At least one MongoDB pool must answer.")
	})
	wg.Go(func() {
		redis.add("redis answers", p.redis.Client().Ping(ctx).Err(), "Check PAVILION_REDIS_URL. Pavilion works without it, slower.")
	})
	wg.Go(func() { p.checkCouriers(ctx, &couriers) })
	wg.Wait()
	// The next step is the advice of the first failed check. So causes come before effects, and optional parts come last.
	all := slices.Concat(settings.list, databases.list, bot.list, pools.list, channels.list, redis.list, couriers.list)
	p.printChecks(out, all)
	next, healthy := p.nextStep(ctx, all)
	fmt.Fprintf(out, "Next: %s\n", next)
	if !healthy {
		return errUnhealthy
	}
	return nil
}

// checkPostgres checks Postgres as far as it can be used. usable means that the bot may sign in.
func (p *parts) checkPostgres(ctx context.Context, c *checks) (usable bool) {
	for _, step := range []struct {
		what   string
		check  func() error
		advice func(err error) string
	}{
		{"postgres answers", func() error { return p.db.Ping(ctx) }, func(error) string {
			return "Check PAVILION_POSTGRES_URL, and that the server runs and lets this machine in."
		}},
		{"postgres schema", func() error { return migrations.Verify(ctx, p.db) }, schemaAdvice},
		{"this database is in use", func() error { return backup.NewInstallation(p.db).Check(ctx) }, func(error) string {
			return "When the old installation does not run any more, run: pavilion restore confirm"
		}},
	} {
		err := step.check()
		c.add(step.what, err, step.advice(err))
		if err != nil {
			return false
		}
	}
	return true
}

// checkTelegram signs in. When named is closed, it checks the bot's rights in the channels. The client may end after the return; clients
// waits for it.
func (p *parts) checkTelegram(ctx context.Context, c *checks, named <-chan struct{}, clients *sync.WaitGroup) {
	if end, ok := ctx.Deadline(); ok && end.Sub(p.now()) < telegramLeast {
		c.remark("telegram is not asked: no time was left")
		return
	}
	var err error
	var rights checks
	ended := make(chan struct{})
	clients.Go(func() {
		defer close(ended)
		err = p.chat.Load().bot.Check(ctx, named, rights.add)
	})
	select {
	case <-ended:
	case <-ctx.Done():
		select {
		case <-ended:
		case <-time.After(telegramGrace):
			c.add("telegram takes the token", context.DeadlineExceeded, telegramAdvice)
			return
		}
	}
	c.list = append(c.list, rights.list...)
	if errors.Is(err, telegram.ErrRightsUnasked) {
		c.remark("the bot's rights in the channels are not all looked at: no time was left")
		err = nil
	}
	c.add("telegram takes the token", err, telegramAdvice)
}

// checkCouriers checks the mail server and the SMS provider where they are configured.
func (p *parts) checkCouriers(ctx context.Context, c *checks) {
	if email := p.couriers.email; email != nil {
		c.add("the mail server lets us in", email.Check(ctx), "Check PAVILION_SMTP_URL, and that this machine reaches the server; its certificate must be one that this machine trusts.")
	}
	if sms := p.couriers.sms; sms != nil {
		c.add("the SMS provider knows the account", sms.Check(ctx), "Check PAVILION_SMS_ACCOUNT, PAVILION_SMS_TOKEN and PAVILION_SMS_URL.")
	}
}

// printChecks prints a line for each check.
func (p *parts) printChecks(out io.Writer, all []check) {
	in := p.phrases.In(phrase.Fallback)
	for _, c := range all {
		switch {
		case c.note:
			fmt.Fprintf(out, "-     %s\n", c.what)
		case c.err == nil:
			fmt.Fprintf(out, "ok    %s\n", c.what)
		default:
			text := c.err.Error()
			if sentence := in.Error(fault.CodeOf(c.err)); fault.KindOf(c.err) != fault.Internal && sentence != "" {
				text = sentence + " (" + text + ")"
			}
			fmt.Fprintf(out, "FAIL  %s: %s\n      %s\n", c.what, text, c.advice)
		}
	}
}

// oldBackup is the age of a backup at which the doctor asks for another. The alert rule fires later.
const oldBackup = 48 * time.Hour

// nextStep returns one step for the operator: the advice of the first failed check, or else a task that is left, such as a backup.
func (p *parts) nextStep(ctx context.Context, all []check) (step string, healthy bool) {
	if i := slices.IndexFunc(all, func(c check) bool { return c.err != nil }); i >= 0 {
		return all[i].advice, false
	}
	installation := backup.NewInstallation(p.db)
	clubs, err := p.booking.Clubs(ctx)
	held, heldErr := installation.Outbox(ctx)
	last, lastErr := installation.LastBackup(ctx)
	switch {
	case errors.Join(err, heldErr, lastErr) != nil:
		return "Run it again: the databases did not answer every question.", true
	case len(held) > 0:
		return "Look at what the restored backup had not sent: pavilion outbox", true
	case len(clubs) == 0 && len(p.chat.Load().channels.List()) == 0:
		return "Start pavilion and write /start to the bot. It leads an admin through the first channel and the first net.", true
	case p.now().Sub(last) > oldBackup:
		return "Make a backup: pavilion backup DIR", true
	}
	return "nothing. Everything is in order.", true
}

// closeConnections closes the connections to Postgres, Redis and the pools.
func (p *parts) closeConnections(ctx context.Context) {
	closeRunner(ctx, p.redis)
	closeRunner(ctx, p.pools)
	p.db.Close()
}

// schemaAdvice returns the next step for a schema that Verify refused.
func schemaAdvice(err error) string {
	if errors.Is(err, migrations.ErrBehind) {
		return "Run: pavilion migrate up"
	}
	return "Look at: pavilion migrate status"
}

// checkPools reports on each MongoDB pool. It measures all at once, because a server that is down costs a second.
func (p *parts) checkPools(ctx context.Context, report func(what string, err error, advice string)) {
	pools := p.pools.All()
	measured := make([]error, len(pools))
	var wg sync.WaitGroup
	for i, pool := range pools {
		wg.Go(func() { measured[i] = pool.Measure(ctx) })
	}
	wg.Wait()
	for i, pool := range pools {
		if errors.Is(measured[i], storage.ErrSameDatabase) {
			continue // reported below
		}
		report("mongodb "+pool.Name()+" answers", measured[i], "Check its URI in PAVILION_MONGO_URIS, and that the cluster lets this address in.")
		if measured[i] != nil {
			continue
		}
		s := pool.State()
		var full error
		if s.DataBytes+s.IndexBytes > s.LimitBytes*9/10 {
			full = fmt.Errorf("%d of %d MB used", (s.DataBytes+s.IndexBytes)>>20, s.LimitBytes>>20)
		}
		report("mongodb "+pool.Name()+" has its indexes", filter.CheckIndexes(ctx, pool), "Start pavilion: it makes them. If that does not help, its user lacks the right to make indexes.")
		report("mongodb "+pool.Name()+" has room", full, "Add another pool to PAVILION_MONGO_URIS; new files go where there is room.")
	}
	for _, pool := range p.pools.Unused() {
		report("mongodb "+pool.Name()+" is a database of its own", fmt.Errorf("pools %s and %s: %w", pool.SameAs(), pool.Name(), storage.ErrSameDatabase),
			"Take one of the two URIs out of PAVILION_MONGO_URIS. For a copy of a database that is to be one of its own, drop the copy's collection identity.")
	}
}

// doctorBooking looks for bookings that break a rule, a line each.
func doctorBooking(ctx context.Context, cfg config.Config, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	db, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: cfg.PostgresURL})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := migrations.Verify(ctx, db); errors.Is(err, migrations.ErrBehind) {
		return err
	}
	findings, err := booking.Check(ctx, db)
	if err != nil {
		return err
	}
	for _, f := range findings {
		fmt.Fprintf(out, "FAIL  %s\n", f)
	}
	if len(findings) > 0 {
		return errUnhealthy
	}
	fmt.Fprintln(out, "ok    every booking keeps the rules")
	return nil
}
