package filter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.uber.org/goleak"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// shared are the package's servers. The first test that needs them starts them; fuzz tests need none.
var shared *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests

var startShared = sync.OnceValue(func() (err error) { //nolint:gochecknoglobals // see shared
	shared, err = engines.Start(context.Background(), engines.Options{MongoPools: 3, Postgres: true})
	return err
})

// sentCommands collects the commands of all tests.
var sentCommands commands //nolint:gochecknoglobals // one log for the package's tests

func TestMain(m *testing.M) {
	code := m.Run()
	var errs []error
	if shared != nil {
		errs = append(errs, sentCommands.explain(context.Background()), shared.Close())
	}
	if err := errors.Join(append(errs, goleak.Find())...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// fakeTelegram is a PostReader over posts in memory.
type fakeTelegram struct {
	mu        sync.Mutex
	posts     map[filter.Place]filter.Post
	reads     int
	failWith  error            // the error of every read, if not nil
	forbidden filter.ChannelID // reads of this channel fail
	afterRead func()           // called after a read has its answer and before it returns
}

var errForbidden = errors.New("CHANNEL_PRIVATE")

func (tg *fakeTelegram) putPost(p filter.Post) {
	tg.mu.Lock()
	defer tg.mu.Unlock()
	tg.posts[p.Place] = p
}

func (tg *fakeTelegram) removePost(place filter.Place) {
	tg.mu.Lock()
	defer tg.mu.Unlock()
	delete(tg.posts, place)
}

func (tg *fakeTelegram) ReadPosts(_ context.Context, ch filter.ChannelID, ids []filter.MessageID) (filter.PostsRead, error) {
	tg.mu.Lock()
	after := tg.afterRead
	defer func() {
		tg.mu.Unlock()
		if after != nil {
			after()
		}
	}()
	if tg.reads++; tg.failWith != nil {
		return filter.PostsRead{}, tg.failWith
	}
	if ch == tg.forbidden {
		return filter.PostsRead{}, errForbidden
	}
	var read filter.PostsRead
	for _, id := range ids {
		if p, ok := tg.posts[filter.Place{Channel: ch, Message: id}]; ok {
			read.Posts, read.Top = append(read.Posts, p), max(read.Top, id)
		}
	}
	return read, nil
}

// index is a running Indexer and a Searcher over databases of their own.
type index struct {
	*filter.Indexer
	*filter.Searcher
	pools    *storage.Pools
	channels *filter.Channels
	vocab    *filter.Vocabulary
	telegram *fakeTelegram
	database string
	stopRun  func()
}

func (ix *index) Search(ctx context.Context, q filter.Query) (filter.Page, error) {
	return ix.Searcher.Search(ctx, q)
}

// testOptions configure an index.
type testOptions struct {
	filter.IndexOptions
	timeout       time.Duration // of one call to a pool; long, because tests share a small machine
	limits        []int64       // LimitBytes of each pool
	second        string        // host of the second pool, which then uses the name of the first pool's database; empty: the test's server
	allPoolsDown  bool          // no pool answers at the start
	beforeCommand func(e *event.CommandStartedEvent)
	modes         *storage.Setting[storage.PoolModes]
}

type setting func(*testOptions)

// shortTimeouts lets calls fail soon, for tests that stop servers.
func shortTimeouts(o *testOptions) { o.timeout = 2 * time.Second }

// openPools opens the databases of a name.
func openPools(t *testing.T, database string, settings ...setting) (*storage.Pools, testOptions) {
	t.Helper()
	if err := startShared(); err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	if os.Getenv("PAVILION_TEST_LOG") != "" {
		logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	o := testOptions{IndexOptions: filter.IndexOptions{Logger: logger}, timeout: time.Minute, limits: make([]int64, len(shared.MongoURIs))}
	for _, set := range settings {
		set(&o)
	}
	var opts []storage.PoolOptions
	for i, uri := range shared.MongoURIs {
		name := database + "_" + string(rune('a'+i))
		if i == 1 && o.second != "" {
			name, uri = database+"_a", "mongodb://"+o.second+"/?directConnection=true"
		}
		opts = append(opts, storage.PoolOptions{Name: string(rune('a' + i)), URI: secret.New(uri), Database: name, LimitBytes: o.limits[i], Monitor: sentCommands.monitor(o.beforeCommand)})
	}
	pools, err := storage.OpenPools(storage.PoolsOptions{Pools: opts, Timeout: o.timeout, Logger: logger, Modes: o.modes})
	if err != nil {
		t.Fatal(err)
	}
	return pools, o
}

// openDatabases opens the databases of an index for a test that reads or changes them past every indexer.
func openDatabases(t *testing.T, database string, settings ...setting) *index {
	t.Helper()
	pools, _ := openPools(t, database, settings...)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = pools.Run(ctx) // closes them
	})
	return &index{pools: pools}
}

// openIndex starts an index over the databases of a name. Two indexes of one name share them, like a process and its successor.
func openIndex(t *testing.T, database string, tg *fakeTelegram, settings ...setting) *index {
	t.Helper()
	pools, o := openPools(t, database, settings...)
	vocab, err := filter.NewVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	channels := filter.NewChannels(pools, time.Now)
	ix := &index{
		Indexer: filter.NewIndexer(pools, vocab, channels, o.IndexOptions), Searcher: filter.NewSearcher(pools, vocab, filter.SearchOptions{Logger: o.Logger, Timeout: time.Minute}),
		pools: pools, channels: channels, vocab: vocab, telegram: tg, database: database,
	}
	ix.SetReader(tg)
	if err := channels.Load(t.Context()); (err != nil) != o.allPoolsDown {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	pctx, cancelPools := context.WithCancel(context.Background())
	running.Go(func() { _ = vocab.Run(ctx) })
	running.Go(func() { _ = ix.Run(ctx) })
	var poolsRun sync.WaitGroup
	poolsRun.Go(func() { _ = pools.Run(pctx) })
	ix.stopRun = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		cancelPools()
		poolsRun.Wait()
	})
	t.Cleanup(ix.stopRun)
	if !o.allPoolsDown {
		eventually(t, "the words are known", func() bool { return ix.Backlog().UnreadPools == 0 })
	}
	return ix
}

