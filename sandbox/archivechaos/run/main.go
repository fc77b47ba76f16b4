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
	events    = 200_000
	perSecond = 500
	searches  = 300
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	o := archivechaos.Options{Events: events, PerSecond: perSecond, Binary: "", Searches: searches, Short: false}
	if n, err := strconv.Atoi(os.Getenv("CHAOS_EVENTS")); err == nil {
		o.Events = n
	}
	err := archivechaos.Run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
