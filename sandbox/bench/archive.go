package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/filter"
	"pavilion/sandbox"
	"pavilion/sandbox/club"
)

const (
	archivePools    = 2
	answerRounds    = 3
	archiveChannels = 10
	postedAhead     = 6_000 // files that are posted and not stored, at most: the bot's queue holds them, and posting leaves processor time to the bot
)

// archive measures an archive of one size: the real binary's, and beside it the same files with a multikey index over their words.
type archive struct {
	bench
	pools    []*database // the bot's
	multikey []*database // on the same servers
	suffix   string      // of the figures' names
}

// archiveFigures are those of an earlier size, by name, without the suffix.
type archiveFigures map[string]float64

// runArchive measures archives of the sizes in BENCH_FILES, 100,000 and 1,000,000 files if it is empty. It prints how the figures of each size compare with
// those of the first.
func runArchive(ctx context.Context, out io.Writer) error {
	sizes, err := sizesIn("BENCH_FILES", 100_000, 1_000_000)
	if err != nil {
		return err
	}
	var first archiveFigures
	for _, n := range sizes {
		figures, err := measureArchive(ctx, out, n)
		if err != nil {
			return fmt.Errorf("%d files: %w", n, err)
		}
		if first == nil {
			first = figures
			continue
		}
		for _, name := range []string{"search_p50_clients_1", "search_p99_clients_1", "search_p50_clients_8", "search_p99_clients_8"} {
			fmt.Fprintf(out, "figure %s_%d_files %.4g ms baseline %.4g ratio %.3g\n", name, n, figures[name], first[name], figures[name]/first[name])
		}
	}
	return nil
}

func measureArchive(ctx context.Context, out io.Writer, files int) (figures archiveFigures, err error) {
	a := &archive{bench: bench{files: files, out: out}, suffix: fmt.Sprintf("_at_%d", files)}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.close(context.WithoutCancel(ctx)))
	}
	defer func() { err = errors.Join(err, a.close(context.WithoutCancel(ctx))) }()
	server, err := a.pools[0].server(ctx)
	if err != nil {
		return nil, err
	}
	a.say("# %s (answers as MongoDB %s), %d files in %d pools, %d processors, %s", a.scene.Engines.MongoServer, server, files, archivePools, runtime.NumCPU(), runtime.Version())
	figures = archiveFigures{}
	for _, step := range []func(context.Context) error{a.ingest, a.bytes, a.restart, a.answersBesideEcho, a.past, a.leaveTelegram} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return figures, a.searches(ctx, figures)
}

// open starts the scene with a bot that indexes the channels.
func (a *archive) open(ctx context.Context) (err error) {
	a.scene, err = sandbox.Open(ctx, sandbox.Options{Pools: archivePools, Env: map[string]string{
		"PAVILION_SEND_PER_SECOND": "1000000", "PAVILION_SEND_PER_CHAT": "1000000", "PAVILION_SEND_PER_GROUP": "1000000", // so high that no limit applies
	}})
	if err != nil {
		return err
	}
	for _, uri := range a.scene.Engines.MongoURIs {
		pool, err := openDatabase(uri, "")
		if err != nil {
			return err
		}
		a.pools = append(a.pools, pool)
		multikey, err := openDatabase(uri, "_multikey")
		if err != nil {
			return err
		}
		a.multikey = append(a.multikey, multikey)
	}
	if err := a.scene.StartBot(ctx); err != nil {
		return err
	}
	return a.scene.LiftLimits(ctx)
}

func (a *archive) close(ctx context.Context) error {
	var errs []error
	for _, d := range a.multikey {
		errs = append(errs, d.Drop(ctx), d.Client().Disconnect(ctx))
	}
	for _, d := range a.pools {
		errs = append(errs, d.Client().Disconnect(ctx))
	}
	if a.scene != nil {
		errs = append(errs, a.scene.Close())
	}
	return errors.Join(errs...)
}

// leaveTelegram ends the bot and the simulated Telegram. The latter has every post in this process's memory, and the searches would pay for its garbage
// collection.
func (a *archive) leaveTelegram(context.Context) error {
	err := errors.Join(a.scene.Bot.Stop(), a.scene.DC.Close())
	a.scene.Bot, a.scene.DC = nil, nil
	return err
}

func (a *archive) figure(name string, value float64, unit string, baseline float64) {
	a.bench.figure(name+a.suffix, value, unit, baseline)
}

