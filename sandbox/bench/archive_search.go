package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/storage"
)

const (
	archiveSearches  = 1000 // for each number of clients; each query is asked once
	multikeySearches = 30
	searchRounds     = 5
	tenthPages       = 60
)

// searches times searches of the index and of the multikey index. The baseline is the least that any design does: it reads ten files of each pool by their ids.
func (a *archive) searches(ctx context.Context, figures archiveFigures) error {
	searcher, vocab, done, err := a.openSearcher(ctx)
	if err != nil {
		return err
	}
	defer done()
	least, err := a.leastReads(ctx)
	if err != nil {
		return err
	}
	ours := func(ctx context.Context, query string) error {
		page, err := searcher.Search(ctx, filter.Query{Text: query, Limit: 8})
		if err == nil && len(page.Missing) > 0 {
			err = fmt.Errorf("%v did not answer", page.Missing)
		}
		return err
	}
	reads := archiveFigures{} // of the least that any design does
	queries := a.queriesFrom(seed+2, 3*archiveSearches)
	if _, err := measure(ctx, 4, queries[2*archiveSearches:], upTo(archiveSearches), ours); err != nil { // the lists of common words are in memory, as in a bot that runs
		return err
	}
	for i, clients := range []int{1, 8} {
		var base, mine []time.Duration
		for round := range searchRounds { // in turn, because other work of the machine comes and goes
			own := queries[(i*searchRounds+round)*archiveSearches/searchRounds:]
			for _, m := range []struct {
				about  string
				n      int
				search func(context.Context, string) error
				took   *[]time.Duration
			}{{"reads", 2 * archiveSearches, least, &base}, {"search", archiveSearches, ours, &mine}} {
				took, err := measure(ctx, clients, own, upTo(m.n/searchRounds), m.search)
				if err != nil {
					return fmt.Errorf("%s: %w", m.about, err)
				}
				*m.took = append(*m.took, took...)
			}
		}
		sortDurations(base)
		sortDurations(mine)
		for _, p := range []int{50, 99} {
			name := fmt.Sprintf("search_p%d_clients_%d", p, clients)
			figures[name] = percentile(mine, p)
			a.figure(name, percentile(mine, p), "ms", percentile(base, p))
			reads[name] = percentile(base, p)
		}
	}
	if err := a.broadAndDeep(ctx, searcher, figures["search_p50_clients_1"]); err != nil {
		return err
	}
	return a.timeMultikey(ctx, vocab, queries, reads, figures["search_p50_clients_1"])
}

// timeMultikey times searches of the multikey index, last, because they keep the server busy.
func (a *archive) timeMultikey(ctx context.Context, vocab *filter.Vocabulary, queries []string, reads archiveFigures, p50 float64) error {
	search := func(ctx context.Context, query string) error { return a.searchMultikey(ctx, vocab, query) }
	for i, clients := range []int{1, 8} {
		took, err := measure(ctx, clients, queries[i*archiveSearches:], upTo(multikeySearches), search)
		if err != nil {
			return fmt.Errorf("search with a multikey index: %w", err)
		}
		for _, p := range []int{50, 99} {
			name := fmt.Sprintf("search_p%d_clients_%d", p, clients)
			a.figure("multikey_"+name, percentile(took, p), "ms", reads[name])
		}
	}
	broad, err := measure(ctx, 1, broadWords, upTo(len(broadWords)*2), search)
	if err != nil {
		return err
	}
	a.figure("multikey_broad_word_p50", percentile(broad, 50), "ms", p50)
	return nil
}

var broadWords = []string{"mkv", "1080p", "the", "720p", "mp4"} //nolint:gochecknoglobals // a table, never written

// broadAndDeep times pages of broad words, and the tenth page of each.
func (a *archive) broadAndDeep(ctx context.Context, searcher *filter.Searcher, p50 float64) error {
	var first, tenth []time.Duration
	for range tenthPages / len(broadWords) {
		for _, word := range broadWords {
			q := filter.Query{Text: word, Limit: 8}
			for n := 1; n <= 10; n++ {
				start := time.Now()
				page, err := searcher.Search(ctx, q)
				took := time.Since(start)
				if err != nil {
					return err
				}
				switch n {
				case 1:
					first = append(first, took)
				case 10:
					tenth = append(tenth, took)
				}
				q.After = page.Last
			}
			if err := a.touch(ctx); err != nil { // so that nothing is in memory for the next round
				return err
			}
		}
	}
	sortDurations(first)
	sortDurations(tenth)
	a.figure("broad_word_p50", percentile(first, 50), "ms", p50)
	a.figure("tenth_page_p50", percentile(tenth, 50), "ms", percentile(first, 50))
	return nil
}

// touch has a new file indexed in each pool, as far as a search can tell: it changes the version of the index.
func (a *archive) touch(ctx context.Context) error {
	for _, d := range a.pools {
		_, err := d.Collection("postings").UpdateOne(ctx, bson.D{{Key: "_id", Value: "\x02"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "v", Value: rand.Int64()}}}})
		if err != nil {
			return fmt.Errorf("change version: %w", err)
		}
	}
	return nil
}

// openSearcher opens the bot's index and loads its vocabulary.
func (a *archive) openSearcher(ctx context.Context) (*filter.Searcher, *filter.Vocabulary, func(), error) {
	logger := slog.New(slog.DiscardHandler)
	var opts []storage.PoolOptions
	for i, d := range a.pools {
		opts = append(opts, storage.PoolOptions{Name: fmt.Sprintf("pool%d", i), URI: secret.New(d.uri), Database: d.name})
	}
	pools, err1 := storage.OpenPools(storage.PoolsOptions{Pools: opts, Logger: logger})
	vocab, err2 := filter.NewVocabulary()
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, nil, err
	}
	rctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { _ = pools.Run(rctx) })
	running.Go(func() { _ = vocab.Run(rctx) })
	done := sync.OnceFunc(func() {
		stop()
		running.Wait()
	})
	for _, p := range pools.All() {
		if err := filter.LoadVocabulary(ctx, p, vocab); err != nil {
			done()
			return nil, nil, nil, err
		}
	}
	return filter.NewSearcher(pools, vocab, filter.SearchOptions{Logger: logger}), vocab, done, nil
}

// leastReads returns a function that reads ten files of each pool by their ids, all pools at once.
func (a *archive) leastReads(ctx context.Context) (func(context.Context, string) error, error) {
	ids := make([][]int64, len(a.pools))
	for i, d := range a.pools {
		var err error
		if ids[i], err = idsOf(ctx, d); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, _ string) error {
		errs := make([]error, len(a.pools))
		var wg sync.WaitGroup
		for i, d := range a.pools {
			wg.Go(func() {
				some := make([]int64, 10)
				for j := range some {
					some[j] = ids[i][rand.IntN(len(ids[i]))]
				}
				cur, err := d.Collection("files").Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: some}}}})
				if err == nil {
					var docs []bson.Raw
					err = cur.All(ctx, &docs)
				}
				errs[i] = err
			})
		}
		wg.Wait()
		return errors.Join(errs...)
	}, nil
}

// upTo lets measure run n queries.
func upTo(n int) func(int, time.Duration) bool {
	return func(done int, _ time.Duration) bool { return done < n }
}
