package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/sandbox/club"
	"pavilion/storage"
)

const (
	searches    = 2000             // searches of the index, for each number of clients
	patternTime = 20 * time.Second // of the slow baseline; each client makes at least one search
)

// search compares the index with a pattern over all names, with one client and with eight.
func (b *bench) search(ctx context.Context) error {
	searcher, done, err := b.searcher(ctx)
	if err != nil {
		return err
	}
	defer done()
	clients := []int{1, 8}
	queries := b.queriesFrom(seed, len(clients)*searches) // for each client another part, because memory has the answers to repeated queries
	index := func(ctx context.Context, query string) error {
		page, err := searcher.Search(ctx, filter.Query{Text: query})
		if err == nil && len(page.Missing) > 0 {
			err = fmt.Errorf("%v did not answer", page.Missing)
		}
		return err
	}
	// The index comes first, because the pattern overloads the server until the breaker opens.
	ours := make([][]time.Duration, len(clients))
	for i, n := range clients {
		if ours[i], err = measure(ctx, n, queries[i*searches:], func(done int, _ time.Duration) bool { return done < searches }, index); err != nil {
			return fmt.Errorf("search: %w", err)
		}
	}
	done()
	for i, n := range clients {
		theirs, err := measure(ctx, n, queries, func(done int, took time.Duration) bool { return done < n || took < patternTime }, b.pattern)
		if err != nil {
			return fmt.Errorf("search by pattern: %w", err)
		}
		b.say("# clients: %d, searches: %d, by pattern: %d", n, len(ours[i]), len(theirs))
		for _, p := range []int{50, 95, 99} {
			b.figure(fmt.Sprintf("search_p%d_clients_%d", p, n), percentile(ours[i], p), "ms", percentile(theirs, p))
		}
	}
	return nil
}

// searcher opens the bot's index and loads its vocabulary.
func (b *bench) searcher(ctx context.Context) (*filter.Searcher, func(), error) {
	logger := slog.New(slog.DiscardHandler)
	pools, err := storage.OpenPools(storage.PoolsOptions{
		Pools: []storage.PoolOptions{{Name: "bench", URI: secret.New(b.database.uri), Database: b.database.name}}, Logger: logger,
	})
	if err != nil {
		return nil, nil, err
	}
	vocab, err := filter.NewVocabulary()
	if err != nil {
		return nil, nil, err
	}
	rctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { _ = pools.Run(rctx) })
	running.Go(func() { _ = vocab.Run(rctx) })
	done := sync.OnceFunc(func() {
		stop()
		running.Wait()
	})
	if err := filter.LoadVocabulary(ctx, pools.All()[0], vocab); err != nil {
		done()
		return nil, nil, err
	}
	return filter.NewSearcher(pools, vocab, filter.SearchOptions{Logger: logger}), done, nil
}

// queries returns queries for some of the files: two or three words of a name, one common word, an unfinished word, a typo.
func (b *bench) queries() []string { return b.queriesFrom(seed, 1000) }

// queriesFrom returns queries for the first n files of a seed.
func (b *bench) queriesFrom(seed uint64, n int) []string {
	rng := rand.New(rand.NewPCG(seed, 1))
	var queries []string
	for _, f := range club.NewArchive(seed).Take(n) {
		words := strings.FieldsFunc(f.Name, func(r rune) bool { return strings.ContainsRune(" ._-()[]", r) })
		q := words[:min(len(words), 2+rng.IntN(2))]
		last := []rune(q[len(q)-1])
		switch rng.IntN(10) {
		case 0:
			q = q[:1]
		case 1, 2:
			q = append(slices.Clone(q[:len(q)-1]), string(last[:min(len(last), max(2, len(last)*2/3))]))
		case 3:
			if len(last) > 5 {
				q = append(slices.Clone(q[:len(q)-1]), string(last[:2])+string(last[3:]))
			}
		}
		queries = append(queries, strings.Join(q, " "))
	}
	return queries
}

// pattern searches like many bots: a case-insensitive regular expression with the words in order. It reads a page of ten and the count.
func (b *bench) pattern(ctx context.Context, query string) error {
	var parts []string
	for w := range strings.FieldsSeq(query) {
		parts = append(parts, regexp.QuoteMeta(w))
	}
	match := bson.D{{Key: "file_name", Value: bson.Regex{Pattern: strings.Join(parts, ".*"), Options: "i"}}}
	c := b.plain.Collection("files")
	cur, err := c.Find(ctx, match, options.Find().SetSort(bson.D{{Key: "$natural", Value: -1}}).SetLimit(10))
	if err != nil {
		return err
	}
	var page []bson.Raw
	if err := cur.All(ctx, &page); err != nil {
		return err
	}
	_, err = c.CountDocuments(ctx, match)
	return err
}

// measure runs queries from a number of clients while more returns true, and returns the sorted durations.
func measure(ctx context.Context, clients int, queries []string, more func(done int, took time.Duration) bool, search func(context.Context, string) error) ([]time.Duration, error) {
	var started atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	var errs []error
	begin := time.Now()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for {
				n := int(started.Add(1)) - 1
				if !more(n, time.Since(begin)) || ctx.Err() != nil {
					return
				}
				start := time.Now()
				err := search(ctx, queries[n%len(queries)])
				took := time.Since(start)
				mu.Lock()
				all = append(all, took)
				errs = append(errs, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(all)
	return all, errors.Join(append(errs, ctx.Err())...)
}

// median returns the median of some figures, which it sorts.
func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// percentile returns a percentile in milliseconds.
func percentile(sorted []time.Duration, p int) float64 {
	i := min(len(sorted)-1, len(sorted)*p/100)
	return float64(sorted[i].Microseconds()) / 1000
}
