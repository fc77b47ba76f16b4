package nets

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"pavilion/booking"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/caller"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
	"pavilion/storage"
	"pavilion/web"
)

var (
	shared *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests
	serial atomic.Int64     //nolint:gochecknoglobals // numbers databases and people
	served caller.Coverage  //nolint:gochecknoglobals // the operations that the tests have seen succeed
)

const templateDB = "pavilion_template"

func TestMain(m *testing.M) {
	ctx := context.Background()
	var err error
	if shared, err = engines.Start(ctx, engines.Options{Postgres: true, Redis: true}); err != nil {
		panic(err)
	}
	if err := makeTemplate(ctx); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		panic(err)
	}
	if code == 0 && flag.Lookup("test.run").Value.String() == "" {
		// The tests of the kit cover its own operations, sessions.
		if missing := served.Missing(web.APIPath + "/sessions"); len(missing) > 0 {
			fmt.Fprintln(os.Stderr, "no test saw these operations succeed:", strings.Join(missing, ", "))
			code = 1
		}
	}
	if code == 0 {
		http.DefaultClient.CloseIdleConnections()
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func makeTemplate(ctx context.Context) error {
	if err := sql(ctx, shared, "CREATE DATABASE "+templateDB); err != nil {
		return err
	}
	pool, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(databaseURL(shared, templateDB))})
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = migrations.Up(ctx, pool)
	return err
}

func sql(ctx context.Context, e *engines.Engines, text string) error {
	conn, err := pgx.Connect(ctx, e.PostgresURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // the statement's own error counts
	_, err = conn.Exec(ctx, text)
	return err
}

// cloneDB copies a database, which must have no connections, and returns the copy's name.
func cloneDB(t *testing.T, original string) string {
	t.Helper()
	name := fmt.Sprintf("pavilion_nets_%d", serial.Add(1))
	if err := sql(t.Context(), shared, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, original)); err != nil {
		t.Fatal(err)
	}
	return name
}

func databaseURL(e *engines.Engines, name string) string {
	u, err := url.Parse(e.PostgresURL)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

type (
	request = caller.Request
	answer  = caller.Answer
)

// bundle is a running server, and a test's client of it.
type bundle struct {
	*caller.Caller
	t       *testing.T
	db      *pgxpool.Pool
	redis   *storage.Redis
	booking *booking.Service
	metrics *prometheus.Registry
	log     *caller.Log
	logger  *slog.Logger
	stop    func()
}

// wiring is a server's parts, for a test to change before they are put together.
type wiring struct {
	db       *pgxpool.Pool
	redis    *storage.Redis
	deps     web.Deps
	opts     web.Options
	sessions *web.Sessions
	nets     Options
}

const testToken = "7000000001:test"

// generous limits are never reached.
func generous() web.Limits {
	return web.Limits{AddressPerSecond: 100_000, GlobalPerSecond: 100_000, Reads: 100_000, Writes: 100_000, SignIns: 100_000, RedisWait: time.Second} // on a busy machine Redis may need that long
}

// setup runs a server over its own database and its own address.
func setup(t *testing.T, change func(w *wiring)) *bundle {
	t.Helper()
	return setupOn(t, databaseURL(shared, cloneDB(t, templateDB)), shared.RedisURL, change)
}

// setupOn is setup on servers of the test's own.
func setupOn(t *testing.T, postgresURL, redisURL string, change func(w *wiring)) *bundle {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	b := &bundle{t: t, metrics: prometheus.NewRegistry(), log: new(caller.Log)}
	b.logger = slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	b.db, err = storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(postgresURL)})
	must(err)
	b.redis, err = storage.OpenRedis(storage.RedisOptions{URL: secret.New(redisURL), Logger: b.logger})
	must(err)
	// Longer than a busy machine needs for ten connections or a crowd at a lock, shorter than the server's time limit.
	const wait = 4 * time.Second
	w := wiring{
		db: b.db, redis: b.redis,
		deps: web.Deps{Redis: b.redis, Metrics: b.metrics, Latency: latency.New(time.Now), Texts: texts(t)},
		opts: web.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Limits: generous(), Logger: b.logger, Now: time.Now},
		nets: Options{Admins: []booking.MemberID{adminID}, Redis: b.redis, Metrics: b.metrics, Logger: b.logger},
	}
	w.sessions, err = web.NewSessions(b.db, web.SessionOptions{Logger: b.logger, ConnWait: wait})
	must(err)
	w.nets.Language = func(context.Context, booking.MemberID) string { return "hi" }
	w.nets.MayWrite = func(_ context.Context, person booking.MemberID) bool { return int64(person) != adminID }
	w.nets.Booking, err = booking.New(booking.Options{DB: b.db, Redis: b.redis, Logger: b.logger, LockWait: wait, ConnWait: wait})
	must(err)
	if change != nil {
		change(&w)
	}
	b.booking = w.nets.Booking
	server, err := web.New(w.deps, w.opts)
	must(err)
	must(Add(server, web.NewAPI(server, w.sessions, web.APIOptions{About: About, Version: "test", BotToken: secret.New(testToken)}), w.nets))
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	must(err)
	b.Caller = caller.New(t, "http://"+l.Addr().String())
	var running sync.WaitGroup
	running.Go(func() {
		if err := b.redis.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	running.Go(func() {
		if err := server.Serve(ctx, l); err != nil {
			t.Error(err)
		}
	})
	b.stop = sync.OnceFunc(func() {
		b.Client.CloseIdleConnections()
		cancel()
		running.Wait()
		b.db.Close()
	})
	t.Cleanup(b.stop)
	t.Cleanup(func() {
		if t.Failed() {
			for line := range strings.Lines(b.log.String()) {
				if !strings.Contains(line, `"msg":"request"`) {
					t.Log(line)
				}
			}
		}
	})
	b.Describe(&served)
	return b
}

// adminID is the admin of every club in the settings.
const adminID = 4_200_000_000

// someone is a person without earlier requests.
func someone() int64 { return 4_300_000_000 + serial.Add(1) }

// signIn opens a session and returns its access token.
func (b *bundle) signIn(id int64) string {
	b.t.Helper()
	data, err := miniapp.InitData(testToken, world.User{ID: id, First: "Zoya"}, time.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	a := b.Do(request{Method: http.MethodPost, Path: web.APIPath + "/sessions", Body: map[string]string{"init_data": data, "client_id": "the-phone-0123456789"}})
	if a.Status != http.StatusCreated {
		b.t.Fatalf("sign-in: %d %s", a.Status, a.Body)
	}
	var tokens web.TokensBody
	a.Into(b.t, &tokens)
	return tokens.AccessToken
}

// texts are the sentences of problems.
func texts(t *testing.T) *phrase.Book {
	t.Helper()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	return book
}
