package storage_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/internal/secret"
	"pavilion/storage"
)

func srvPools(t *testing.T) *storage.Pools {
	t.Helper()
	ps, err := storage.OpenPools(storage.PoolsOptions{Pools: []storage.PoolOptions{
		{Name: "a", URI: secret.New(servers(t).MongoURIs[0]), Database: "pavilion"},
		{Name: "b", URI: secret.New("mongodb+srv://user:secret@cluster.invalid/pavilion"), Database: "pavilion"},
	}, Timeout: 10 * time.Second, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("the start needs a name server: %v", err)
	}
	return ps
}

func TestPools_AnUnresolvableNameHidesOneDatabaseOnly(t *testing.T) {
	ps := srvPools(t)
	a, b := ps.All()[0], ps.All()[1]
	if err := a.Do(t.Context(), "insert", insertThing); err != nil {
		t.Error(err)
	}
	if err := b.Do(t.Context(), "insert", insertThing); !errors.Is(err, storage.ErrPoolDown) {
		t.Errorf("err = %v, want ErrPoolDown", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := ps.Run(stopped); err != nil {
		t.Error(err)
	}
}

func TestPools_AResolvedNameComesBackByItself(t *testing.T) {
	ps := srvPools(t)
	b := ps.All()[1]
	var resolves atomic.Bool
	b.SetConnect(func() (*mongo.Client, error) {
		if !resolves.Load() {
			return nil, errors.New("no such host")
		}
		return mongo.Connect(options.Client().ApplyURI(servers(t).MongoURIs[1]))
	})
	recovered := make(chan string, 1)
	ps.OnRecover(func(_ context.Context, p *storage.Pool) { recovered <- p.Name() })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- ps.Run(ctx) }()
	eventually(t, "the breaker opens", b.Down)
	resolves.Store(true)
	select {
	case name := <-recovered:
		if name != "b" {
			t.Errorf("recovered %s", name)
		}
	case <-time.After(time.Minute):
		t.Fatal("b did not come back by itself")
	}
	if err := b.Do(ctx, "insert", insertThing); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