func newIndex(t *testing.T, settings ...setting) *index {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "_", " ", "_").Replace(t.Name()))
	return openIndex(t, name[max(0, len(name)-40):]+fmt.Sprint(time.Now().UnixNano()%1e6), &fakeTelegram{posts: map[filter.Place]filter.Post{}}, settings...)
}

const channel filter.ChannelID = 1_234_567_890

func post(id int, name string) filter.Post {
	return filter.Post{
		Place: filter.Place{Channel: channel, Message: filter.MessageID(id)}, Posted: time.Unix(1_700_000_000+int64(id), 0).UTC(),
		Media: filter.Media{Document: filter.DocumentID(5_000_000_000 + id), AccessHash: 77, Reference: []byte("reference"), Kind: filter.KindVideo, Name: name, Mime: "video/mp4", Size: 1 << 30},
	}
}

func (ix *index) addChannel(t *testing.T) {
	t.Helper()
	if _, err := ix.AddChannel(t.Context(), channel, "Archive", "archive"); err != nil {
		t.Fatal(err)
	}
}

func (ix *index) storePosts(t *testing.T, posts ...filter.Post) {
	t.Helper()
	for _, p := range posts {
		ix.telegram.putPost(p)
		ix.Post(p)
	}
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (ix *index) foundNames(t *testing.T, text string) []string {
	t.Helper()
	page, err := ix.Search(t.Context(), filter.Query{Text: text, Limit: 50})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var names []string
	for _, f := range page.Files {
		names = append(names, f.Media.Name)
	}
	return names
}

// waitLimit ends a test that hangs. It is long, because tests share a small machine.
const waitLimit = 3 * time.Minute

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(waitLimit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("not within %s: %s", waitLimit, what)
		case <-tick.C:
		}
	}
}

// countFiles counts the documents of files in all pools.
func (ix *index) countFiles(t *testing.T) int64 {
	t.Helper()
	return countIn(t, "files", ix.pools.All()...)
}

// countIn counts the documents of a collection in some pools.
func countIn(t *testing.T, collection string, pools ...*storage.Pool) (sum int64) {
	t.Helper()
	for _, p := range pools {
		err := p.Do(t.Context(), "count", func(ctx context.Context, db *mongo.Database) error {
			n, err := db.Collection(collection).CountDocuments(ctx, bson.D{}, options.Count().SetComment(ownCommand))
			sum += n
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return sum
}

// measure measures the pools and returns the bytes of their documents and indexes.
func (ix *index) measure(t *testing.T) (data, indexes int64) {
	t.Helper()
	for _, p := range ix.pools.All() {
		if err := p.Measure(t.Context()); err != nil {
			t.Fatal(err)
		}
		data, indexes = data+p.State().DataBytes, indexes+p.State().IndexBytes
	}
	return data, indexes
}

func TestSearch_Cases(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"testdata/search.tsv", "testdata/search_more.tsv", "testdata/search2.tsv"} {
		rows := readCases(t, file)
		ix := newIndex(t)
		ix.addChannel(t)
		seen := map[string]bool{}
		for i, row := range rows {
			if !seen[row[1]] {
				seen[row[1]] = true
				ix.storePosts(t, post(i+1, row[1]))
			}
		}
		for _, row := range rows {
			found := false
			for _, name := range ix.foundNames(t, row[0]) {
				found = found || name == row[1]
			}
			if found != (row[2] == "yes") {
				t.Errorf("%q finds %q: %v, want %s (%s)", row[0], row[1], found, row[2], row[3])
			}
		}
		ix.stopRun()
	}
}

// readCases reads rows of four fields separated by tabs. encoding/csv would treat the quotation marks in them as syntax.
func readCases(t *testing.T, file string) [][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		row := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(row) != 4 || row[2] != "yes" && row[2] != "no" {
			t.Fatalf("%s: not a case: %q", file, line)
		}
		rows = append(rows, row)
	}
	return rows
}
