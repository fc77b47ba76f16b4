package archivechaos_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pavilion/sandbox/archivechaos"
	"pavilion/sandbox/child"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRun_TheIndexHasWhatTelegramHasAfterEveryFault is the small form of `make chaos-index`.
func TestRun_TheIndexHasWhatTelegramHasAfterEveryFault(t *testing.T) {
	t.Parallel()
	program, err := child.Build(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute) // half a minute, on a machine of its own
	defer cancel()
	var out strings.Builder
	err = archivechaos.Run(ctx, archivechaos.Options{Events: 2000, PerSecond: 150, Binary: program, Searches: 30, Short: true}, &out)
	t.Logf("\n%s", out.String())
	if err != nil {
		t.Error(err)
	}
}
