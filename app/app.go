package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/sdk/trace"

	"pavilion/backup"
	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/config"
	"pavilion/filter"
	"pavilion/filter/upkeep"
	"pavilion/internal/journal"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/personal"
	"pavilion/retention"
	"pavilion/storage"
	"pavilion/web"
)

const usage = `pavilion - a club's files and nets in Telegram

  pavilion serve            run the bot (the default)
  pavilion doctor           check settings, databases, token and rights
  pavilion doctor booking   check every rule that the bookings in the database must keep
  pavilion doctor archive   check that every word of every file finds it, and that nothing else is found; --repair mends it
  pavilion health           ask the process on this machine whether it can do its job; exit code 1: it cannot
  pavilion club             set up a club: nets, hours, prices, roles; without more it says how
  pavilion member           export or erase what is known of a person; without more it says how
  pavilion backup DIR       copy Postgres and the pools into a new folder; backup verify DIR reads one to its end
  pavilion restore DIR      fill new, empty databases from a backup; restore confirm: they take the place of the old ones
  pavilion outbox           list what a restored backup had not sent; outbox release sends it, outbox drop does not
  pavilion migrate status   show which schema changes the database has
  pavilion migrate plan     show what up would do, and what of it destroys data
  pavilion migrate up       apply what the database lacks; --destructive consents to losing data
  pavilion version          show which build this is

Settings come from the environment and the file that PAVILION_CONFIG names; config/pavilion.env.example explains each.
`

