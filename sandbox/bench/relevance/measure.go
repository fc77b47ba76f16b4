package relevance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"pavilion/filter"
	"pavilion/storage"
)

// aims are the shares of queries that should succeed with the first result and with the first five.
func aims() map[string][2]float64 {
	return map[string][2]float64{
		"as it is": {1, 1}, "typos": {.97, .99}, "joined": {.97, 1}, "numerals": {.95, 1}, "initials": {.95, 1}, "episodes": {.97, 1}, "chat": {.90, .97}, "scripts": {.95, 1},
		"unfinished": {1, 1}, "several": {.90, .97}, "all": {.95, .98}, "nonsense": {1, 1},
	}
}

// tally counts the queries of a class.
type tally struct {
	asked, first, five, mended int
	missed                     []string
}

// Measure indexes the corpus in pools, asks every query, and prints a line for each class. With verbose it prints the queries that miss.
func Measure(ctx context.Context, pools []storage.PoolOptions, out io.Writer, verbose bool) error {
	works, err := readWorks()
	if err != nil {
		return err
	}
	asked, err := queries(works)
	if err != nil {
		return err
	}
	files, err := corpus(works)
	if err != nil {
		return err
	}
	searcher, done, err := index(ctx, pools, files)
	if err != nil {
		return err
	}
	defer done()
	tallies := map[string]*tally{}
	for _, q := range asked {
		first, five, mended, seen, err := judge(ctx, searcher, files, q)
		if err != nil {
			return err
		}
		classes := []string{q.class}
		if group, _, ok := strings.Cut(q.class, ": "); q.accepts != nil && ok {
			classes = append(classes, group)
		} else if q.accepts != nil {
			classes = append(classes, "all")
		}
		for _, class := range classes {
			t := tallies[class]
			if t == nil {
				t = &tally{}
				tallies[class] = t
			}
			t.asked++
			t.add(first, five, mended)
			if !first && class == q.class {
				t.missed = append(t.missed, fmt.Sprintf("%q: %s", q.text, seen))
			}
		}
	}
	fmt.Fprintf(out, "# relevance: %d files, %d queries; with \"did you mean\"\n# %-28s %7s %9s %9s %9s  %s\n", len(files), len(asked), "class", "queries", "first", "first 5", "mended", "aim")
	var classes []string
	for c := range tallies {
		classes = append(classes, c)
	}
	slices.Sort(classes)
	for _, c := range classes {
		t := tallies[c]
		share := func(n int) float64 { return float64(n) / float64(t.asked) }
		aim := ""
		if a, ok := aims()[strings.TrimSpace(c[strings.Index(c, ":")+1:])]; ok {
			aim = fmt.Sprintf("%.2f / %.2f", a[0], a[1])
			if share(t.first) < a[0] || share(t.five) < a[1] {
				aim += "  missed"
			}
		}
		fmt.Fprintf(out, "relevance %-28s %7d %9.3f %9.3f %9d  %s\n", strings.ReplaceAll(c, " ", "_"), t.asked, share(t.first), share(t.five), t.mended, aim)
		for _, q := range t.missed {
			if verbose && !strings.HasPrefix(c, "held out,") {
				fmt.Fprintln(out, "#   "+q)
			}
		}
	}
	return nil
}

func (t *tally) add(first, five, mended bool) {
	for n, yes := range map[*int]bool{&t.first: first, &t.five: five, &t.mended: mended} {
		if yes {
			*n++
		}
	}
}

// judge searches for a query. A query without an answer succeeds when the search finds and suggests nothing. seen tells what the person sees.
func judge(ctx context.Context, s *filter.Searcher, files []file, q query) (first, five, mended bool, seen string, err error) {
	page, err := s.Search(ctx, filter.Query{Text: q.text, Limit: 5})
	if err != nil {
		return false, false, false, "", fmt.Errorf("%q: %w", q.text, err)
	}
	seen = strings.TrimSpace(page.Suggestion + " " + page.Fewer)
	if q.accepts == nil {
		nothing := len(page.Files) == 0 && seen == ""
		return nothing, nothing, false, seen + namesOf(page.Files), nil
	}
	if len(page.Files) == 0 && page.Suggestion != "" {
		if page, err = s.Search(ctx, filter.Query{Text: page.Suggestion, Limit: 5}); err != nil {
			return false, false, false, "", fmt.Errorf("%q: %w", q.text, err)
		}
		mended = true
	}
	for i, f := range page.Files {
		if q.accepts(files[f.Media.Document-1]) {
			first, five = first || i == 0, true
		}
	}
	return first, five, mended && five, seen + namesOf(page.Files), nil
}

func namesOf(files []filter.File) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Media.Name)
	}
	return fmt.Sprintf("%q", names)
}

// index posts the files as the bot would, and returns a searcher.
func index(ctx context.Context, opts []storage.PoolOptions, files []file) (*filter.Searcher, func(), error) {
	logger := slog.New(slog.DiscardHandler)
	pools, err1 := storage.OpenPools(storage.PoolsOptions{Pools: opts, Logger: logger, Timeout: time.Minute})
	vocab, err2 := filter.NewVocabulary()
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, err
	}
	channels := filter.NewChannels(pools, time.Now)
	indexer := filter.NewIndexer(pools, vocab, channels, filter.IndexOptions{Logger: logger, QueueSize: 2 * len(files)})
	indexer.SetReader(noReader{})
	if err := channels.Load(ctx); err != nil {
		return nil, nil, err
	}
	rctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { _ = pools.Run(rctx) })
	running.Go(func() { _ = vocab.Run(rctx) })
	running.Go(func() { _ = indexer.Run(rctx) })
	done := sync.OnceFunc(func() {
		stop()
		running.Wait()
	})
	const channel = 1_000_000_001
	if _, err := indexer.AddChannel(ctx, channel, "Archive", "archive"); err != nil {
		done()
		return nil, nil, err
	}
	for i, f := range files {
		indexer.Post(filter.Post{
			Place: filter.Place{Channel: channel, Message: filter.MessageID(i + 1)}, Posted: time.Unix(1_600_000_000+int64(i)*60, 0).UTC(),
			Media: filter.Media{
				Document: filter.DocumentID(i + 1), AccessHash: 7, Reference: []byte("reference"), Kind: filter.KindVideo, Name: f.name, Caption: f.caption,
				Mime: "video/x-matroska", Size: 700<<20 + int64(i),
			},
		})
	}
	if err := indexer.WaitStored(ctx); err != nil {
		done()
		return nil, nil, err
	}
	return filter.NewSearcher(pools, vocab, filter.SearchOptions{Logger: logger, Timeout: 20 * time.Second}), done, nil
}

// noReader stands for Telegram, which has no further messages: the queue holds every post.
type noReader struct{}

func (noReader) ReadPosts(context.Context, filter.ChannelID, []filter.MessageID) (filter.PostsRead, error) {
	return filter.PostsRead{}, nil
}
