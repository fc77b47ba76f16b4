package app

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// Pages for the operator about caches and about the log of this process.

var (
	errCacheUnknown = fault.New(fault.NotFound, "cache_unknown")
	errLogLevel     = fault.New(fault.Invalid, "log_level")
)

// cacheView is a cache in Redis as JSON.
type cacheView struct {
	Name     string `json:"name"`
	Entries  int    `json:"entries"`
	Complete bool   `json:"complete"` // false: there are more entries
	Hits     int64  `json:"hits"`     // of this process
	Misses   int64  `json:"misses"`
}

func (p operator) readCaches(ctx context.Context) (any, error) {
	views := []cacheView{}
	for _, c := range p.chat.Load().bot.Operator().Caches {
		n, complete, err := p.redis.CountEntries(ctx, c)
		if err != nil {
			return nil, err
		}
		hits, misses := c.Lookups()
		views = append(views, cacheView{c.Name, n, complete, hits, misses})
	}
	return map[string]any{"caches": views}, nil
}

func (p operator) clearCache(ctx context.Context, which struct {
	Name string `json:"clear"`
},
) error {
	all := p.chat.Load().bot.Operator().Caches
	i := slices.IndexFunc(all, func(c storage.Cache) bool { return c.Name == which.Name })
	if i < 0 {
		return errCacheUnknown
	}
	return p.redis.ClearEntries(ctx, all[i])
}

// entryView is a kept line of the log as JSON.
type entryView struct {
	At        time.Time  `json:"at"`
	Level     slog.Level `json:"level"`
	Component string     `json:"component,omitempty"`
	Message   string     `json:"message"`
	Error     string     `json:"error,omitempty"`
}

const entriesShown = 100

func (p operator) readLog(context.Context) (any, error) {
	views := []entryView{}
	for _, e := range p.journal.Last(slog.LevelWarn, entriesShown) {
		views = append(views, entryView(e))
	}
	return map[string]any{"level": p.journal.Level().Level(), "last": views}, nil
}

func (p operator) setLogLevel(_ context.Context, to struct {
	Level string `json:"level"`
},
) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(to.Level)); err != nil {
		return errLogLevel
	}
	p.journal.Level().Set(level)
	return nil
}