// Main is the whole program; it returns the exit code.
func Main(ctx context.Context, args []string, environ []string, stdout, stderr io.Writer) int {
	command := "serve"
	if len(args) > 0 {
		command = args[0]
	}
	if command == "help" || command == "-h" || command == "--help" {
		fmt.Fprint(stdout, usage)
		return 0
	}
	if command == "version" || command == "--version" {
		fmt.Fprintf(stdout, "pavilion %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return 0
	}
	cfg, err := config.Load(environ)
	if err != nil {
		fmt.Fprintf(stderr, "These settings need attention:\n%v\n", err)
		return 2
	}
	switch {
	case command == "serve":
		lines := journal.New(cfg.LogLevel)
		err = serve(ctx, cfg, logger(cfg, stderr, lines), lines)
	case slices.Equal(args, []string{"doctor", "booking"}):
		err = doctorBooking(ctx, cfg, stdout)
	case slices.Equal(args, []string{"doctor", "archive"}), slices.Equal(args, []string{"doctor", "archive", "--repair"}):
		err = doctorArchive(ctx, cfg, len(args) == 3, stdout)
	case command == "doctor" && len(args) == 1:
		err = doctor(ctx, cfg, stdout)
	case command == "health" && len(args) == 1:
		err = health(ctx, cfg, stdout)
	case command == "member":
		err = member(ctx, cfg, args[1:], stdout)
	case command == "club":
		err = club(ctx, cfg, args[1:], stdout)
	case command == "backup":
		err = makeBackup(ctx, cfg, args[1:], stdout)
	case command == "restore":
		err = restore(ctx, cfg, args[1:], stdout)
	case command == "outbox":
		err = outbox(ctx, cfg, args[1:], stdout)
	case command == "migrate" && len(args) > 1:
		err = migrate(ctx, cfg, args[1:], stdout)
	default:
		fmt.Fprintf(stderr, "unknown command %q\n\n%s", command, usage)
		return 2
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func logger(cfg config.Config, to io.Writer, lines *journal.Journal) *slog.Logger {
	o := &slog.HandlerOptions{Level: lines.Level()}
	if cfg.LogFormat == "text" {
		return slog.New(lines.Handler(slog.NewTextHandler(to, o)))
	}
	return slog.New(lines.Handler(slog.NewJSONHandler(to, o)))
}

// parts holds the components that serve runs and doctor checks.
type parts struct {
	db          *pgxpool.Pool
	redis       *storage.Redis
	pools       *storage.Pools
	history     *storage.PoolHistory
	counters    *upkeep.Counters
	deletions   *upkeep.Deletions
	popularity  *upkeep.Popularity
	maintenance *upkeep.Maintenance
	retention   *retention.Retention
	own         *personal.Own
	events      upkeep.Events // for the log channel
	chat        atomic.Pointer[chatParts]
	booking     *booking.Service
	jobs        *booking.Worker
	couriers    couriers
	sessions    *web.Sessions
	now         func() time.Time
	phrases     *phrase.Book
	latency     *latency.Recorder
	journal     *journal.Journal
	queries     *storage.QueryTracer
	tracing     *trace.TracerProvider // nil: no traces
	active      atomic.Bool           // this process is the bot
	botEnded    atomic.Bool           // its part stopped by itself and does not come back in this process
}

// build makes every part. noUpdates signs in without receiving updates, for doctor beside a running bot.
func build(ctx context.Context, cfg config.Config, log *slog.Logger, lines *journal.Journal, noUpdates bool) (*parts, error) {
	p := &parts{now: time.Now, journal: lines}
	var err error
	p.latency = latency.New(time.Now)
	p.queries = storage.NewQueryTracer(p.latency, time.Now)
	if p.tracing, err = openTracing(ctx, cfg.TracesURL); err != nil {
		return nil, err
	}
	//exhaustruct:enforce
	if p.db, err = storage.OpenPostgres(ctx, storage.PostgresOptions{URL: cfg.PostgresURL, MaxConns: cfg.PostgresMost, Tracer: queryTracer(p.queries, p.tracing)}); err != nil {
		return nil, err
	}
	//exhaustruct:enforce
	if p.redis, err = storage.OpenRedis(storage.RedisOptions{URL: cfg.RedisURL, Logger: log}); err != nil {
		return nil, err
	}
	money, err := payments(cfg, p)
	if err != nil {
		return nil, err
	}
	//exhaustruct:enforce
	if p.booking, err = booking.New(booking.Options{DB: p.db, Redis: p.redis, Logger: log, Payments: money, LockWait: 0, ConnWait: 0}); err != nil { // 0 means the defaults
		return nil, err
	}
	if p.pools, err = openPools(cfg, log, poolModes(p.db)); err != nil { //nolint:contextcheck // connects nothing
		return nil, err
	}
	p.history = storage.NewPoolHistory(p.db, p.pools, log, time.Now)
	p.counters = upkeep.NewCounters(p.db, cfg.Zone(), log, time.Now)
	p.deletions = upkeep.NewDeletions(p.db, log)
	p.popularity = upkeep.NewPopularity(p.db, log)
	//exhaustruct:enforce
	p.retention = retention.New(p.db, retention.Days{Audit: cfg.KeepAudit, Notifications: cfg.KeepNotifications, PaymentEvents: cfg.KeepPaymentEvents, Inbox: cfg.KeepInbox})
	p.maintenance = upkeep.NewMaintenance(p.db, log, p.maintenanceJobs()...)
	if p.phrases, err = phrase.Load(); err != nil {
		return nil, err
	}
	rates, err := storage.NewRateLimiter(p.redis, storage.RateLimiterOptions{Now: time.Now})
	if err != nil {
		return nil, err
	}
	p.own = personal.NewOwn(personal.New(p.db, filter.NewAudience(p.pools, time.Now), time.Now), rates, log)
	if err := p.addWorkers(cfg, log); err != nil {
		return nil, err
	}
	return p, p.buildChat(cfg, log, noUpdates)
}

// openPools makes the archive's databases. modes may be nil: every database is normal.
func openPools(cfg config.Config, log *slog.Logger, modes *storage.Setting[storage.PoolModes]) (*storage.Pools, error) {
	//exhaustruct:enforce
	return storage.OpenPools(storage.PoolsOptions{Pools: poolOptions(cfg), Logger: log, Modes: modes})
}

func poolOptions(cfg config.Config) (pools []storage.PoolOptions) {
	for _, c := range cfg.Pools() {
		//exhaustruct:enforce
		pools = append(pools, storage.PoolOptions{Name: c.Name, URI: c.URI, Database: c.Database, LimitBytes: cfg.MongoLimitMB << 20})
	}
	return pools
}

// runner closes its connections when the context of Run ends.
type runner interface {
	Run(ctx context.Context) error
}

// closeRunner closes the connections of Redis or of the pools.
func closeRunner(ctx context.Context, r runner) {
	ended, end := context.WithCancel(ctx)
	end()
	_ = r.Run(ended) // the process ends
}

func serve(ctx context.Context, cfg config.Config, log *slog.Logger, lines *journal.Journal) error {
	setCollector(cfg)
	p, err := build(ctx, cfg, log, lines, false)
	if err != nil {
		return err
	}
	if err := p.identifyPools(ctx); err != nil {
		p.closeConnections(ctx)
		return err
	}
	err = prepareSchema(ctx, p.db, cfg.Migrate, log)
	absent := storage.Unreachable(err)
	switch {
	case ctx.Err() != nil: // it was told to stop before it began
		p.closeConnections(ctx)
		return nil
	case absent:
		log.LogAttrs(ctx, slog.LevelWarn, "the schema could not be looked at; going on without Postgres", slog.Any("error", err))
	case err != nil:
		p.closeConnections(ctx)
		return err
	}
	server, err := httpServer(cfg, p, log) //nolint:contextcheck // a request brings its own
	if err != nil {
		p.closeConnections(ctx)
		return err
	}
	host, _ := os.Hostname()
	lease := storage.NewLease(p.db, storage.LeaseOptions{Name: "bot", Holder: fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8]), Logger: log})
	defer context.AfterFunc(ctx, func() { log.LogAttrs(ctx, slog.LevelInfo, "stopping; a second signal ends the process at once") })()
	connections := []part{{"postgres", closeOnStop(p.db)}, {"redis", p.redis.Run}, {"mongo", p.pools.Run}}
	if p.tracing != nil {
		connections = append(connections, part{"traces", flushTracing(p.tracing)})
	}
	if absent {
		connections = append(connections, part{"schema", prepareSchemaLater(p.db, cfg.Migrate, log)})
	}
	workers := []part{{"counters", p.counters.Run}, {"deletions", p.deletions.Run}, {"popularity", p.popularity.Run}}
	if cfg.Has(config.RoleWorker) {
		workers = append(workers, part{"booking jobs", p.onceConfirmed(p.jobs.Run, log)}, part{"sessions", p.sessions.Run}, part{"erasures", p.onceConfirmed(p.own.Run, log)})
	}
	if limitsMemory(cfg) {
		workers = append(workers, part{"memory limit", raiseMemoryLimit})
	}
	ingress := []part{{"http", server.Run}}
	if cfg.Has(config.RoleBot) {
		run := p.onceConfirmed(func(ctx context.Context) error { return p.runWithLease(ctx, lease, cfg, log) }, log)
		if cfg.Has(config.RoleHTTP) || cfg.Has(config.RoleWorker) {
			run = p.outlivedBy(run, log)
		}
		ingress = append(ingress, part{"bot", run})
	}
	log.LogAttrs(ctx, slog.LevelInfo, "starting", slog.String("version", version()), slog.String("go", runtime.Version()))
	return runStages(ctx, cfg.StopTimeout, connections, workers, ingress)
}

// identifyTimeout bounds the wait at the start for the identities of the MongoDB databases. A database that answers later is compared later.
const identifyTimeout = 2 * time.Second

// identifyPools returns an error if two URIs lead to one database.
func (p *parts) identifyPools(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, identifyTimeout)
	defer cancel()
	if err := p.pools.Identify(ctx); err != nil {
		return fmt.Errorf("PAVILION_MONGO_URIS: %w", err)
	}
	return nil
}

// outlivedBy runs the bot beside the other parts. They continue after Telegram refused it, which a restart cannot cure. Every other end of the bot
// ends the process, so that its supervisor starts it afresh.
func (p *parts) outlivedBy(run func(ctx context.Context) error, log *slog.Logger) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		err := run(ctx)
		if ctx.Err() != nil || !errors.Is(err, telegram.ErrRefused) {
			return err
		}
		p.botEnded.Store(true)
		log.LogAttrs(ctx, slog.LevelError, "the bot has stopped and the rest goes on; mend the cause and restart", slog.Any("error", err))
		<-ctx.Done()
		return nil
	}
}

// onceConfirmed runs a part when the database is the installation's own. A restored backup beside the original must neither be the bot nor run jobs.
func (p *parts) onceConfirmed(run func(ctx context.Context) error, log *slog.Logger) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		if err := backup.NewInstallation(p.db).Wait(ctx, log); err != nil {
			return nil //nolint:nilerr // the process stops
		}
		return run(ctx)
	}
}

// closeOnStop keeps the pool until the end. Closing waits for connections in use, so it has a deadline like every other part.
func closeOnStop(db *pgxpool.Pool) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		db.Close()
		return nil
	}
}
