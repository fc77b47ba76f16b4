package access

import (
	"context"
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"

	"pavilion/storage"
)

// postgres calls Postgres with a deadline. After a call that Postgres did not answer, calls fail at once for postgresRest, so that an outage holds up
// one event in that time.
type postgres struct {
	breaker *gobreaker.CircuitBreaker[struct{}]
}

const (
	postgresCall = 2 * time.Second
	postgresRest = 5 * time.Second
)

func newPostgres(name string) *postgres {
	return &postgres{gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name: name, Timeout: postgresRest, ReadyToTrip: func(gobreaker.Counts) bool { return true }, IsSuccessful: func(err error) bool { return !storage.Unreachable(err) },
	})}
}

func (p *postgres) call(ctx context.Context, fn func(ctx context.Context) error) error {
	_, err := p.breaker.Execute(func() (struct{}, error) {
		ctx, cancel := context.WithTimeout(ctx, postgresCall)
		defer cancel()
		return struct{}{}, fn(ctx)
	})
	return err
}

// isDown tells whether an error of call means that Postgres does not answer.
func isDown(err error) bool {
	return storage.Unreachable(err) || errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests)
}
