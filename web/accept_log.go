package web

import (
	"context"
	"log" //nolint:depguard // the type of net/http's ErrorLog
	"log/slog"
	"strings"
	"sync"
	"time"
)

// acceptWarnEvery is the least time between two warnings that connections cannot be accepted: net/http retries up to a hundred times a second.
const acceptWarnEvery = time.Minute

// serverErrors receives the lines that net/http logs. One about connections that cannot be accepted needs an operator; the others are about clients.
type serverErrors struct {
	log *slog.Logger
	now func() time.Time

	mu     sync.Mutex
	warned time.Time
	missed int // lines since the last warning
}

// errorLog returns net/http's logger.
func (s *Server) errorLog() *log.Logger {
	return log.New(&serverErrors{log: s.log, now: s.opts.Now}, "", 0)
}

// Write logs one line.
func (e *serverErrors) Write(p []byte) (int, error) {
	line, ctx := strings.TrimSpace(string(p)), context.Background()
	if !strings.Contains(line, "Accept error") {
		e.log.LogAttrs(ctx, slog.LevelDebug, "http server", slog.String("error", line))
		return len(p), nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	if !e.warned.IsZero() && now.Sub(e.warned) < acceptWarnEvery {
		e.missed++
		return len(p), nil
	}
	e.log.LogAttrs(ctx, slog.LevelWarn, "connections cannot be accepted", slog.String("error", line), slog.Int("not_logged", e.missed))
	e.warned, e.missed = now, 0
	return len(p), nil
}
