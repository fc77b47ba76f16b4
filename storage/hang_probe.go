package storage

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/singleflight"
)

// hangProbe checks whether Postgres hangs. It opens a new connection, which slow statements and waits for locks do not delay. One connection at a time
// serves all statements that ask. So many statements that wait for one lock do not open many connections.
type hangProbe struct {
	pool     *pgxpool.Pool
	within   time.Duration // Postgres hangs if it does not answer within it; an answer counts for as long
	now      func() time.Time
	flights  singleflight.Group
	answered atomic.Pointer[time.Time] // the last answer
}

// hangs reports whether Postgres hangs. It returns false if ctx ends first. The last answer may be older than the hang, so hangs waits until that
// answer is older than within. Then it asks Postgres, unless another statement has got a newer answer meanwhile.
func (p *hangProbe) hangs(ctx context.Context) bool {
	since := p.now()
	if rest := p.lastAnswer().Add(p.within).Sub(since); rest > 0 {
		timer := time.NewTimer(rest)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
	}
	asked := p.flights.DoChan("", func() (any, error) {
		if p.lastAnswer().After(since) {
			return nil, nil //nolint:nilnil // there is only an error
		}
		return nil, p.connect(context.WithoutCancel(ctx)) // for the other statements too
	})
	select {
	case <-ctx.Done():
		return false
	case r := <-asked:
		return r.Err != nil
	}
}

// lastAnswer is the time of the last answer; zero without one.
func (p *hangProbe) lastAnswer() time.Time {
	if at := p.answered.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// connect returns ErrNoConn unless Postgres answers. A refusal is an answer too.
func (p *hangProbe) connect(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, p.within)
	defer stop()
	conn, err := pgx.ConnectConfig(ctx, p.pool.Config().ConnConfig)
	if err == nil {
		_ = conn.Close(ctx) // it has answered
	} else if SQLState(err) == "" {
		return ErrNoConn
	}
	now := p.now()
	p.answered.Store(&now)
	return nil
}
