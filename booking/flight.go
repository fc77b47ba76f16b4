package booking

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"
)

// flightTimeout bounds work that several callers wait for.
const flightTimeout = 5 * time.Second

// singleFlight runs fn once for all callers that ask for the same name at the same time. The work belongs to none of them: it outlives a caller
// who leaves, and each caller leaves by its own context.
func singleFlight[T any](ctx context.Context, group *singleflight.Group, name string, fn func(ctx context.Context) (T, error)) (T, error) {
	result := group.DoChan(name, func() (any, error) {
		fctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flightTimeout)
		defer cancel()
		return fn(fctx)
	})
	var none T
	select {
	case <-ctx.Done():
		return none, fmt.Errorf("shared read: %w", context.Cause(ctx))
	case r := <-result:
		if r.Err != nil {
			return none, r.Err
		}
		return r.Val.(T), nil //nolint:forcetypeassert // fn returned it
	}
}
