package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"pavilion/sandbox"
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

var (
	errSizes = errors.New("not a list of numbers, each at least 1000")
	errOnly  = errors.New("BENCH_ONLY is relevance, search, archive, delivery, booking, broadcast, page, or nothing for all")
)

// bench measures files and searches.
type bench struct {
	scene    *sandbox.Scene
	database *database // the bot's database
	plain    *database // the baselines' database, on the same server
	files    int
	out      io.Writer
}

// run runs the parts that BENCH_ONLY names, or all.
func run(ctx context.Context, out io.Writer) error {
	parts := []struct {
		name string
		run  func(ctx context.Context, out io.Writer) error
	}{{"relevance", runRelevance}, {"search", runSearch}, {"archive", runArchive}, {"delivery", runDelivery}, {"booking", runBooking}, {"broadcast", runBroadcast}, {"page", runPage}}
	only, ran := os.Getenv("BENCH_ONLY"), false
	for _, p := range parts {
		if only != "" && only != p.name {
			continue
		}
		ran = true
		if err := p.run(ctx, out); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if !ran {
		return errOnly
	}
	return nil
}

// runSearch measures all figures of files and searches.
func runSearch(ctx context.Context, out io.Writer) error {
	return withFiles(ctx, out, func(b *bench) []func(context.Context) error {
		return []func(context.Context) error{b.ingest, b.bytes, b.updates, b.search}
	})
}

// runDelivery measures deliveries, and searches behind the limits of each person.
func runDelivery(ctx context.Context, out io.Writer) error {
	return withFiles(ctx, out, func(b *bench) []func(context.Context) error {
		return []func(context.Context) error{b.ingest, b.deliveries, b.searchWithLimits}
	})
}

// withFiles takes steps with an archive of the first number of files in BENCH_FILES.
func withFiles(ctx context.Context, out io.Writer, steps func(b *bench) []func(context.Context) error) (err error) {
	sizes, err := sizesIn("BENCH_FILES", 100_000, 1_000_000)
	if err != nil {
		return err
	}
	b := &bench{files: sizes[0], out: out}
	if err := b.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close(context.WithoutCancel(ctx))) }()
	server, err := b.database.server(ctx)
	if err != nil {
		return err
	}
	b.say("# %s (answers as MongoDB %s), %d files, %d processors, %s %s/%s", b.scene.Engines.MongoServer, server, b.files, runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, step := range steps(b) {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sizesIn reads the sizes in a variable of the environment. It returns the usual ones if the variable is empty.
func sizesIn(variable string, usual ...int) ([]int, error) {
	text := os.Getenv(variable)
	if text == "" {
		return usual, nil
	}
	var sizes []int
	for field := range strings.FieldsSeq(text) {
		n, err := strconv.Atoi(field)
		if err != nil || n < 1000 {
			return nil, fmt.Errorf("%s: %w", variable, errSizes)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.out, format+"\n", args...) }

// figure prints one figure.
func (b *bench) figure(name string, value float64, unit string, baseline float64) {
	b.say("figure %s %.4g %s baseline %.4g ratio %.3g", name, value, unit, baseline, value/baseline)
}
