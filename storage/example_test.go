package storage_test

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgconn"

	"pavilion/internal/secret"
	"pavilion/storage"
)

// Callers tell errors of Postgres apart by code and constraint, never by text.
func ExampleViolated() {
	err := fmt.Errorf("hold net 4: %w", &pgconn.PgError{Code: "23P01", ConstraintName: "booking_slot_no_overlap"})
	fmt.Println(storage.SQLState(err), storage.Violated(err, "booking_slot_no_overlap"), storage.Unreachable(err))

	full := &pgconn.PgError{Code: "53300"} // too many connections
	fmt.Println(storage.Unreachable(full))
	// Output:
	// 23P01 true false
	// true
}

// Opening needs no server. Run closes the pools when its context ends.
func ExampleOpenPools() {
	pools, err := storage.OpenPools(storage.PoolsOptions{
		Pools:  []storage.PoolOptions{{Name: "archive 1", URI: secret.New("mongodb://127.0.0.1:1/archive"), Database: "archive"}},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, pool := range pools.Writable(context.Background()) {
		fmt.Println(pool.Name(), pool.State().Breaker, pool.State().LimitBytes>>20, "MB")
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	fmt.Println(pools.Run(stopped))
	// Output:
	// archive 1 closed 512 MB
	// <nil>
}
