package rehearsal_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"pavilion/sandbox/rehearsal"
)

// TestRun_AFleetLosesNothing is a short `make rehearse`: one process of each role is killed, and all are replaced over the schema of a newer release,
// and back. The limits only bound a hang: other tests run on the same processors.
func TestRun_AFleetLosesNothing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := rehearsal.Run(t.Context(), rehearsal.Options{
		Binary: "", Previous: "", Rounds: 0, Members: 3, Short: true, HTTPGap: time.Minute, BotGap: 100 * time.Second,
	}, io.Discard, &out)
	t.Logf("\n%s", out.String())
	if err != nil {
		t.Error(err)
	}
}
