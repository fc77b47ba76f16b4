package quiet_test

import (
	"context"
	"log/slog"
	"os"

	"pavilion/internal/quiet"
)

// A library that logs its routine work gets a quiet logger.
func ExampleLogger() {
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := quiet.Logger(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: noTime})))
	ctx := context.Background()
	logger.LogAttrs(ctx, slog.LevelInfo, "nothing to do")
	logger.LogAttrs(ctx, slog.LevelWarn, "a job was lost", slog.Int("job", 7))
	// Output:
	// level=WARN msg="a job was lost" job=7
}
