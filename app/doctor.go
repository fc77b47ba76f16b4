package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"pavilion/booking"
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

// doctor checks every dependency and right, a line each, with what to do.
func doctor(ctx context.Context, cfg config.Config, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p, err := build(ctx, cfg, slog.New(slog.DiscardHandler), journal.New(cfg.LogLevel), true)
	if err != nil {
		return err
	}
	defer p.closeConnections(ctx)
	healthy, in := true, p.phrases.In(phrase.Fallback)
	report := func(what string, err error, advice string) {
		if err == nil {
			fmt.Fprintf(out, "ok    %s\n", what)
			return
		}
		healthy = false
		text := err.Error()
		if sentence := in.Error(fault.CodeOf(err)); fault.KindOf(err) != fault.Internal && sentence != "" {
			text = sentence + " (" + text + ")"
		}
		fmt.Fprintf(out, "FAIL  %s: %s\n      %s\n", what, text, advice)
	}
	report("settings", nil, "")
	var nobody error
	if len(cfg.Admins) == 0 {
		nobody = errNoAdmins
	}
	report("admins are named", nobody, "Put the user ids of the club's admins into PAVILION_ADMINS; nobody can set up a club or add a channel without. Who writes /id to the bot is told theirs.")
	ready := p.db.Ping(ctx)
	report("postgres answers", ready, "Check PAVILION_POSTGRES_URL, and that the server runs and lets this machine in.")
	if ready == nil {
		ready = migrations.Verify(ctx, p.db)
		report("postgres schema", ready, schemaAdvice(ready))
	}
	report("redis answers", p.redis.Client().Ping(ctx).Err(), "Check PAVILION_REDIS_URL. Pavilion works without it, slower.")
	p.checkPools(ctx, report)
	report("channels can be read", p.chat.Load().channels.Load(ctx), "At least one MongoDB pool must answer.")
	if ready == nil {
		report("telegram takes the token", p.chat.Load().bot.Check(ctx, func(what string, err error, advice string) { report(what, err, advice) }),
			"Check PAVILION_BOT_TOKEN, PAVILION_API_ID and PAVILION_API_HASH, and that this machine reaches Telegram.")
	} else { // signing in stores the session, and each sign-in without one counts against the bot
		fmt.Fprintln(out, "-     telegram is not asked before postgres and its schema are ready")
	}
	if c := p.couriers.email; c != nil {
		report("the mail server lets us in", c.Check(ctx), "Check PAVILION_SMTP_URL, and that this machine reaches the server; its certificate must be one that this machine trusts.")
	}
	if c := p.couriers.sms; c != nil {
		report("the SMS provider knows the account", c.Check(ctx), "Check PAVILION_SMS_ACCOUNT, PAVILION_SMS_TOKEN and PAVILION_SMS_URL.")
	}
	if !healthy {
		return errUnhealthy
	}
	return nil
}

// closeConnections closes what build opened.
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
