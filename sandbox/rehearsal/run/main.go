// Command run is `make rehearse`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"pavilion/sandbox/rehearsal"
)

const (
	rounds  = 2
	members = 8
	httpGap = time.Second
	botGap  = 15 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	o := rehearsal.Options{Binary: "", Previous: os.Getenv("FROM"), Rounds: rounds, Members: members, Short: false, HTTPGap: httpGap, BotGap: botGap}
	if n, err := strconv.Atoi(os.Getenv("ROUNDS")); err == nil {
		o.Rounds = n
	}
	err := rehearsal.Run(ctx, o, os.Stderr, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
