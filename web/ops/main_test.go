package ops

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/sandbox/caller"
	"pavilion/storage"
	"pavilion/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type request = caller.Request

const operatorToken = "operator-token-value"

// bundle is a running server with the operating endpoints, and a test's client of it.
type bundle struct {
	*caller.Caller
	server  *web.Server
	queries *storage.QueryTracer
	logger  *slog.Logger
	log     *caller.Log
	stop    func()
}

func setup(t *testing.T, change func(o *Options)) *bundle {
	t.Helper()
	b := build(t, change)
	b.serve(t)
	return b
}

// build is setup of a server that does not run yet: routes may still be added.
func build(t *testing.T, change func(o *Options)) *bundle {
	t.Helper()
	b := &bundle{log: new(caller.Log)}
	b.logger = slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	registry, recorder := prometheus.NewRegistry(), latency.New(time.Now)
	b.queries = storage.NewQueryTracer(recorder, time.Now)
	var err error
	b.server, err = web.New(web.Deps{Metrics: registry, Latency: recorder, Texts: texts(t)}, web.Options{
		Limits: web.Limits{AddressPerSecond: 100_000, GlobalPerSecond: 100_000, Reads: 100_000, Writes: 100_000, SignIns: 100_000}, Logger: b.logger, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Version: "test", Metrics: registry, Latency: recorder, Queries: b.queries, Token: secret.New(operatorToken), Now: time.Now}
	if change != nil {
		change(&o)
	}
	Add(b.server, o)
	return b
}

// serve runs b's server until the test ends or stop is called.
func (b *bundle) serve(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.Caller = caller.New(t, "http://"+l.Addr().String())
	var running sync.WaitGroup
	running.Go(func() {
		if err := b.server.Serve(ctx, l); err != nil {
			t.Error(err)
		}
	})
	b.stop = sync.OnceFunc(func() {
		b.Client.CloseIdleConnections()
		cancel()
		running.Wait()
	})
	t.Cleanup(b.stop)
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
