package storage

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// PoolHistory stores in Postgres when pools were down, and how large they were on each day. The process that is the bot runs it, because each
// process has breakers of its own.
type PoolHistory struct {
	db     Queryer
	pools  *Pools
	logger *slog.Logger
	now    func() time.Time

	noted map[string]noted // by pool; what this process stored last
}

// noted is a pool's state as it was stored.
type noted struct {
	down     bool
	measured time.Time
}

// NewPoolHistory makes a PoolHistory; Run fills it.
func NewPoolHistory(db Queryer, pools *Pools, logger *slog.Logger, now func() time.Time) *PoolHistory {
	return &PoolHistory{db: db, pools: pools, logger: logger.With("component", "pool_history"), now: now, noted: map[string]noted{}}
}

// Outage is a time in which a pool did not answer.
type Outage struct {
	Began time.Time
	Ended time.Time // zero while it lasts
}

// PoolSize is the used space of a pool on a day.
type PoolSize struct {
	Day  time.Time
	Used int64
}

const (
	historyEvery   = time.Second
	historyCall    = 2 * time.Second
	outagesKept    = 50 // for each pool
	sizesKept      = 90 // days
	forecastDays   = 30 // that a forecast is based on
	forecastLeast  = 3
	forecastWithin = 5 * 365 // days; a later date says nothing
)

// Run notes changes until ctx ends. It compares states instead of following events, so that an outage of Postgres or a restart loses none for good.
func (h *PoolHistory) Run(ctx context.Context) error {
	ticker := time.NewTicker(historyEvery)
	defer ticker.Stop()
	failed := false
	for {
		err := h.Note(ctx)
		if failed != (err != nil) && ctx.Err() == nil {
			failed = err != nil
			if failed {
				h.logger.LogAttrs(ctx, slog.LevelInfo, "the history of the pools is not written", slog.Any("error", err))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Note stores the states of the pools that changed since the last call.
func (h *PoolHistory) Note(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, historyCall)
	defer cancel()
	for _, p := range h.pools.All() {
		state := p.State()
		last, known := h.noted[p.Name()]
		seen := noted{p.Down(), state.Measured}
		if !known || seen.down != last.down {
			if err := h.noteOutage(ctx, p.Name(), seen.down); err != nil {
				return err
			}
		}
		if seen.measured != last.measured {
			if err := h.noteSize(ctx, state); err != nil {
				return err
			}
		}
		h.noted[p.Name()] = seen
	}
	return nil
}

func (h *PoolHistory) noteSize(ctx context.Context, s PoolState) error {
	today := day(s.Measured)
	_, err := h.db.Exec(ctx, `INSERT INTO pool_size AS old (pool, day, used_bytes) VALUES ($1, $2, $3)
		ON CONFLICT (pool, day) DO UPDATE SET used_bytes = excluded.used_bytes WHERE old.used_bytes <> excluded.used_bytes`, s.Name, today, s.DataBytes+s.IndexBytes)
	if err != nil {
		return err
	}
	_, err = h.db.Exec(ctx, `DELETE FROM pool_size WHERE pool = $1 AND day < $2`, s.Name, today.AddDate(0, 0, -sizesKept))
	return err
}

// noteOutage begins or ends an outage if the state differs from the stored one. The unique index allows one outage at a time.
func (h *PoolHistory) noteOutage(ctx context.Context, pool string, down bool) error {
	if !down {
		_, err := h.db.Exec(ctx, `UPDATE pool_outage SET ended_at = $2 WHERE pool = $1 AND ended_at IS NULL`, pool, h.now())
		return err
	}
	tag, err := h.db.Exec(ctx, `INSERT INTO pool_outage (pool, began_at) VALUES ($1, $2) ON CONFLICT (pool) WHERE ended_at IS NULL DO NOTHING`, pool, h.now())
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	_, err = h.db.Exec(ctx, `DELETE FROM pool_outage WHERE pool = $1 AND id <= (SELECT id FROM pool_outage WHERE pool = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`, pool, outagesKept)
	return err
}

// Outages returns the last outages of a pool, the newest first.
func (h *PoolHistory) Outages(ctx context.Context, pool string, most int) ([]Outage, error) {
	rows, err := h.db.Query(ctx, `SELECT began_at, coalesce(ended_at, '0001-01-01T00:00:00Z') FROM pool_outage WHERE pool = $1 ORDER BY id DESC LIMIT $2`, pool, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Outage, err error) {
		err = row.Scan(&o.Began, &o.Ended)
		o.Began, o.Ended = o.Began.UTC(), o.Ended.UTC()
		return o, err
	})
}

// FullOn forecasts the day on which a pool is full.
func (h *PoolHistory) FullOn(ctx context.Context, p *Pool) (full time.Time, known bool, err error) {
	rows, err := h.db.Query(ctx, `SELECT day::timestamptz, used_bytes FROM pool_size WHERE pool = $1 AND day > $2 ORDER BY day`, p.Name(), day(h.now()).AddDate(0, 0, -forecastDays))
	if err != nil {
		return time.Time{}, false, err
	}
	sizes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[PoolSize])
	if err != nil {
		return time.Time{}, false, err
	}
	full, known = forecastFull(sizes, p.State().LimitBytes-reservedBytes)
	return full, known, nil
}

// forecastFull extends the line of least squares through the sizes up to the limit. known is false if there are too few days, if the pool does not
// grow, or if the day is far away.
func forecastFull(sizes []PoolSize, limit int64) (full time.Time, known bool) {
	if len(sizes) < forecastLeast {
		return time.Time{}, false
	}
	first, last := sizes[0], sizes[len(sizes)-1]
	var n, sumX, sumY, sumXX, sumXY float64
	for _, s := range sizes {
		x, y := s.Day.Sub(first.Day).Hours()/24, float64(s.Used)
		n, sumX, sumY, sumXX, sumXY = n+1, sumX+x, sumY+y, sumXX+x*x, sumXY+x*y
	}
	slope := (n*sumXY - sumX*sumY) / (n*sumXX - sumX*sumX)
	left := float64(limit-last.Used) / slope
	if slope <= 0 || left > forecastWithin {
		return time.Time{}, false
	}
	return last.Day.AddDate(0, 0, max(0, int(left))), true
}

// day returns the midnight in UTC that begins the day of t.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// Pool returns the pool in use with a name.
func (ps *Pools) Pool(name string) (*Pool, error) {
	all := ps.All()
	if i := slices.IndexFunc(all, func(p *Pool) bool { return p.Name() == name }); i >= 0 {
		return all[i], nil
	}
	return nil, ErrPoolUnknown
}
