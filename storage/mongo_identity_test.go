package storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/internal/secret"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// poolsAt opens one pool for each host, with one database name.
func poolsAt(t *testing.T, log *bytes.Buffer, database string, hosts ...string) *storage.Pools {
	t.Helper()
	var opts []storage.PoolOptions
	for i, host := range hosts {
		opts = append(opts, storage.PoolOptions{Name: string(rune('a' + i)), URI: secret.New("mongodb://" + host + "/?directConnection=true"), Database: database})
	}
	ps, err := storage.OpenPools(storage.PoolsOptions{Pools: opts, Timeout: 20 * time.Second, Logger: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ended, end := context.WithCancel(context.Background())
		end()
		if err := ps.Run(ended); err != nil {
			t.Error(err)
		}
	})
	return ps
}

// mongoHost returns the URL of the first server.
func mongoHost(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse(servers(t).MongoURIs[0])
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPools_TwoNamesOfOneDatabaseAreRefused(t *testing.T) {
	host := mongoHost(t)
	var log bytes.Buffer
	database := fmt.Sprintf("twice_%d", time.Now().UnixNano())
	ps := poolsAt(t, &log, database, host.Host, "localhost:"+host.Port())
	err := ps.Identify(t.Context())
	if !errors.Is(err, storage.ErrSameDatabase) || !strings.Contains(err.Error(), "are one database") {
		t.Fatalf("two names of one database: %v", err)
	}
	if len(ps.All()) != 1 || len(ps.Unused()) != 1 || len(ps.Writable(t.Context())) != 1 {
		t.Errorf("%d in use, %d unused, %d writable", len(ps.All()), len(ps.Unused()), len(ps.Writable(t.Context())))
	}
	if err := ps.Unused()[0].Do(t.Context(), "insert", insertThing); !errors.Is(err, storage.ErrSameDatabase) {
		t.Errorf("a call to the second: %v", err)
	}
	both := openPools(t, 0)
	if err := both.Identify(t.Context()); err != nil {
		t.Errorf("two databases of one name on two servers: %v", err)
	}
	if err := storage.Distinct(t.Context(), both.All()[0], both.All()[1]); err != nil {
		t.Error(err)
	}
}

func TestPools_ManyProcessesAtOnceMakeOneIdentity(t *testing.T) {
	host := mongoHost(t)
	database := fmt.Sprintf("race_%d", time.Now().UnixNano())
	var wg sync.WaitGroup
	all := make([]*storage.Pools, 8)
	for i := range all {
		all[i] = poolsAt(t, new(bytes.Buffer), database, host.Host)
		wg.Go(func() {
			if err := all[i].Identify(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, other := range all[1:] {
		if err := storage.Distinct(t.Context(), all[0].All()[0], other.All()[0]); !errors.Is(err, storage.ErrSameDatabase) {
			t.Errorf("two processes read two identities: %v", err)
		}
	}
	if err := all[0].All()[0].Do(t.Context(), "count", func(ctx context.Context, db *mongo.Database) error {
		n, err := db.Collection(storage.IdentityCollection).CountDocuments(ctx, bson.D{})
		if n != 1 {
			t.Errorf("%d identities", n)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

// The second URI of the database becomes reachable after the start.
func TestPools_ASecondNameThatIsReachableLaterStaysUnused(t *testing.T) {
	host := mongoHost(t)
	way, err := engines.OpenDetour(t.Context(), host.Host)
	if err != nil {
		t.Fatal(err)
	}
	way.Cut()
	t.Cleanup(way.Cut)
	var log bytes.Buffer
	ps := poolsAt(t, &log, fmt.Sprintf("later_%d", time.Now().UnixNano()), host.Host, way.Addr())
	if err := ps.Identify(t.Context()); err != nil {
		t.Fatalf("a second database that does not answer: %v", err)
	}
	if err := way.LeadTo(t.Context(), host.Host); err != nil {
		t.Fatal(err)
	}
	late := ps.All()[1]
	for range 3 {
		if err := late.Measure(t.Context()); !errors.Is(err, storage.ErrSameDatabase) {
			t.Errorf("%v", err)
		}
	}
	if late.SameAs() != "a" || len(ps.All()) != 1 {
		t.Errorf("same as %q, %d in use", late.SameAs(), len(ps.All()))
	}
	if n := strings.Count(log.String(), "two URIs name one database"); n != 1 {
		t.Errorf("said %d times:\n%s", n, log.String())
	}
}
