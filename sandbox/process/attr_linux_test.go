package process_test

import (
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestStart_AChildDiesWithItsParent: the child holds the pipe, so the pipe's end is the child's.
func TestStart_AChildDiesWithItsParent(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // only read from
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.CommandContext(t.Context(), self)
	parent.Env, parent.Stdout = append(os.Environ(), asParent+"=1"), w
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close() // the children have theirs
	if err := r.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // killed
	if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
		t.Errorf("the child outlives its parent: %q, %v", rest, err)
	}
}
