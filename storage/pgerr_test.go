package storage_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"pavilion/storage"
)

func TestUnreachable_CodesThatALaterTryMayNotMeet(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		"08006": true, "57P01": true, "57P02": true, "57P03": true, "57P05": true, // connection, shutdown, startup
		"53000": true, "53100": true, "53200": true, "53300": true, "58030": true, // disk, memory, connections, I/O
		"25006": true, // read-only
		"55000": true, // a function that needs a primary, on a replica
		"23505": false, "40001": false, "42P01": false, "57014": false, "25P02": false, "55P03": false,
	} {
		if got := storage.Unreachable(fmt.Errorf("hold net 4: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
}
