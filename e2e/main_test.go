package e2e_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"

	"pavilion/sandbox/child"
)

// binary is the program under test, with the race detector where the tests have it; linking it takes longer than most tests.
var binary string //nolint:gochecknoglobals // built once

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

// testsAtOnce is the number of tests at once. They mostly wait for the timers of the program under test, so more of them fit than there are processors.
const testsAtOnce = "4"

func run(m *testing.M) int {
	flag.Parse()
	err := flag.Set("test.parallel", testsAtOnce)
	dir, derr := os.MkdirTemp("", "pavilion-e2e-")
	if err = errors.Join(err, derr); err == nil {
		defer os.RemoveAll(dir) //nolint:errcheck // a folder of temporary files
		binary, err = child.Build(context.Background(), dir, raceEnabled)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
