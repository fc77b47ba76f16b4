// Command run is `make chaos-index`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"pavilion/sandbox/archivechaos"
)

const (
	events   = 200_000
	lasts    = 400 // seconds, about as long as the faults
	searches = 300
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	o := archivechaos.Options{Events: events, PerSecond: 0, Binary: "", Searches: searches, Short: false}
	if n, err := strconv.Atoi(os.Getenv("CHAOS_EVENTS")); err == nil {
		o.Events = n
	}
	o.PerSecond = max(1, o.Events/lasts) // every fault happens during events
	err := archivechaos.Run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
