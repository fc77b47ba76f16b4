package access

import (
	"context"
	"fmt"
	"time"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// Limits count what each person does.
type Limits struct {
	rates    *storage.RateLimiter
	settings func(ctx context.Context) Settings
}

// NewLimits makes Limits. settings returns the figures in force.
func NewLimits(rates *storage.RateLimiter, settings func(ctx context.Context) Settings) *Limits {
	return &Limits{rates: rates, settings: settings}
}

// Verdict is the answer of Limits about one event.
type Verdict struct {
	Allowed bool
	Retry   time.Duration // until the next event is allowed
	Tell    bool          // this is the first refusal in the period, which the person is told
}

// Count counts an event of a person.
func (l *Limits) Count(ctx context.Context, kind Kind, person filter.UserID) Verdict {
	budget := l.settings(ctx).Budget(kind)
	if budget == 0 {
		return Verdict{Allowed: true}
	}
	key := fmt.Sprintf("access:%s:%d", kind, person)
	w := l.rates.Count(ctx, key, storage.Rate{Quota: budget, Period: kind.Period()})
	if w.Allowed {
		return Verdict{Allowed: true}
	}
	told := l.rates.Count(ctx, key+":told", storage.Rate{Quota: 1, Period: kind.Period()})
	return Verdict{Retry: w.Retry, Tell: told.Allowed}
}

// Admit counts an event of a person. It returns ErrTooOften, with the time to wait, if the limit refuses the event.
func (l *Limits) Admit(ctx context.Context, kind Kind, person filter.UserID) error {
	if v := l.Count(ctx, kind, person); !v.Allowed {
		return fault.WithRetry(ErrTooOften, v.Retry)
	}
	return nil
}
