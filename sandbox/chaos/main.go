package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errFailed = errors.New("a check failed")

// run injects every fault, prints the table and checks the final state.
func run(ctx context.Context, out io.Writer) (err error) {
	s, err := openScene(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r := newRecord()
	load, stop := context.WithCancel(ctx)
	defer stop()
	clients, done := s.startClients(load, r)
	for _, f := range s.faults() {
		if err := r.inject(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s: over\n", f.name)
	}
	stop()
	done()
	ok := r.print(out)
	findings := s.check(ctx, clients)
	fmt.Fprintf(out, "\n%s\n", s.summary(clients))
	for _, f := range findings {
		fmt.Fprintf(out, "FAIL  %s\n", f)
	}
	if !ok || len(findings) > 0 {
		return errFailed
	}
	fmt.Fprintln(out, strings.TrimSpace(`ok    nothing was lost or doubled, nothing overlaps, and every key has its answer`))
	return nil
}
