package archivechaos_test

import (
	"bytes"
	"testing"

	"pavilion/sandbox/archivechaos"
)

// TestRun_TheIndexHasWhatTelegramHasAfterEveryFault is a short `make chaos-index`: every kind of fault, each for a moment.
func TestRun_TheIndexHasWhatTelegramHasAfterEveryFault(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := archivechaos.Run(t.Context(), archivechaos.Options{
		Events: 2_000, PerSecond: 200, Binary: "", Searches: 30, Short: true,
	}, &out)
	t.Logf("\n%s", out.String())
	if err != nil {
		t.Error(err)
	}
}
