package web

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"pavilion/internal/fault"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/caller"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/plans"
	"pavilion/storage"
)

var (
	shared *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests
	serial atomic.Int64     //nolint:gochecknoglobals // numbers databases and people
	served caller.Coverage  //nolint:gochecknoglobals // the operations that the tests have seen succeed
	// statements records the SQL that the tests cause, for checkPlans.
	statements = plans.NewRecorder() //nolint:gochecknoglobals // as above
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
	if code == 0 && flag.Lookup("test.run").Value.String() == "" { // a run of single tests records too few statements
		if err := checkPlans(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if err := shared.Close(); err != nil {
		panic(err)
	}
	if code == 0 && flag.Lookup("test.run").Value.String() == "" {
		if missing := served.Missing(); len(missing) > 0 {
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
	name := fmt.Sprintf("pavilion_web_%d", serial.Add(1))
	if err := sql(t.Context(), shared, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, original)); err != nil {
		t.Fatal(err)
	}
	return name
}

// copyOf is cloneDB with a pool.
func copyOf(t *testing.T, original string) (string, *pgxpool.Pool) {
	t.Helper()
	name := cloneDB(t, original)
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(databaseURL(shared, name)), Tracer: statements})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return name, pool
}

// database is an empty, migrated database for one test.
func database(t *testing.T) *pgxpool.Pool {
	t.Helper()
	_, pool := copyOf(t, templateDB)
	return pool
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

// bundle is a running server with an API of things, and a test's client of it.
type bundle struct {
	*caller.Caller
	t        *testing.T
	db       *pgxpool.Pool
	redis    *storage.Redis
	server   *Server
	sessions *Sessions
	things   *things
	metrics  *prometheus.Registry
	log      *caller.Log
	stop     func()
}

// generous limits are never reached.
func generous() Limits {
	return Limits{AddressPerSecond: 100_000, GlobalPerSecond: 100_000, Reads: 100_000, Writes: 100_000, SignIns: 100_000, RedisWait: time.Second} // on a busy machine Redis may need that long
}

// setup runs a server over its own database and its own address.
func setup(t *testing.T, change func(d *Deps, o *Options)) *bundle {
	t.Helper()
	return setupOn(t, databaseURL(shared, cloneDB(t, templateDB)), shared.RedisURL, change)
}

// setupOn is setup on servers of the test's own.
func setupOn(t *testing.T, postgresURL, redisURL string, change func(d *Deps, o *Options)) *bundle {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	b := &bundle{t: t, things: &things{stored: map[string]StoredAnswer{}}, metrics: prometheus.NewRegistry(), log: new(caller.Log)}
	logger := slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if b.db, err = storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(postgresURL), Tracer: statements}); err != nil {
		t.Fatal(err)
	}
	if b.redis, err = storage.OpenRedis(storage.RedisOptions{URL: secret.New(redisURL), Logger: logger}); err != nil {
		t.Fatal(err)
	}
	// Longer than a busy machine needs for ten connections, shorter than the server's requestTimeout.
	if b.sessions, err = NewSessions(b.db, SessionOptions{ReopenQueue: "buttons", Logger: logger, ConnWait: 4 * time.Second}); err != nil {
		t.Fatal(err)
	}
	deps := Deps{Redis: b.redis, Metrics: b.metrics, Latency: latency.New(time.Now), Texts: texts(t)}
	opts := Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Limits: generous(), Logger: logger, Now: time.Now}
	if change != nil {
		change(&deps, &opts)
	}
	if b.server, err = New(deps, opts); err != nil {
		t.Fatal(err)
	}
	b.things.addTo(NewAPI(b.server, b.sessions, APIOptions{About: "Things.", Version: "test", BotToken: secret.New(testToken)}))
	b.server.Handle("GET /ping", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "pong") })
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.Caller = caller.New(t, "http://"+l.Addr().String())
	var running sync.WaitGroup
	running.Go(func() {
		if err := b.redis.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	running.Go(func() {
		if err := b.server.Serve(ctx, l); err != nil {
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

// things is a feature of the tests: things with a name, in memory.
type things struct {
	mu     sync.Mutex
	names  []string
	counts []string // as Actions counted
	stored map[string]StoredAnswer
	work   func() error // runs inside an action, if set
}

type thingInput struct {
	ID int `path:"id" minimum:"1"`
}

type newThing struct {
	Keyed
	Body thingBody
}

type thingBody struct {
	Name string `json:"name" maxLength:"20"`
}

type thingMembers struct {
	Taken []string `json:"taken,omitempty" doc:"The names that exist."`
}

var (
	errNoThing = fault.New(fault.NotFound, "not_found")
	errTaken   = fault.New(fault.Conflict, "name")
)

func (s *things) addTo(a *API) {
	Extend(a, func(err error) *thingMembers {
		if !errors.Is(err, errTaken) {
			return nil
		}
		return &thingMembers{s.names}
	})
	Add(a, Route{ID: "list-things", Method: http.MethodGet, Path: "/things", Tag: "Things", Summary: "All things", Status: http.StatusOK, Public: true}, func(context.Context, *struct{}) (*Body[ListOf[thingBody]], error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return List(s.names, func(name string) thingBody { return thingBody{name} }), nil
	})
	Add(a, Route{ID: "get-thing", Method: http.MethodGet, Path: "/things/{id}", Tag: "Things", Summary: "A thing", Status: http.StatusOK, Problems: []int{http.StatusNotFound}}, func(_ context.Context, in *thingInput) (*Body[thingBody], error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if in.ID > len(s.names) {
			return nil, errNoThing
		}
		return &Body[thingBody]{thingBody{s.names[in.ID-1]}}, nil
	})
	actions := Actions[*things]{API: a, Answers: s, Count: func(route, outcome string) { s.counts = append(s.counts, route+" "+outcome) }}
	AddOnce(actions, Route{ID: "add-thing", Method: http.MethodPost, Path: "/things", Tag: "Things", Summary: "Add a thing", Status: http.StatusCreated, Limit: Writes}, func(_ context.Context, in *newThing) (Effect[*things, thingBody], error) {
		return func(_ context.Context, inner *things) (thingBody, error) {
			if inner.work != nil {
				if err := inner.work(); err != nil {
					return thingBody{}, err
				}
			}
			if slices.Contains(inner.names, in.Body.Name) {
				return thingBody{}, errTaken
			}
			inner.names = append(inner.names, in.Body.Name)
			return in.Body, nil
		}, nil
	})
}

// Once runs one action at a time.
func (s *things) Once(ctx context.Context, k Key, run func(ctx context.Context, s *things) (StoredAnswer, error), refuse func(err error) (StoredAnswer, bool)) (StoredAnswer, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.stored[fmt.Sprint(k)]; ok {
		return old, true, nil
	}
	a, err := run(ctx, s)
	if err != nil {
		var keep bool
		if a, keep = refuse(err); !keep {
			return StoredAnswer{}, false, err
		}
	}
	s.stored[fmt.Sprint(k)] = a
	return a, false, nil
}

// Refuse stores a refusal.
func (s *things) Refuse(_ context.Context, k Key, refusal StoredAnswer) (StoredAnswer, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stored[fmt.Sprint(k)] = refusal
	return refusal, false, nil
}

// someone is a person without earlier requests.
func someone() int64 { return 4_300_000_000 + serial.Add(1) }

// signIn gives a person tokens.
func (b *bundle) signIn(id int64) TokensBody {
	b.t.Helper()
	fields := userFields(id, time.Now())
	fields["query_id"] = fmt.Sprint(serial.Add(1))
	a := b.Do(request{Method: http.MethodPost, Path: APIPath + "/sessions", Body: map[string]string{"init_data": initData(testToken, fields), "client_id": clientID}})
	if a.Status != http.StatusCreated {
		b.t.Fatalf("sign-in: %d %s", a.Status, a.Body)
	}
	var tokens TokensBody
	a.Into(b.t, &tokens)
	return tokens
}

const clientID = "the-phone-0123456789"

// texts are the sentences of problems.
func texts(t *testing.T) *phrase.Book {
	t.Helper()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	return book
}
