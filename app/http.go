package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"pavilion/backup"
	"pavilion/booking"
	"pavilion/config"
	"pavilion/internal/fault"
	"pavilion/migrations"
	"pavilion/storage"
	"pavilion/web"
	page "pavilion/web/app"
	"pavilion/web/archive"
	"pavilion/web/nets"
	"pavilion/web/ops"
	"pavilion/web/personal"
	"pavilion/web/share"
)

// httpServer builds the HTTP server over the other parts. Every process serves the operating endpoints; processes with the role http serve
// the API as well.
func httpServer(cfg config.Config, p *parts, log *slog.Logger) (*web.Server, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newFigures(p))
	//exhaustruct:enforce
	deps := web.Deps{
		Redis: p.redis, Metrics: registry, Latency: p.latency, Texts: p.phrases,
		Tracing: nil, // set below: a nil pointer in the interface would not be nil
	}
	if p.tracing != nil {
		deps.Tracing = p.tracing
	}
	//exhaustruct:enforce
	server, err := web.New(deps, web.Options{
		Addr: cfg.HTTPAddr, TrustedProxies: cfg.TrustedProxies, Origins: cfg.HTTPOrigins, StopTimeout: cfg.StopTimeout / 2, Unlogged: 1 - cfg.AccessLog, Logger: log, Now: time.Now,
		MayChange: mayChange(backup.NewInstallation(p.db)),
		//exhaustruct:ignore — the other limits have defaults
		Limits: web.Limits{
			AddressPerSecond: cfg.AddressPerSecond, GlobalPerSecond: cfg.HTTPPerSecond,
			Reads: cfg.ReadsPerMinute, Writes: cfg.WritesPerMinute, SignIns: cfg.SignInsPerMinute,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("build the HTTP server: %w", err)
	}
	//exhaustruct:enforce
	ops.Add(server, ops.Options{Probes: probes(cfg, p), Metrics: registry, Latency: p.latency, Queries: p.queries, Version: version(), Token: cfg.OperatorToken, Pages: operator{p}.pages(), Now: time.Now})
	if p.sessions, err = web.NewSessions(p.db, web.SessionOptions{SessionFor: time.Duration(cfg.SessionDays) * day, ReopenQueue: reopenQueue(cfg), Logger: log, Now: time.Now}); err != nil {
		return nil, err
	}
	if !cfg.Has(config.RoleHTTP) {
		return server, nil
	}
	//exhaustruct:enforce
	api := web.NewAPI(server, p.sessions, web.APIOptions{About: nets.About + " " + archive.About + " " + share.About, Version: version(), BotToken: cfg.BotToken})
	admins := make([]booking.MemberID, len(cfg.Admins))
	for i, id := range cfg.Admins {
		admins[i] = booking.MemberID(id)
	}
	//exhaustruct:enforce
	if err := nets.Add(server, api, nets.Options{
		Booking: p.booking, Admins: admins, Channels: channels(cfg), Language: p.language, MayWrite: p.mayWrite, Callbacks: p.callbacks(cfg), Redis: p.redis, Metrics: registry, Logger: log,
	}); err != nil {
		return nil, fmt.Errorf("build the HTTP server: %w", err)
	}
	//exhaustruct:enforce
	archive.Add(api, archive.Options{InBot: p.archiveInBot, Delivery: p.readDelivery})
	//exhaustruct:enforce
	share.Add(api, share.Options{InBot: p.sharesInBot})
	//exhaustruct:enforce
	personal.Add(api, personal.Options{
		Own: p.own, Phrases: p.phrases, Language: func(ctx context.Context, person int64) string { return p.language(ctx, booking.MemberID(person)) },
		SignOut: func(ctx context.Context, person int64) error { return p.sessions.CloseAll(ctx, web.UserID(person)) },
	})
	if err := page.Add(server, page.Options{Frame: cfg.WebClient}); err != nil {
		return nil, fmt.Errorf("build the HTTP server: %w", err)
	}
	return server, nil
}

// errRestored answers requests that would change a restored copy which is not confirmed.
var errRestored = fault.New(fault.Unavailable, "restored")

// mayChange refuses changes of a restored copy that is not confirmed: the original may still take sign-ins, bookings and payments. It stops asking the
// database once the database is the installation's own.
func mayChange(i backup.Installation) func(ctx context.Context) error {
	var own atomic.Bool
	return func(ctx context.Context) error {
		if own.Load() {
			return nil
		}
		err := i.Check(ctx)
		if errors.Is(err, backup.ErrUnconfirmed) {
			return errRestored
		}
		own.Store(err == nil)
		return nil // an unreachable Postgres is the request's own error
	}
}

// reopenQueue is the queue of the bot's process, which sends fresh buttons of the Mini App; empty where there is none.
func reopenQueue(cfg config.Config) string {
	if cfg.MiniApp == "" {
		return ""
	}
	return string(booking.ChatQueue)
}

const (
	// clockSkew is the largest difference of this host's clock to the database's that is not reported.
	clockSkew = 30 * time.Second
	// queueHigh is the number of waiting updates above which the bot is degraded.
	queueHigh = 1000
	// jobsLate is how long a job may be due before the jobs are degraded; the alert rules have the same figure.
	jobsLate = 5 * time.Minute
)

// probes returns the probe of every part. Critical parts depend on the role: Postgres and its schema for http and worker, the archive and
// Telegram for a process that is only the bot.
func probes(cfg config.Config, p *parts) []ops.Probe {
	needsPostgres := cfg.Has(config.RoleHTTP) || cfg.Has(config.RoleWorker)
	list := []ops.Probe{
		{Name: "postgres", Critical: needsPostgres, Check: p.postgresCondition},
		{Name: "schema", Critical: needsPostgres, Check: schemaProbe(p.db, p.now)},
		{Name: "installation", Critical: true, Check: p.installationCondition},
		{Name: "redis", Check: func(context.Context) ops.Condition {
			if p.redis.Up() {
				return ops.Condition{State: ops.OK}
			}
			return ops.Condition{State: ops.Degraded} // answers are slower, and each process counts limits for itself
		}},
		{Name: "archive", Critical: !needsPostgres, Check: p.archiveCondition},
	}
	if cfg.Has(config.RoleBot) {
		list = append(list, ops.Probe{Name: "telegram", Critical: !needsPostgres, Check: p.telegramCondition})
	}
	if cfg.Has(config.RoleWorker) {
		list = append(list, ops.Probe{Name: "jobs", Check: p.jobsCondition})
	}
	return list
}

// canGrow reports whether Postgres can extend a table. An earlier "disk full" error may come from one large query whose files are deleted by now.
func (p *parts) canGrow(ctx context.Context) bool {
	tx, err := p.db.Begin(ctx)
	if err != nil {
		return false
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // the table is not kept
	_, err = tx.Exec(ctx, `CREATE TEMPORARY TABLE growth_probe ON COMMIT DROP AS SELECT generate_series(1, 5000) AS n`)
	return err == nil
}

// refusedFor is how long a refusal of Postgres shows in its condition.
const refusedFor = 30 * time.Second

// postgresCondition is down where nothing can be written, also while reads work: every process with the role http or worker writes.
func (p *parts) postgresCondition(ctx context.Context) ops.Condition {
	before := p.now()
	var now time.Time
	var readOnly bool
	if err := p.db.QueryRow(ctx, `SELECT clock_timestamp(), current_setting('transaction_read_only')::boolean`).Scan(&now, &readOnly); err != nil {
		return ops.Condition{State: ops.Down}
	}
	took := p.now().Sub(before)
	skew := now.Sub(before.Add(took / 2))
	stat := p.db.Stat()
	full := p.queries.RefusedWithin(storage.RefusedDiskFull, refusedFor) && !p.canGrow(ctx)
	c := ops.Condition{State: ops.OK, Facts: map[string]any{
		"answered_ms": took.Milliseconds(), "connections": stat.TotalConns(), "in_use": stat.AcquiredConns(), "most": stat.MaxConns(), "clock_skew_ms": skew.Milliseconds(),
		"read_only": readOnly, "disk_full": full,
	}}
	switch {
	case readOnly, full:
		c.State = ops.Down
	case stat.AcquiredConns() == stat.MaxConns(), skew.Abs() > clockSkew, p.queries.RefusedWithin(storage.RefusedResources, refusedFor):
		c.State = ops.Degraded
	}
	return c
}

// schemaKept is how long a fitting schema is not compared again: only a person changes it.
const schemaKept = 30 * time.Second

// schemaProbe compares the schema with this program's migrations; after a match not again for schemaKept.
func schemaProbe(db *pgxpool.Pool, now func() time.Time) func(ctx context.Context) ops.Condition {
	var until time.Time // the probes of one part never run at the same time
	return func(ctx context.Context) ops.Condition {
		if now().Before(until) {
			return ops.Condition{State: ops.OK}
		}
		if err := migrations.Verify(ctx, db); err != nil {
			return ops.Condition{State: ops.Down}
		}
		until = now().Add(schemaKept)
		return ops.Condition{State: ops.OK}
	}
}

// installationCondition is down for a restored backup that is not confirmed. Such a process must not serve members.
func (p *parts) installationCondition(ctx context.Context) ops.Condition {
	if err := backup.NewInstallation(p.db).Check(ctx); errors.Is(err, backup.ErrUnconfirmed) {
		return ops.Condition{State: ops.Down, Facts: map[string]any{"restored": true}}
	}
	return ops.Condition{State: ops.OK} // an unreachable Postgres is the condition of another part
}

func (p *parts) archiveCondition(context.Context) ops.Condition {
	facts, up := map[string]any{}, 0
	pools := p.pools.All()
	for _, pool := range pools {
		s := pool.State()
		facts[s.Name] = map[string]any{"breaker": s.Breaker, "used_mb": (s.DataBytes + s.IndexBytes) >> 20, "limit_mb": s.LimitBytes >> 20}
		if !pool.Down() {
			up++
		}
	}
	unused := p.pools.Unused()
	for _, pool := range unused {
		facts[pool.Name()] = map[string]any{"same_database_as": pool.SameAs()}
	}
	backlog := p.chat.Load().indexer.Backlog()
	facts["queued"], facts["owed"], facts["words_unread_of"] = backlog.Queued, backlog.InGaps, backlog.UnreadPools
	c := ops.Condition{State: ops.OK, Facts: facts}
	switch {
	case up == 0:
		c.State = ops.Down
	case up < len(pools), len(unused) > 0:
		c.State = ops.Degraded
	}
	return c
}

func (p *parts) telegramCondition(context.Context) ops.Condition {
	if p.botEnded.Load() {
		return ops.Condition{State: ops.Down, Facts: map[string]any{"active": false, "stopped": true}}
	}
	s := p.chat.Load().bot.Stats()
	c := ops.Condition{State: ops.OK, Facts: map[string]any{
		"active": p.active.Load(), "connected": s.Connected, "updates_queued": s.Updates, "sends_queued": s.Sends,
	}}
	switch {
	case !p.active.Load(): // another process is the bot
	case !s.Connected:
		c.State = ops.Down
	case s.Updates > queueHigh:
		c.State = ops.Degraded
	}
	return c
}

// jobsCondition counts the due jobs and measures how long the oldest has been due.
func (p *parts) jobsCondition(ctx context.Context) ops.Condition {
	var due, failing int64
	var age float64
	err := p.db.QueryRow(ctx, `SELECT count(*) FILTER (WHERE scheduled_at <= clock_timestamp()), count(*) FILTER (WHERE state = 'retryable'),
		coalesce(extract(epoch FROM clock_timestamp() - min(scheduled_at) FILTER (WHERE scheduled_at <= clock_timestamp())), 0)::float8
		FROM river_job WHERE state IN ('available', 'retryable')`).Scan(&due, &failing, &age)
	if err != nil {
		return ops.Condition{State: ops.Down}
	}
	c := ops.Condition{State: ops.OK, Facts: map[string]any{"due": due, "failing": failing, "oldest_due_s": int64(age)}}
	if age > jobsLate.Seconds() {
		c.State = ops.Degraded
	}
	return c
}