// ingest posts every file and waits until all are stored. The baseline inserts the same files, with their words, unordered.
func (a *archive) ingest(ctx context.Context) error {
	ids := []int64{a.scene.Channel}
	if err := a.ask(ctx, "/channels add @"+sandbox.ChannelName, "is indexed"); err != nil {
		return err
	}
	for i := 1; i < archiveChannels; i++ {
		id, err := a.scene.AddChannel(fmt.Sprintf("Archive %d", i), fmt.Sprintf("bench_archive_%d", i))
		if err != nil {
			return err
		}
		ids = append(ids, id)
		if err := a.ask(ctx, fmt.Sprintf("/channels add @bench_archive_%d", i), fmt.Sprintf("Archive %d is indexed", i)); err != nil {
			return err
		}
	}
	posts, waiting := club.NewArchive(seed), unstoredFiles{pools: a.pools}
	start, tail := time.Now(), time.Time{}
	last := a.files - a.files/10
	for posted := 0; posted < a.files; {
		specs := sandbox.Specs(posts.Take(min(200, a.files-posted)))
		made, err := a.scene.Post(ids[posted/200%archiveChannels], specs...)
		if err != nil {
			return err
		}
		posted += len(specs)
		waiting.add(made)
		if err := waiting.wait(ctx, postedAhead); err != nil {
			return err
		}
		if stored := posted - len(waiting.ids); stored >= last && tail.IsZero() {
			tail, last = time.Now(), stored
		}
	}
	if err := waiting.wait(ctx, 0); err != nil {
		return err
	}
	ours := float64(a.files) / time.Since(start).Seconds()
	oursLast := ours
	if !tail.IsZero() {
		oursLast = float64(a.files-last) / time.Since(tail).Seconds()
	}
	theirs, theirsLast, err := a.insertMultikey(ctx)
	if err != nil {
		return err
	}
	a.figure("ingest", ours, "files/s", theirs)
	a.figure("ingest_last_tenth", oursLast, "files/s", theirsLast)
	full, err := a.memory(ctx)
	a.figure("memory_after_ingest", full/(1<<20), "MB", 200)
	return err
}

// bytes compares the sizes of a file with all indexes, before compression.
func (a *archive) bytes(ctx context.Context) error {
	per := func(list []*database) (float64, error) {
		total := 0.0
		for _, d := range list {
			n, err := d.size(ctx)
			if err != nil {
				return 0, err
			}
			total += n
		}
		return total / float64(a.files), nil
	}
	ours, err := per(a.pools)
	if err != nil {
		return err
	}
	theirs, err := per(a.multikey)
	a.figure("bytes_per_file", ours, "B", 300)
	a.figure("bytes_per_file_beside_multikey", ours, "B", theirs)
	return err
}

// restart starts the bot again over the full archive. It prints when the bot is ready, when it has answered a search, and its memory.
func (a *archive) restart(ctx context.Context) error {
	if err := a.scene.Bot.Stop(); err != nil {
		return err
	}
	start := time.Now()
	if err := a.scene.StartBot(ctx); err != nil {
		return err
	}
	a.figure("ready_after", time.Since(start).Seconds(), "s", 10)
	if err := a.ask(ctx, "Golden River", "tap"); err != nil {
		return err
	}
	a.figure("first_search_after", time.Since(start).Seconds(), "s", 10)
	return nil
}

// answersBesideEcho lets people search, all at once, and compares the answers with those of a bot that echoes. In each round the two take turns, with the same
// queries and people of their own. About four people ask each query, and nothing is posted meanwhile.
func (a *archive) answersBesideEcho(ctx context.Context) error {
	echo, stop, err := a.echo(ctx)
	if err != nil {
		return fmt.Errorf("echo bot: %w", err)
	}
	var ours, theirs, memory []float64
	for round := range answerRounds {
		queries := a.queriesFrom(seed+10+uint64(round), archiveSearches)
		measureAnswers := func(turn int, bot int64, of string, rates *[]float64) error {
			people, err := a.addPeople(2*round + turn)
			if err != nil {
				return err
			}
			rate, err := a.answersWithWork(ctx, people, bot, func(n int) string { return queries[n%len(queries)] }, of)
			*rates = append(*rates, rate)
			return err
		}
		err := measureAnswers(0, a.scene.BotID, "an answer", &ours)
		full, merr := a.memory(ctx)
		memory = append(memory, full/(1<<20))
		if err = errors.Join(err, merr, measureAnswers(1, echo, "an echo", &theirs)); err != nil {
			return errors.Join(err, stop())
		}
	}
	a.figure("memory_after_searches", slices.Max(memory), "MB", 200)
	a.figure("searches_answered", median(ours), "answers/s", median(theirs))
	return stop()
}

// answersWithWork counts answers, and prints the processor time of one by program. "Clients" are the simulated Telegram, the people, and the bot that echoes.
func (a *archive) answersWithWork(ctx context.Context, people []int64, bot int64, query func(n int) string, of string) (float64, error) {
	before := processorTimes()
	rate, err := a.answers(ctx, people, bot, query)
	spent := processorTimes()
	for name := range spent {
		spent[name] -= before[name]
	}
	sayWork(a.out, of, spent, int64(len(people)*messages))
	return rate, err
}

// idsOf returns the ids of some files of a pool, in random order.
func idsOf(ctx context.Context, d *database) ([]int64, error) {
	cur, err := d.Collection("files").Find(ctx, bson.D{}, options.Find().SetLimit(20_000).SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("ids: %w", err)
	}
	var docs []struct {
		ID int64 `bson:"_id"`
	}
	if err := cur.All(ctx, &docs); err != nil {
		return nil, fmt.Errorf("ids: %w", err)
	}
	ids := make([]int64, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	return ids, nil
}

// wordsOf returns the words of a file that both designs index.
func wordsOf(f club.File) []string { return filter.Tokens(f.Name, f.Caption) }
