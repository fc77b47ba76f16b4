package engines

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Each server wants a port that another process has taken meanwhile.
func TestStart_ATakenPortIsReplaced(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	taken, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // nothing was accepted
	const servers = 3
	var picks atomic.Int32
	e, err := Start(ctx, Options{Postgres: true, Redis: true, MongoPools: 1, pickPort: func() (int, error) {
		if picks.Add(1) <= servers {
			return taken.Addr().(*net.TCPAddr).Port, nil //nolint:forcetypeassert // a TCP listener has a TCP address
		}
		return reservePort()
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close() //nolint:errcheck // the checks below count
	if got := picks.Load(); got < 2*servers {
		t.Errorf("%d ports were picked, want one more for each server", got)
	}
}

// A server of another process answers at the port. Its data is not the caller's.
func TestPing_TellsAnotherServer(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	e, err := Start(ctx, Options{Postgres: true, Redis: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close() //nolint:errcheck // the checks below count
	if err := pingPostgres(ctx, e.PostgresURL, "/elsewhere"); !errors.Is(err, errOther) {
		t.Errorf("Postgres: %v", err)
	}
	if err := pingRedis(ctx, e.RedisURL, "/elsewhere"); !errors.Is(err, errOther) {
		t.Errorf("Redis: %v", err)
	}
}

// A port that one call has got stays out of the way of others while its server is down, and lets the server start again.
func TestFreeAddr_KeepsThePort(t *testing.T) {
	addr, err := FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil || host != "127.0.0.1" {
		t.Fatalf("%q: %v", addr, err)
	}
	taken := func(when string) {
		t.Helper()
		if err := bindOnly(port); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%s the port is given again: %v", when, err)
		}
	}
	taken("before the server starts")
	for range 2 {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		taken("while the server listens")
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		taken("after the server has ended")
	}
}
