package e2e_test

import (
	"context"
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

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "pavilion-e2e-")
	if err == nil {
		defer os.RemoveAll(dir) //nolint:errcheck // a folder of temporary files
		binary, err = child.Build(context.Background(), dir, raceEnabled)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
