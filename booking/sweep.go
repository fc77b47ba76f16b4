package booking

import (
	"context"
	"errors"
	"fmt"
)

// sweepPage is how many rows a sweep reads at a time.
const sweepPage = 200

// sweepAll does something to everything that is due, page by page in one order. What fails is left for the next sweep and keeps nothing
// behind it waiting: it is told at the end. Only a database that is away ends the sweep.
func sweepAll[T any](ctx context.Context, page func(ctx context.Context, last *T) ([]T, error), do func(ctx context.Context, one T) error) error {
	var failed []error
	for last := (*T)(nil); ; {
		list, err := page(ctx, last)
		if err != nil {
			return errors.Join(append(failed, translate(ctx, err))...)
		}
		for _, one := range list {
			if err := do(ctx, one); err != nil {
				failed = append(failed, err)
			}
			if ctx.Err() != nil || len(failed) > 0 && errors.Is(failed[len(failed)-1], ErrUnreachable) {
				return errors.Join(append(failed, context.Cause(ctx))...)
			}
		}
		if len(list) < sweepPage {
			break
		}
		last = &list[len(list)-1]
	}
	if len(failed) > 3 {
		failed = append(failed[:3:3], fmt.Errorf("and %d more", len(failed)-3))
	}
	return errors.Join(failed...)
}
