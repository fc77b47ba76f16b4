package plans

import (
	"context"
	"runtime"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// samples is the number of argument lists that are kept for each statement.
const samples = 4

// Recorder is a tracer of pgx that collects statements with their arguments. It ignores statements that test files send themselves.
type Recorder struct {
	mu         sync.Mutex
	statements map[string][][]any
}

// NewRecorder returns an empty Recorder.
func NewRecorder() *Recorder { return &Recorder{statements: map[string][][]any{}} }

// TraceQueryStart records a statement.
func (r *Recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.record(data.SQL, data.Args)
	return ctx
}

// TraceQueryEnd does nothing.
func (*Recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart records the statements of a batch.
func (r *Recorder) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	for _, q := range data.Batch.QueuedQueries {
		r.record(q.SQL, q.Arguments)
	}
	return ctx
}

// TraceBatchQuery does nothing.
func (*Recorder) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd does nothing.
func (*Recorder) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (r *Recorder) record(sql string, args []any) {
	first, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(sql)), " ")
	switch strings.TrimSpace(strings.Fields(first + " -")[0]) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
	default: // BEGIN and the like have no plan
		return
	}
	if sentByTest() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.statements[sql]; len(known) < samples {
		r.statements[sql] = append(known, args)
	}
}

// sentByTest reports whether the nearest caller outside of pgx, this package and storage is in a test file.
func sentByTest() bool {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		switch {
		case strings.Contains(frame.Function, "jackc/pgx"), strings.Contains(frame.File, "sandbox/plans"), strings.Contains(frame.File, "/storage/"):
		default:
			return strings.HasSuffix(frame.File, "_test.go")
		}
		if !more {
			return false
		}
	}
}
