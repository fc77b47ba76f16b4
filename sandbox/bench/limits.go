package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/secret"
	"pavilion/sandbox"
	"pavilion/storage"
)

const (
	limitedSearches = 2000 // with limits, and without
	limitedPeople   = 500
)

// searchWithLimits compares searches behind the bans, the limits of each person and a required channel with searches without them.
func (b *bench) searchWithLimits(ctx context.Context) error {
	searcher, done, err := b.searcher(ctx)
	if err != nil {
		return err
	}
	defer done()
	search := func(ctx context.Context, query string) error {
		_, err := searcher.Search(ctx, filter.Query{Text: query})
		return err
	}
	admit, closeGuard, err := b.guard(ctx)
	if err != nil {
		return err
	}
	defer closeGuard()
	var person atomic.Int64
	guarded := func(ctx context.Context, query string) error {
		if err := admit(ctx, filter.UserID(1+person.Add(1)%limitedPeople)); err != nil {
			return err
		}
		return search(ctx, query)
	}
	queries := b.queries()
	more := func(done int, _ time.Duration) bool { return done < limitedSearches }
	if _, err := measure(ctx, 8, queries, more, search); err != nil { // the first searches fill the database's caches
		return fmt.Errorf("search: %w", err)
	}
	for _, clients := range []int{1, 8} {
		off, err := measure(ctx, clients, queries, more, search)
		if err != nil {
			return fmt.Errorf("search without limits: %w", err)
		}
		on, err := measure(ctx, clients, queries, more, guarded)
		if err != nil {
			return fmt.Errorf("search with limits: %w", err)
		}
		for _, p := range []int{50, 95, 99} {
			b.figure(fmt.Sprintf("search_limited_p%d_clients_%d", p, clients), percentile(on, p), "ms", percentile(off, p))
		}
	}
	return nil
}

// guard opens the bans, limits and required channels of the bot, and returns a function that asks them for a person. Everybody is a member of the required channel.
func (b *bench) guard(ctx context.Context) (admit func(context.Context, filter.UserID) error, done func(), err error) {
	logger := slog.New(slog.DiscardHandler)
	db, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(b.scene.Engines.PostgresURL)})
	if err != nil {
		return nil, nil, err
	}
	redis, err := storage.OpenRedis(storage.RedisOptions{URL: secret.New(b.scene.Engines.RedisURL), Logger: logger})
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	done = func() {
		db.Close()
		_ = redis.Client().Close()
	}
	bans, err := access.NewBans(db, access.BansOptions{IsAdmin: func(filter.UserID) bool { return false }, Logger: logger, Now: time.Now})
	if err != nil {
		done()
		return nil, nil, err
	}
	rates, err := storage.NewRateLimiter(redis, storage.RateLimiterOptions{Now: time.Now})
	if err != nil {
		done()
		return nil, nil, err
	}
	required, err := access.NewRequired(db, access.RequiredOptions{
		IsMember: func(context.Context, filter.ChannelID, filter.UserID) (bool, error) { return true, nil }, Logger: logger, Now: time.Now,
	})
	if err != nil {
		done()
		return nil, nil, err
	}
	list := access.RequiredList{Channels: []access.RequiredChannel{{ID: filter.ChannelID(b.scene.Channel), Title: "Archive", Link: "https://t.me/" + sandbox.ChannelName, Need: access.NeedMember}}}
	if err := required.List.Change(ctx, 0, b.scene.Admin.ID, list); err != nil {
		done()
		return nil, nil, err
	}
	settings := access.DefaultSettings().WithBudget(access.Search, limitedSearches) // so high that none is refused
	limits := access.NewLimits(rates, func(context.Context) access.Settings { return settings })
	return func(ctx context.Context, person filter.UserID) error {
		if _, banned := bans.Of(ctx, person); banned || !limits.Count(ctx, access.Search, person).Allowed {
			return fmt.Errorf("person %d is refused", person)
		}
		if missing := required.Missing(ctx, filter.ChatID(person), person); len(missing.Lists) > 0 {
			return fmt.Errorf("person %d has to join", person)
		}
		return nil
	}, done, nil
}
