package storage

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/latency"
)

// QueryTracer records the queries of a pool by their text, with the duration and errors of each, and counts what Postgres refuses. The text has
// $1 for values, so no value is stored.
type QueryTracer struct {
	latency *latency.Recorder
	now     func() time.Time

	seed maphash.Seed

	mu      sync.Mutex
	kinds   map[uint64]*QueryKind // by the hash of the full text
	refused refusals
}

// QueryKind has the figures of one statement in the last minutes.
type QueryKind struct {
	SQL    string        `json:"sql"`
	Count  int64         `json:"count"`
	Errors int64         `json:"errors"`
	Max    time.Duration `json:"-"`
	Total  time.Duration `json:"-"`
	since  time.Time
}

const (
	maxQueryKinds = 500 // the code has fewer statements; more would mean SQL that is built from values
	maxQueryText  = 300 // bytes of a statement's text in a report
)

// NewQueryTracer makes a tracer for PostgresOptions. It also records every query in r, as the operation "postgres".
func NewQueryTracer(r *latency.Recorder, now func() time.Time) *QueryTracer {
	return &QueryTracer{latency: r, now: now, seed: maphash.MakeSeed(), kinds: map[uint64]*QueryKind{}, refused: refusals{counts: map[string]int64{}, last: map[string]time.Time{}}}
}

type queryStart struct {
	queries []*pgx.QueuedQuery // one, or those of a batch
	at      time.Time
}

// hash returns the hash of the full text.
func (q queryStart) hash(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, one := range q.queries {
		_, _ = h.WriteString(one.SQL) // cannot fail
		_ = h.WriteByte(';')
	}
	return h.Sum64()
}

// text returns the text in one line, cut to maxQueryText.
func (q queryStart) text() string {
	texts := make([]string, len(q.queries))
	for i, one := range q.queries {
		texts[i] = strings.Join(strings.Fields(one.SQL), " ")
	}
	text := strings.Join(texts, "; ")
	return text[:min(len(text), maxQueryText)]
}

type queryStartKey struct{}

// TraceQueryStart records the start of a query.
func (t *QueryTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, queryStartKey{}, queryStart{[]*pgx.QueuedQuery{{SQL: d.SQL}}, t.now()})
}

// TraceQueryEnd counts the query.
func (t *QueryTracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryEndData) {
	q, ok := ctx.Value(queryStartKey{}).(queryStart)
	if !ok {
		return
	}
	t.countQuery(q, d.Err)
}

type batchStartKey struct{}

// TraceBatchStart records the start of a batch. Postgres answers the statements of a batch together, so they count as one query.
func (t *QueryTracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	return context.WithValue(ctx, batchStartKey{}, queryStart{d.Batch.QueuedQueries, t.now()})
}

// TraceBatchQuery does nothing.
func (*QueryTracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd counts the batch.
func (t *QueryTracer) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchEndData) {
	if b, ok := ctx.Value(batchStartKey{}).(queryStart); ok {
		t.countQuery(b, d.Err)
	}
}

func (t *QueryTracer) countQuery(q queryStart, err error) {
	now := t.now()
	took := now.Sub(q.at)
	t.latency.Observe("postgres", took)
	t.noteRefusal(err, now)
	hash := q.hash(t.seed)
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.kinds[hash]
	if k == nil || now.Sub(k.since) > latency.Window {
		if k == nil && len(t.kinds) >= maxQueryKinds {
			return
		}
		k = &QueryKind{SQL: q.text(), since: now}
		t.kinds[hash] = k
	}
	k.Count++
	k.Total += took
	k.Max = max(k.Max, took)
	if err != nil {
		k.Errors++
	}
}

// Slowest returns the n statements with the longest single run.
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
