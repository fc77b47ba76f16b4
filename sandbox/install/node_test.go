package install_test

import (
	"path/filepath"
	"strings"
	"testing"

	"pavilion/sandbox/install"
)

func TestNode_MissingIsSaidInOneLine(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("PAVILION_CACHE", t.TempDir())
	_, _, err := install.Node(t.Context(), filepath.Join("..", "..", "e2e", "foreign"))
	if err == nil || !strings.Contains(err.Error(), "apt install nodejs npm") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}
