package storage

import (
	"context"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
)

// refusals counts the statements and connections that Postgres refused.
type refusals struct {
	counts map[string]int64
	last   map[string]time.Time
}

// noteRefusal counts err if it is a refusal.
func (t *QueryTracer) noteRefusal(err error, now time.Time) {
	reason := refusalReason(err)
	if reason == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused.counts[reason]++
	t.refused.last[reason] = now
}

// Refusals returns how often Postgres refused, by reason.
func (t *QueryTracer) Refusals() map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.refused.counts)
}

// RefusedWithin reports whether Postgres refused for that reason in the last time.
func (t *QueryTracer) RefusedWithin(reason string, span time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.refused.last[reason]
	return ok && t.now().Sub(at) < span
}

// TraceConnectStart does nothing.
func (*QueryTracer) TraceConnectStart(ctx context.Context, _ pgx.TraceConnectStartData) context.Context {
	return ctx
}

// TraceConnectEnd counts a connection that was refused.
func (t *QueryTracer) TraceConnectEnd(_ context.Context, d pgx.TraceConnectEndData) {
	t.noteRefusal(d.Err, t.now())
}
