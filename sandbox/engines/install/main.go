// Command install makes sure that every private server can start on this machine, and that Node.js and its packages are there for the foreign
// client and Chromium for the pages, so that no test's time limit pays for an installation.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"pavilion/sandbox/engines"
	"pavilion/sandbox/install"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	e, err := engines.Start(ctx, engines.Options{Postgres: true, Redis: true, MongoPools: 1})
	if err == nil {
		fmt.Printf("servers for the tests: Postgres, Redis, MongoDB (%s)\n", e.MongoServer)
		err = e.Close()
	}
	if err == nil {
		_, _, err = install.Node(ctx, filepath.Join("e2e", "foreign"))
	}
	if err == nil {
		_, err = install.Chromium(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // nothing is left to clean up
	}
}
