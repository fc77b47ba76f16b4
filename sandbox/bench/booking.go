package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/booking"
	"pavilion/internal/secret"
	"pavilion/sandbox"
	"pavilion/sandbox/child"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// bookingBench measures bookings: the real binary with the role http on private servers, and clients that use only its port.
type bookingBench struct {
	out     io.Writer
	dir     string
	engines *engines.Engines
	binary  string
	addr    string
	server  *child.Process
	conns   conns
	db      *pgxpool.Pool
	service *booking.Service // for the club's settings
	filled  int64            // number of past bookings so far
	club    clubFigures
	members []member
	slots   atomic.Int64 // slots used so far
	keys    atomic.Int64
	loads   []*load
	sizes   []int // numbers of past bookings beside which holds are measured
}

// runBooking measures all figures of bookings.
func runBooking(ctx context.Context, out io.Writer) (err error) {
	b := &bookingBench{out: out}
	if b.sizes, err = sizesIn("BENCH_BOOKINGS", 1000, 1_000_000); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.open(ctx); err != nil {
		return err
	}
	var version string
	if err := b.db.QueryRow(ctx, `SHOW server_version`).Scan(&version); err != nil {
		return fmt.Errorf("ask the server's version: %w", err)
	}
	var fsync string
	if err := b.db.QueryRow(ctx, `SHOW fsync`).Scan(&fsync); err != nil {
		return fmt.Errorf("ask the server's settings: %w", err)
	}
	fmt.Fprintf(out, "# Postgres %s (fsync %s), %d clients, %d processors, everything on them, %s %s/%s\n", version, fsync, holders, runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, step := range []func(context.Context) error{b.holds, b.hotHour, b.opposite, b.availability, b.table} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (b *bookingBench) open(ctx context.Context) (err error) {
	if b.dir, err = os.MkdirTemp("", "pavilion-bench-"); err != nil {
		return fmt.Errorf("folder of the bench: %w", err)
	}
	if b.engines, err = engines.Start(ctx, engines.Options{Postgres: true, Redis: true, Statements: true, Durable: os.Getenv("BENCH_FSYNC") != "off"}); err != nil {
		return err
	}
	if b.binary, err = child.Build(ctx, b.dir, false); err != nil {
		return err
	}
	if err := b.start(ctx, b.engines.PostgresURL); err != nil {
		return err
	}
	if b.db, err = storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(b.engines.PostgresURL)}); err != nil {
		return err
	}
	if b.service, err = booking.New(booking.Options{DB: b.db, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		return err
	}
	if b.club, err = makeClub(ctx, b.db, b.service); err != nil {
		return fmt.Errorf("make a club: %w", err)
	}
	b.members, err = b.signInAll(ctx)
	return err
}

// start starts the binary on a Postgres and waits until it serves.
func (b *bookingBench) start(ctx context.Context, postgresURL string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("free port: %w", err)
	}
	b.addr = l.Addr().String()
	if err := l.Close(); err != nil {
		return fmt.Errorf("free port: %w", err)
	}
	const plenty = "100000000" // so high that no limit applies
	// Reading the log of thousands of requests a second would take time from the server.
	b.server, err = child.StartIntoFile(filepath.Join(b.dir, "log"), b.binary, map[string]string{
		"PAVILION_ROLES": "http", "PAVILION_HTTP_ADDR": b.addr, "PAVILION_BOT_TOKEN": sandbox.BotToken, "PAVILION_API_ID": "1", "PAVILION_API_HASH": "hash",
		"PAVILION_POSTGRES_URL": postgresURL, "PAVILION_REDIS_URL": b.engines.RedisURL,
		"PAVILION_MONGO_URIS":              "mongodb://127.0.0.1:1/none", // bookings work without the archive
		"PAVILION_HTTP_ADDRESS_PER_SECOND": plenty, "PAVILION_HTTP_PER_SECOND": plenty, "PAVILION_HTTP_READS_PER_MINUTE": plenty,
		"PAVILION_HTTP_WRITES_PER_MINUTE": plenty, "PAVILION_HTTP_SIGN_INS_PER_MINUTE": plenty,
		"PAVILION_OPERATOR_TOKEN": operatorToken,
	})
	if err != nil {
		return err
	}
	return b.until(ctx, "the server is ready", func(parts map[string]string) bool { return parts["schema"] == "ok" && parts["redis"] == "ok" })
}

var errNotSo = errors.New("it did not become so in time")

// until waits until the server's report satisfies a condition.
func (b *bookingBench) until(ctx context.Context, what string, wanted func(parts map[string]string) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errNotSo)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond) // a starting server cannot send a signal
	defer tick.Stop()
	for {
		if answer, err := b.ask(ctx, request{path: "/health"}); err == nil {
			var report struct {
				Parts map[string]struct{ State string } `json:"parts"`
			}
			if json.Unmarshal(answer.body, &report) == nil {
				states := map[string]string{}
				for name, part := range report.Parts {
					states[name] = part.State
				}
				if wanted(states) {
					return nil
				}
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: %s", what, context.Cause(ctx), b.server.Log())
		case <-tick.C:
		}
	}
}

// direct makes the server use another address of Postgres.
func (b *bookingBench) direct(ctx context.Context, postgresURL string) error {
	if err := b.server.Stop(); err != nil {
		return err
	}
	return b.start(ctx, postgresURL)
}

func (b *bookingBench) close() error {
	var errs []error
	b.conns.close()
	if b.server != nil {
		errs = append(errs, b.server.Stop())
	}
	if b.db != nil {
		b.db.Close()
	}
	if b.engines != nil {
		errs = append(errs, b.engines.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(b.dir))...)
}

// figure prints one figure.
func (b *bookingBench) figure(name string, value float64, unit string, baseline float64) {
	fmt.Fprintf(b.out, "figure %s %.4g %s baseline %.4g ratio %.3g\n", name, value, unit, baseline, value/cmp.Or(baseline, 1))
}
