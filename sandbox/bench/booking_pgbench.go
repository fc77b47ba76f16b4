package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pavilion/sandbox/install"
	"pavilion/storage"
)

var (
	errNoPgbench = errors.New("no pgbench found: install it (Debian: apt install postgresql-contrib)")
	errPgbench   = errors.New("pgbench did not do what was compared")
)

// findPgbench finds pgbench, or installs it if that is possible without asking.
func findPgbench(ctx context.Context) (string, error) {
	const places = "/usr/lib/postgresql/*/bin"
	if path, ok := install.Binary("pgbench", places, "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin"); ok {
		return path, nil
	}
	if err := install.Apt(ctx, "postgresql-contrib"); err != nil {
		return "", fmt.Errorf("%w: %w", errNoPgbench, err)
	}
	if path, ok := install.Binary("pgbench", places); ok {
		return path, nil
	}
	return "", errNoPgbench
}

// pgbench runs a script for one round and returns the transactions per second. It fails unless each transaction made a hold.
func (b *bookingBench) pgbench(ctx context.Context, script string) (float64, error) {
	path, err := findPgbench(ctx)
	if err != nil {
		return 0, err
	}
	base := b.slots.Add(roomForOne) - roomForOne
	if base+roomForOne > slots {
		return 0, errFull
	}
	before, err := b.bookings(ctx)
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, path, "--no-vacuum", "--protocol=prepared", fmt.Sprintf("--client=%d", holders), "--jobs=2", //nolint:gosec // our own arguments
		fmt.Sprintf("--time=%d", roundTime/time.Second), "--file="+script, "--define=n=0", fmt.Sprintf("--define=base=%d", base), b.engines.PostgresURL)
	cmd.Env = append(os.Environ(), "PGOPTIONS="+plannerOptions())
	said, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, said)
	}
	done, err := reported(said, `transactions actually processed: (\d+)`)
	if err != nil {
		return 0, err
	}
	after, err := b.bookings(ctx)
	if err != nil {
		return 0, err
	}
	if made := after - before; done == 0 || made != int64(done) {
		return 0, fmt.Errorf("%w: %d holds of %.0f transactions: %s", errPgbench, made, done, said)
	}
	return reported(said, `tps = ([\d.]+)`)
}

// plannerOptions returns storage.PlannerSettings as options of a Postgres connection.
func plannerOptions() string {
	var options strings.Builder
	for name, value := range storage.PlannerSettings() {
		fmt.Fprintf(&options, "-c %s=%s ", name, value)
	}
	return options.String()
}

func (b *bookingBench) bookings(ctx context.Context) (n int64, err error) {
	err = b.db.QueryRow(ctx, `SELECT count(*) FROM booking_slot WHERE state = 'held'`).Scan(&n)
	return n, err
}

// reported finds a number in the output of pgbench.
func reported(said []byte, pattern string) (float64, error) {
	found := regexp.MustCompile(pattern).FindSubmatch(said)
	if found == nil {
		return 0, fmt.Errorf("%w: %s", errPgbench, said)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
