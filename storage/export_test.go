package storage

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// SetConnect replaces the resolution of a mongodb+srv URI. Call it before the pool is used.
func (p *Pool) SetConnect(connect func() (*mongo.Client, error)) { p.client.connect = connect }

// LocalKeys is the number of keys that a limiter holds in memory.
func LocalKeys(l *RateLimiter) int { return l.local.Len() }

// ForecastFull forecasts the day on which a pool is full.
var ForecastFull = forecastFull //nolint:gochecknoglobals // a function

// Hangs asks the pool's probe.
func (h BoundedPool) Hangs(ctx context.Context) bool { return h.probe.hangs(ctx) }

// CancelIfHung watches a statement.
func (h BoundedPool) CancelIfHung(ctx context.Context, cancel context.CancelCauseFunc) func() error {
	return h.cancelIfHung(ctx, cancel)
}
