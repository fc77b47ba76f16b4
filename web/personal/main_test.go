package personal

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"pavilion/filter"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/personal"
	"pavilion/sandbox/caller"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/golden"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
	"pavilion/storage"
	"pavilion/web"
)

const botToken = "7000000001:test"

var (
	shared *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests
	served caller.Coverage  //nolint:gochecknoglobals // the operations that the tests have seen succeed
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx := context.Background()
	var err error
	if shared, err = engines.Start(ctx, engines.Options{Postgres: true, MongoPools: 1}); err != nil {
		panic(err)
	}
	db, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(shared.PostgresURL)})
	if err == nil {
		_, err = migrations.Up(ctx, db)
		db.Close()
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		panic(err)
	}
	if err := goleak.Find(); code == 0 && err != nil {
		panic(err)
	}
	return code
}

// desk is a process that serves the resources. It is not the bot.
type desk struct {
	page     *caller.Caller
	db       *pgxpool.Pool
	audience *filter.Audience
}

func open(t *testing.T) *desk {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	quiet := slog.New(slog.DiscardHandler)
	texts, err := phrase.Load()
	must(err)
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(shared.PostgresURL)})
	must(err)
	t.Cleanup(db.Close)
	pools, err := storage.OpenPools(storage.PoolsOptions{Pools: []storage.PoolOptions{{Name: "one", URI: secret.New(shared.MongoURIs[0]), Database: "personal"}}, Timeout: time.Minute, Logger: quiet})
	must(err)
	t.Cleanup(func() {
		ended, end := context.WithCancel(context.Background())
		end()
		if err := pools.Run(ended); err != nil {
			t.Error(err)
		}
	})
	audience := filter.NewAudience(pools, time.Now)
	rates, err := storage.NewRateLimiter(nil, storage.RateLimiterOptions{Now: time.Now})
	must(err)
	sessions, err := web.NewSessions(db, web.SessionOptions{Logger: quiet, ConnWait: 4 * time.Second})
	must(err)
	server, err := web.New(web.Deps{Metrics: prometheus.NewRegistry(), Latency: latency.New(time.Now), Texts: texts}, web.Options{
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Logger: quiet, Now: time.Now,
		Limits: web.Limits{AddressPerSecond: 1000, GlobalPerSecond: 1000, Reads: 1000, Writes: 1000, SignIns: 1000},
	})
	must(err)
	Add(web.NewAPI(server, sessions, web.APIOptions{About: "Personal data.", Version: "test", BotToken: secret.New(botToken)}), Options{
		Own: personal.NewOwn(personal.New(db, audience, time.Now), rates, quiet), Phrases: texts, Language: func(context.Context, int64) string { return "hi" },
		SignOut: func(ctx context.Context, person int64) error { return sessions.CloseAll(ctx, web.UserID(person)) },
	})
	l := httptest.NewServer(server)
	t.Cleanup(l.Close)
	page := caller.New(t, l.URL)
	t.Cleanup(page.Client.CloseIdleConnections)
	page.Describe(&served)
	return &desk{page, db, audience}
}

// signIn signs a person in and returns the access token.
func (d *desk) signIn(t *testing.T, person int64) string {
	t.Helper()
	data, err := miniapp.InitData(botToken, world.User{ID: person}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var tokens web.TokensBody
	a := d.page.Do(caller.Request{Method: http.MethodPost, Path: web.APIPath + "/sessions", Body: map[string]string{"init_data": data, "client_id": "the-phone-0123456789"}})
	a.Want(t, "sign in", http.StatusCreated, "")
	a.Into(t, &tokens)
	return tokens.AccessToken
}

func TestDescription_IsTheOneInReview(t *testing.T) {
	t.Parallel()
	d := open(t)
	a := d.page.Do(caller.Request{Path: "/api/openapi.json"})
	a.Want(t, "the description", http.StatusOK, "")
	golden.CheckJSON(t, "openapi", a.Body)
}
