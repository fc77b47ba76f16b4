package booking

import (
	"context"
	"errors"
	"fmt"
)

// sweepPage is the number of rows that a sweep reads at a time.
const sweepPage = 200

// sweepAll reads items that are due, page by page, and calls do for each. page gets the last item of the page before, or nil. When do fails, the sweep
// goes on with the next item and returns the errors at the end. It stops early only when ctx ends or the database cannot be reached.
func sweepAll[T any](ctx context.Context, page func(ctx context.Context, last *T) ([]T, error), do func(ctx context.Context, item T) error) error {
	var failed []error
	for last := (*T)(nil); ; {
		list, err := page(ctx, last)
		if err != nil {
			return errors.Join(append(failed, translate(ctx, err))...)
		}
		for _, item := range list {
			if err := do(ctx, item); err != nil {
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
