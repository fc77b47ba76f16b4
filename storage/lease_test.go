package storage_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"pavilion/storage"
)

// A holder that is cut off from Postgres stops when its lease expires, before the standby begins. Later it gets the lease again. Without a standby
// it continues.
func TestLease_AHolderThatIsCutOffStopsInTime(t *testing.T) {
	direct := openPostgres(t)
	way, host, far := throughDetour(t)
	const ttl = 3 * time.Second // a busy machine delays a renewal by seconds
	lease := func(db storage.Queryer, holder string) *storage.Lease {
		return storage.NewLease(db, storage.LeaseOptions{Name: "cut", Holder: holder, TTL: ttl, Logger: slog.New(slog.DiscardHandler)})
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	lost := make(chan error, 2)
	begun, over := make(chan struct{}, 2), make(chan struct{}, 2)
	running.Go(func() {
		for ctx.Err() == nil {
			lost <- lease(far, "far").Run(ctx, func(ctx context.Context) error {
				begun <- struct{}{}
				<-ctx.Done()
				over <- struct{}{}
				return nil
			})
		}
	})
	<-begun

	// Without a standby it continues through an outage that is twice as long as the lease.
	way.Cut()
	select {
	case <-over:
		t.Error("stopped without a standby")
	case <-time.After(2 * ttl):
	}
	if err := way.LeadTo(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the lease is renewed", func() bool {
		var valid bool
		err := direct.QueryRow(t.Context(), `SELECT expires_at > clock_timestamp() FROM lease WHERE name = 'cut' AND holder = 'far'`).Scan(&valid)
		return err == nil && valid
	})

	sctx, stopStandby := context.WithCancel(ctx)
	standbyBegun := make(chan struct{})
	running.Go(func() {
		_ = lease(direct, "near").Run(sctx, func(ctx context.Context) error {
			close(standbyBegun)
			<-ctx.Done()
			return nil
		})
	})
	var renewed time.Time
	eventually(t, "the holder renews after the standby's try", func() bool {
		return direct.QueryRow(t.Context(), `SELECT expires_at FROM lease WHERE name = 'cut' AND holder = 'far' AND standby_at < expires_at - $1::interval`, ttl).Scan(&renewed) == nil
	})
	eventually(t, "it renews again, so it has the answer that tells of the standby", func() bool {
		var again bool
		err := direct.QueryRow(t.Context(), `SELECT expires_at > $1 FROM lease WHERE name = 'cut' AND holder = 'far'`, renewed).Scan(&again)
		return err == nil && again
	})
	way.Cut()
	select {
	case <-standbyBegun:
	case <-time.After(20 * ttl):
		t.Fatal("the standby does not begin")
	}
	select {
	case <-over:
	case <-time.After(time.Second): // its lease ends first, but its goroutine may have to wait for a processor
		t.Fatal("two processes act")
	}
	if err := <-lost; !errors.Is(err, storage.ErrLeaseLost) {
		t.Errorf("it ended with %v", err)
	}
	if err := way.LeadTo(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	stopStandby()
	select {
	case <-begun:
	case <-time.After(20 * ttl):
		t.Error("it does not take part again")
	}
}
