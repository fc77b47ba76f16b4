// Command pavilion is a club's Telegram bot and API: file search and net booking.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a container has no zone files

	"pavilion/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(app.Main(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}
