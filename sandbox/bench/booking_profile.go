package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

const operatorToken = "the operator of the bench" // of a private server

var errProfile = errors.New("no CPU profile")

// profile takes a CPU profile of the server during most of a round, for the folder BENCH_PROFILES. It takes none if the variable is empty. wait returns
// when the profile is stored.
func (b *bookingBench) profile(ctx context.Context, name string) (wait func() error) {
	folder := os.Getenv("BENCH_PROFILES")
	if folder == "" {
		return func() error { return nil }
	}
	done := make(chan error, 1)
	go func() {
		a, err := b.ask(ctx, request{path: fmt.Sprintf("/operator/profiles/cpu?seconds=%d", roundTime/time.Second-1), token: operatorToken})
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("%w: %d %s", errProfile, a.status, a.body)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s_%d.pprof", name, b.slots.Load())), a.body, 0o600)
		}
		done <- err
	}()
	return func() error { return <-done }
}
