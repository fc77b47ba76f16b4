package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/latency"
)

// QueryTracer is told of every query of a pool and remembers the slowest kinds. A kind is the text with its $1: values are never kept.
type QueryTracer struct {
	latency *latency.Recorder
	now     func() time.Time

	mu    sync.Mutex
	kinds map[string]*QueryKind // by text as it was sent
}

// QueryKind is one statement and how it did in the last minutes.
type QueryKind struct {
	SQL    string        `json:"sql"`
	Count  int64         `json:"count"`
	Errors int64         `json:"errors"`
	Max    time.Duration `json:"-"`
	Total  time.Duration `json:"-"`
	since  time.Time
}

const (
	queryKinds = 500 // statements are written in code, so there are few; more means that somebody builds SQL from values
	queryText  = 300 // of a statement's text that is kept
)

// NewQueryTracer makes a tracer for PostgresOptions; it counts all queries together as one operation of the recorder.
func NewQueryTracer(r *latency.Recorder, now func() time.Time) *QueryTracer {
	return &QueryTracer{latency: r, now: now, kinds: map[string]*QueryKind{}}
}

type queryStart struct {
	sql string
	at  time.Time
}

type queryStartKey struct{}

// TraceQueryStart notes the time.
func (t *QueryTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, queryStartKey{}, queryStart{d.SQL, t.now()})
}

// TraceQueryEnd counts the query.
func (t *QueryTracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryEndData) {
	q, ok := ctx.Value(queryStartKey{}).(queryStart)
	if !ok {
		return
	}
	t.count(q, d.Err)
}

type batchStartKey struct{}

// TraceBatchStart notes the time. Postgres answers all statements of a batch together, so they count as one, in the order in which they went.
func (t *QueryTracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	texts := make([]string, len(d.Batch.QueuedQueries))
	for i, q := range d.Batch.QueuedQueries {
		texts[i] = q.SQL
	}
	return context.WithValue(ctx, batchStartKey{}, queryStart{strings.Join(texts, "; "), t.now()})
}

// TraceBatchQuery has nothing to add.
func (*QueryTracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd counts the batch.
func (t *QueryTracer) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchEndData) {
	if b, ok := ctx.Value(batchStartKey{}).(queryStart); ok {
		t.count(b, d.Err)
	}
}

func (t *QueryTracer) count(q queryStart, err error) {
	now := t.now()
	took := now.Sub(q.at)
	t.latency.Observe("postgres", took)
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.kinds[q.sql]
	if k == nil || now.Sub(k.since) > latency.Window {
		if k == nil && len(t.kinds) >= queryKinds {
			return
		}
		text := strings.Join(strings.Fields(q.sql), " ")
		k = &QueryKind{SQL: text[:min(len(text), queryText)], since: now}
		t.kinds[q.sql] = k
	}
	k.Count++
	k.Total += took
	k.Max = max(k.Max, took)
	if err != nil {
		k.Errors++
	}
}

// Slowest returns the n kinds whose slowest run took longest.
func (t *QueryTracer) Slowest(n int) []QueryKind {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []QueryKind
	for _, k := range t.kinds {
		if t.now().Sub(k.since) <= latency.Window {
			out = append(out, *k)
		}
	}
	slices.SortFunc(out, func(a, b QueryKind) int { return cmp.Or(cmp.Compare(b.Max, a.Max), cmp.Compare(a.SQL, b.SQL)) })
	return out[:min(n, len(out))]
}
