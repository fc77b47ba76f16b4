package web

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
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
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"pavilion/booking"
	"pavilion/internal/latency"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

var (
	shared *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests
	serial atomic.Int64     //nolint:gochecknoglobals // numbers databases, addresses and people
	served coverage         //nolint:gochecknoglobals // which operations the tests have seen succeed
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
		if missing := served.missing(); len(missing) > 0 {
			fmt.Fprintln(os.Stderr, "no test got what it asked for from:", strings.Join(missing, ", "))
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

// copyOf makes a database of its own out of another, which nobody may be connected to, and opens it.
func copyOf(t *testing.T, original string) (string, *pgxpool.Pool) {
	t.Helper()
	name := fmt.Sprintf("pavilion_session_%d", serial.Add(1))
	if err := sql(t.Context(), shared, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, original)); err != nil {
		t.Fatal(err)
	}
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(databaseURL(shared, name))})
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

// bundle is a running server and what a test asks it with.
type bundle struct {
	t       *testing.T
	url     string
	db      *pgxpool.Pool
	redis   *storage.Redis
	server  *Server
	metrics *prometheus.Registry
	log     *lockedBuffer
	client  *http.Client
	address string // what the trusted proxy says
	spec    validator.Validator
	stop    func()
}

const operatorToken = "operator-token-value"

// generous limits are out of the way of tests that are about something else.
func generous() Limits {
	return Limits{AddressPerSecond: 100_000, GlobalPerSecond: 100_000, Reads: 100_000, Writes: 100_000, SignIns: 100_000}
}

// setup runs a server over its own database and its own address.
func setup(t *testing.T, change func(d *Deps, o *Options)) *bundle {
	t.Helper()
	name := fmt.Sprintf("pavilion_http_%d", serial.Add(1))
	if err := sql(t.Context(), shared, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, templateDB)); err != nil {
		t.Fatal(err)
	}
	return setupOn(t, databaseURL(shared, name), shared.RedisURL, change)
}

// setupOn is setup on servers of the test's own.
func setupOn(t *testing.T, postgresURL, redisURL string, change func(d *Deps, o *Options)) *bundle {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	b := &bundle{t: t, metrics: prometheus.NewRegistry(), log: new(lockedBuffer), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	logger := slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	recorder := latency.New(time.Now)
	queries := storage.NewQueryTracer(recorder, time.Now)
	var err error
	if b.db, err = storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(postgresURL), Tracer: queries}); err != nil {
		t.Fatal(err)
	}
	if b.redis, err = storage.OpenRedis(storage.RedisOptions{URL: secret.New(redisURL), Logger: logger}); err != nil {
		t.Fatal(err)
	}
	// Longer than a busy machine needs to open ten connections, shorter than the server's own limit.
	const connWait = 4 * time.Second
	sessions, err := NewSessions(b.db, SessionOptions{Logger: logger, ConnWait: connWait})
	if err != nil {
		t.Fatal(err)
	}
	service, err := booking.New(booking.Options{DB: b.db, Redis: b.redis, Logger: logger, ConnWait: connWait})
	if err != nil {
		t.Fatal(err)
	}
	b.address = freshAddress()
	deps := Deps{Booking: service, Sessions: sessions, Redis: b.redis, Metrics: b.metrics, Latency: recorder, Queries: queries}
	opts := Options{
		API: true, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Limits: generous(), OperatorToken: secret.New(operatorToken),
		Admins: []booking.MemberID{adminID}, BotToken: secret.New(testToken), Version: "test", Logger: logger, Now: time.Now,
	}
	if change != nil {
		change(&deps, &opts)
	}
	if b.server, err = New(deps, opts); err != nil {
		t.Fatal(err)
	}
	b.server.limits.wait = time.Second // a busy machine is no Redis that is down
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.url = "http://" + l.Addr().String()
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
		b.client.CloseIdleConnections()
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
	if opts.API {
		b.spec = b.description()
	}
	return b
}

// description reads the API's own description and prepares it for checking answers.
func (b *bundle) description() validator.Validator {
	b.t.Helper()
	a := b.do(request{path: "/api/openapi.json"})
	document, err := libopenapi.NewDocument(a.body)
	if err != nil {
		b.t.Fatal(err)
	}
	v, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		b.t.Fatal(errs)
	}
	return v
}

type request struct {
	method  string
	path    string
	token   string
	key     string // Idempotency-Key
	body    any    // marshalled, unless it is a string
	headers map[string]string
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// problem reads a problem detail and checks its form.
func (a answer) problem(t *testing.T) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != problemType || p.Status != a.status {
		t.Fatalf("not a problem: %d %s %s %v", a.status, a.header, a.body, err)
	}
	return p
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
}

// do sends a request and holds its answer against the description.
func (b *bundle) do(r request) answer {
	b.t.Helper()
	a, err := b.try(r)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func (b *bundle) try(r request) (answer, error) {
	var body io.Reader
	if text, ok := r.body.(string); ok {
		body = strings.NewReader(text)
	} else if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return answer{}, err
		}
		body = bytes.NewReader(data)
	}
	method := r.method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+r.path, body)
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("X-Forwarded-For", b.address)
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	for k, v := range r.headers {
		req.Header.Set(k, v)
	}
	res, err := b.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close() //nolint:errcheck // read to the end
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{res.StatusCode, res.Header, data}
	name, known := operation(method, r.path)
	if known && res.StatusCode < http.StatusMultipleChoices {
		served.seen.Store(name, true)
	}
	if b.spec != nil && known {
		res.Body = io.NopCloser(bytes.NewReader(data))
		if ok, errs := b.spec.ValidateHttpResponse(req, res); !ok {
			for _, e := range errs {
				b.t.Errorf("%s %s answered %d against its description: %s: %s\n%s", method, r.path, res.StatusCode, e.Message, e.Reason, data)
			}
		}
	}
	return a, nil
}

// freshAddress is one that nobody has come from before.
func freshAddress() string {
	n := serial.Add(1)
	return fmt.Sprintf("198.51.%d.%d", n/250%250, n%250+1)
}

// adminID is the person whom the settings name as admin.
const adminID = 4_200_000_000

// someone is a person nobody has seen before.
func someone() int64 { return 4_300_000_000 + serial.Add(1) }

// signIn gives a person tokens.
func (b *bundle) signIn(id int64) TokensBody {
	b.t.Helper()
	fields := userFields(id, time.Now())
	fields["query_id"] = fmt.Sprint(serial.Add(1))
	a := b.do(request{method: http.MethodPost, path: apiPath + "/sessions", body: map[string]string{"init_data": initData(testToken, fields), "client_id": clientID}})
	if a.status != http.StatusCreated {
		b.t.Fatalf("sign-in: %d %s", a.status, a.body)
	}
	var tokens TokensBody
	a.into(b.t, &tokens)
	return tokens
}

const clientID = "the-phone-0123456789"

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String reads all.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
