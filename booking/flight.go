package booking

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"
)

// flightTimeout bounds a shared call.
const flightTimeout = 5 * time.Second

// singleFlight runs fn once for all callers that pass the same name at the same time. fn's context does not end when a caller's does; a caller
// whose context ends returns without waiting for fn.
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
