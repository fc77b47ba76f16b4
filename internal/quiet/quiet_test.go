package quiet_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"pavilion/internal/quiet"
)

func TestLogger_PassesWarningsOnly(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := quiet.Logger(slog.New(slog.NewTextHandler(&out, nil))).With("a", 1).WithGroup("g")
	l.InfoContext(t.Context(), "routine")
	l.LogAttrs(t.Context(), slog.LevelWarn, "worth reading", slog.Int("b", 2))
	if got := out.String(); strings.Contains(got, "routine") || !strings.Contains(got, `level=WARN msg="worth reading" a=1 g.b=2`) {
		t.Errorf("logged %q", got)
	}
}
