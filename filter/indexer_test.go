package filter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/sandbox/club"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

func TestIndexer_APostIsFoundWithinASecond(t *testing.T) {
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Warm.Up.2001.mkv"))
	p := post(2, "Golden.River.2014.mkv")
	ix.telegram.putPost(p)
	start := time.Now()
	ix.Post(p)
	eventually(t, "found", func() bool { return len(ix.foundNames(t, "golden river")) == 1 })
	if took := time.Since(start); took > time.Second {
		t.Errorf("found after %s", took)
	}
}

func TestIndexer_OverflowLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const n = 1_500
	ix := newIndex(t, func(o *testOptions) { o.QueueSize = 100 })
	ix.addChannel(t)
	for i, f := range club.NewArchive(3).Take(n) {
		p := post(i+1, f.Name)
		ix.telegram.putPost(p)
		ix.Post(p)
		if i%7 == 0 {
			ix.Post(p) // Telegram repeats updates
		}
	}
	if ix.Backlog().InGaps == 0 {
		t.Fatal("the queue never overflowed; the test shows nothing")
	}
	eventually(t, "everything is stored", func() bool {
		b := ix.Backlog()
		return b.Queued == 0 && b.InGaps == 0
	})
	if got := ix.countFiles(t); got != n {
		t.Errorf("%d documents for %d files", got, n)
	}
}

func TestIndexer_AKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	ix := newIndex(t, func(o *testOptions) { o.QueueSize = 50 })
	ix.addChannel(t)
	ix.storePosts(t, post(1, "First.2001.mkv"))
	eventually(t, "the ledger is kept", func() bool {
		ch, err := ix.channels.Get(channel)
		return err == nil && ch.Low >= 1 && len(ch.Gaps) == 0
	})
	// The process stops, and more posts come while none runs: only Telegram has them.
	ix.stopRun()
	for i := 2; i <= 450; i++ {
		if i%3 != 0 { // the other ids have no message
			ix.telegram.putPost(post(i, fmt.Sprintf("Lost and Found %d.mkv", i)))
		}
	}
	next := openIndex(t, ix.database, ix.telegram)
	eventually(t, "the last one is found", func() bool { return len(next.foundNames(t, "lost found 449")) == 1 })
	eventually(t, "all are found", func() bool { return next.countFiles(t) == 1+299 })
}

func TestIndexer_AGapInTheUpdatesIsReadAgain(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "First.2001.mkv"))
	for i := 2; i < 9; i++ {
		ix.telegram.putPost(post(i, fmt.Sprintf("Missed Over %d.mkv", i)))
	}
	ix.storePosts(t, post(9, "Ninth.2009.mkv"))
	eventually(t, "the missed posts are found", func() bool { return len(ix.foundNames(t, "missed over")) == 7 })
}

func TestIndexer_OneFileInThreeChannelsIsOneDocument(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	for i := range 3 {
		if _, err := ix.AddChannel(t.Context(), channel+filter.ChannelID(i), fmt.Sprint("Channel ", i), ""); err != nil {
			t.Fatal(err)
		}
		p := post(1, "Golden.River.2014.mkv")
		p.Place = filter.Place{Channel: channel + filter.ChannelID(i), Message: filter.MessageID(10 + i)}
		ix.storePosts(t, p)
	}
	page, err := ix.Search(t.Context(), filter.Query{Text: "golden river"})
	if err != nil || len(page.Files) != 1 || len(page.Files[0].Places) != 3 || ix.countFiles(t) != 1 {
		t.Fatalf("%d results, %d documents, %+v, %v", len(page.Files), ix.countFiles(t), page.Files, err)
	}
	// The document is deleted with its last place.
	for i := range 3 {
		ix.Delete(channel+filter.ChannelID(i), []filter.MessageID{filter.MessageID(10 + i)})
		if err := ix.WaitStored(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := len(ix.foundNames(t, "golden river")); (left == 1) != (i < 2) {
			t.Errorf("after %d deletions: %d results", i+1, left)
		}
	}
}

func TestIndexer_EditsAreApplied(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))

	captioned := post(1, "Golden.River.2014.mkv")
	captioned.Media.Caption = "uncut premiere"
	ix.Edit(captioned)
	replaced := post(2, "Silent.Harbour.2015.mkv") // another file at the same place
	replaced.Place.Message = 1
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ix.foundNames(t, "premiere"); len(got) != 1 {
		t.Errorf("the new caption finds %v", got)
	}
	ix.Edit(replaced)
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	if old, now := ix.foundNames(t, "golden river"), ix.foundNames(t, "silent harbour"); len(old) != 0 || len(now) != 1 {
		t.Errorf("after the file was replaced: old %v, new %v", old, now)
	}
}

func TestIndexer_PausedPostsAreReadAtResume(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Before.2001.mkv"))
	if _, err := ix.channels.Pause(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	ix.storePosts(t, post(2, "Paused.2002.mkv"))
	if got := ix.foundNames(t, "paused"); len(got) != 0 {
		t.Errorf("a paused channel's post is found: %v", got)
	}
	if _, err := ix.channels.Resume(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	eventually(t, "found after resume", func() bool { return len(ix.foundNames(t, "paused")) == 1 })
}

func TestIndexer_ARemovedChannelsFilesLeave(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	var posts []filter.Post
	for i := range 1200 {
		posts = append(posts, post(i+1, fmt.Sprintf("Leaving Town %d.mkv", i)))
	}
	ix.storePosts(t, posts...)
	if _, err := ix.channels.Remove(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all files left", func() bool { return ix.countFiles(t) == 0 })
	if _, err := ix.channels.Get(channel); err == nil {
		t.Error("the channel is still there")
	}
}

func TestIndexer_PastIsReadCancelledAndResumed(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	for i := 1; i <= 950; i++ {
		ix.telegram.putPost(post(i, fmt.Sprintf("Old Innings %d.mkv", i)))
	}
	ix.addChannel(t)
	if ch, err := ix.channels.Get(channel); err != nil || ch.Low != 950 {
		t.Fatalf("the channel is indexed from message %d on, %v; want 950", ch.Low, err)
	}
	ix.storePosts(t, post(960, "Live.2020.mkv"))
	_, err := ix.StartPast(t.Context(), channel, 1, 950, filter.Report{Chat: 1, Message: 2, By: 3})
	if err != nil {
		t.Fatal(err)
	}
	ix.stopRun() // at any point of the read
	next := openIndex(t, ix.database, ix.telegram)
	eventually(t, "the read goes on to its end", func() bool { return next.countFiles(t) == 951 && len(next.Pasts()) == 0 })

	if _, err := next.StartPast(t.Context(), channel, 5, 4, filter.Report{}); err == nil {
		t.Error("a range that runs backwards is accepted")
	}
	p, err := next.StartPast(t.Context(), channel, 1, 900_000, filter.Report{})
	if err != nil {
		t.Fatal(err)
	}
	if err := next.CancelPast(p.ID); err != nil {
		t.Fatal(err)
	}
	eventually(t, "cancelled", func() bool { return len(next.Pasts()) == 0 })
}

func TestIndexer_APoolDownHidesOnlyItsFilesAndDuplicatesAreMerged(t *testing.T) {
	ix := newIndex(t, shortTimeouts)
	ix.addChannel(t)
	ix.pools.All()[0].Wrote(-1 << 30) // the most room, so all files go there
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"), post(2, "Golden.Harbour.2015.mkv"))
	shared.StopMongo(0)
	started := false
	restart := func() {
		if !started {
			started = true
			if err := shared.StartMongo(context.Background(), 0); err != nil {
				t.Error(err)
			}
		}
	}
	defer restart()

	again := post(1, "Golden.River.2014.mkv")
	again.Place.Message = 30
	ix.telegram.putPost(again)
	ix.storePosts(t, again, post(31, "Golden.Empire.2016.mkv"))
	page, err := ix.Search(t.Context(), filter.Query{Text: "golden"})
	if err != nil || !slices.Equal(page.Missing, []string{"a"}) || len(page.Files) != 2 {
		t.Fatalf("while a pool is down: %d files, missing %v, %v", len(page.Files), page.Missing, err)
	}
	restart()
	eventually(t, "whole again, each file once", func() bool {
		page, err := ix.Search(t.Context(), filter.Query{Text: "golden"})
		return err == nil && len(page.Missing) == 0 && len(page.Files) == 3
	})
	eventually(t, "the twins are merged", func() bool { return ix.countFiles(t) == 3 })
	file, err := ix.File(t.Context(), again.Media.Document, filter.Place{})
	if err != nil || len(file.Places) != 2 {
		t.Errorf("the merged file stands in %v, %v", file.Places, err)
	}
}

// After an outage the host name of the second URI leads to the first server. A file that was stored during the outage then seems to be in both pools,
// but there is only one copy.
func TestIndexer_TheOnlyCopyOverTwoWaysIsNotMerged(t *testing.T) {
	if err := startShared(); err != nil {
		t.Fatal(err)
	}
	host := func(i int) string {
		u, err := url.Parse(shared.MongoURIs[i])
		if err != nil {
			t.Fatal(err)
		}
		return u.Host
	}
	way, err := engines.OpenDetour(t.Context(), host(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(way.Cut)
	ix := newIndex(t, shortTimeouts, func(o *testOptions) { o.second = way.Addr() })
	ix.addChannel(t)
	second := ix.pools.All()[1]
	way.Cut()
	eventually(t, "the second way is down", func() bool {
		return errors.Is(second.Measure(t.Context()), storage.ErrPoolDown) && second.Down()
	})
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	if err := way.LeadTo(t.Context(), host(0)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the second way is left alone", func() bool { return second.SameAs() == "a" && !slices.Contains(ix.pools.All(), second) })
	ix.storePosts(t, post(2, "Golden.Harbour.2015.mkv"))
	page, err := ix.Search(t.Context(), filter.Query{Text: "golden"})
	if err != nil || len(page.Files) != 2 || len(page.Missing) != 0 {
		t.Errorf("%d files, missing %v, %v", len(page.Files), page.Missing, err)
	}
	if n := ix.countFiles(t); n != 2 {
		t.Errorf("%d documents for 2 files", n)
	}
}

func TestIndexer_GapsAreReadWhileAPoolIsDown(t *testing.T) {
	const missed = 300
	ix := newIndex(t, shortTimeouts, func(o *testOptions) { o.QueueSize = 40 })
	ix.addChannel(t)
	ix.storePosts(t, post(1, "First.2001.mkv"))
	for i := 2; i < 2+missed; i++ {
		ix.telegram.putPost(post(i, fmt.Sprintf("Missed Over %d.mkv", i)))
	}
	shared.StopMongo(0)
	defer func() {
		if err := shared.StartMongo(context.Background(), 0); err != nil {
			t.Error(err)
		}
	}()
	ix.storePosts(t, post(2+missed, "Last.2009.mkv"))
	eventually(t, "all are found", func() bool {
		page, err := ix.Search(t.Context(), filter.Query{Text: "missed over"})
		return err == nil && page.Total == missed
	})
}

func TestIndexer_ARemovalWaitsForAPoolThatIsDown(t *testing.T) {
	ix := newIndex(t, shortTimeouts)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	shared.StopMongo(0)
	defer func() {
		if err := shared.StartMongo(context.Background(), 0); err != nil {
			t.Error(err)
		}
	}()
	if _, err := ix.channels.Remove(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		done, err := ix.RemoveChannelBatch(t.Context(), channel)
		if done {
			t.Fatal("the removal is over, and a pool was not asked")
		}
		if err != nil {
			return
		}
	}
	t.Error("the removal goes on and on, and nothing is left to remove")
}

func TestIndexer_AllPoolsDownLosesNothing(t *testing.T) {
	ix := newIndex(t, shortTimeouts)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "First.2001.mkv"))
	for i := range shared.MongoURIs {
		shared.StopMongo(i)
	}
	p := post(2, "Golden.River.2014.mkv")
	ix.telegram.putPost(p)
	ix.Post(p)
	_, err := ix.Search(t.Context(), filter.Query{Text: "first"})
	for i := range shared.MongoURIs {
		if err := shared.StartMongo(context.Background(), i); err != nil {
			t.Fatal(err)
		}
	}
	if err == nil || !errors.Is(err, filter.ErrSearchUnavailable) {
		t.Errorf("search without any pool: %v", err)
	}
	eventually(t, "the post is found", func() bool {
		page, err := ix.Search(t.Context(), filter.Query{Text: "golden river"})
		return err == nil && len(page.Files) == 1
	})
}

// TestIndexer_EventsBeforeTheChannelsAreLoadedAreApplied starts an index while no pool answers.
func TestIndexer_EventsBeforeTheChannelsAreLoadedAreApplied(t *testing.T) {
	ix := newIndex(t, shortTimeouts)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"), post(2, "Silent.Harbour.2015.mkv"), post(3, "Amber.Island.2016.mkv"))
	if err := ix.SaveLedgers(t.Context()); err != nil {
		t.Fatal(err)
	}
	ix.stopRun()
	for i := range shared.MongoURIs {
		shared.StopMongo(i)
	}
	next := openIndex(t, ix.database, ix.telegram, shortTimeouts, func(o *testOptions) { o.allPoolsDown = true })
	ix.telegram.removePost(post(1, "").Place)
	next.Delete(channel, []filter.MessageID{1})
	renamed := post(2, "Quiet.Harbour.2015.mkv")
	ix.telegram.putPost(renamed)
	next.Edit(renamed)
	if err := next.SaveLedgers(t.Context()); err == nil {
		t.Error("what came is said to outlive the process")
	}
	for i := range shared.MongoURIs {
		if err := shared.StartMongo(context.Background(), i); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the channels are known and nothing is owed", func() bool {
		return next.channels.Loaded() && next.SaveLedgers(t.Context()) == nil && next.Backlog() == filter.Backlog{}
	})
	if next.vocab.Count("amber") != 1 {
		t.Error("the words of pools that answered late are not known")
	}
	if got := next.foundNames(t, "golden river"); len(got) != 0 {
		t.Errorf("the deleted post is found: %v", got)
	}
	if got := next.foundNames(t, "quiet harbour"); len(got) != 1 {
		t.Error("the edit is not followed")
	}
}

// TestChannels_ARecoveredPoolGetsMissedWrites adds a channel while a pool is down, and later loads it from this pool alone.
func TestChannels_ARecoveredPoolGetsMissedWrites(t *testing.T) {
	ix := newIndex(t, shortTimeouts)
	shared.StopMongo(0)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	if err := shared.StartMongo(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	only, err := storage.OpenPools(storage.PoolsOptions{
		Pools: []storage.PoolOptions{{Name: "a", URI: secret.New(shared.MongoURIs[0]), Database: ix.database + "_a"}}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = only.Run(ctx) })
	defer running.Wait()
	defer stop()
	eventually(t, "it knows the channel", func() bool {
		channels := filter.NewChannels(only, time.Now)
		if err := channels.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		return channels.State(channel) == filter.ChannelActive
	})
}

func TestIndexer_RefreshUpdatesTheIndex(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	renewed := post(1, "Golden.River.2014.mkv")
	renewed.Media.Reference = []byte("renewed")
	ix.telegram.putPost(renewed)
	file, err := ix.Refresh(t.Context(), filter.File{Media: renewed.Media})
	if err != nil || string(file.Media.Reference) != "renewed" {
		t.Fatalf("%s, %v", file.Media.Reference, err)
	}
	ix.telegram.mu.Lock()
	clear(ix.telegram.posts)
	ix.telegram.mu.Unlock()
	if _, err := ix.Refresh(t.Context(), filter.File{Media: renewed.Media}); !errors.Is(err, filter.ErrFileGone) {
		t.Errorf("refresh of a deleted file: %v", err)
	}
	eventually(t, "it left the index", func() bool { return ix.countFiles(t) == 0 })
}

func TestIndexer_RefreshTriesEveryPlace(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	if _, err := ix.AddChannel(t.Context(), channel+1, "Second", ""); err != nil {
		t.Fatal(err)
	}
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	elsewhere := post(1, "Golden.River.2014.mkv")
	elsewhere.Place = filter.Place{Channel: channel + 1, Message: 7}
	elsewhere.Media.Reference = []byte("renewed")
	ix.storePosts(t, elsewhere)
	ix.telegram.mu.Lock()
	ix.telegram.forbidden = channel // the bot was removed from it
	ix.telegram.mu.Unlock()
	file, err := ix.Refresh(t.Context(), filter.File{Media: elsewhere.Media})
	if err != nil || string(file.Media.Reference) != "renewed" {
		t.Errorf("%s, %v", file.Media.Reference, err)
	}
	ix.telegram.removePost(elsewhere.Place)
	if _, err := ix.Refresh(t.Context(), filter.File{Media: elsewhere.Media}); !errors.Is(err, errForbidden) {
		t.Errorf("gone from one channel, the other cannot be read: %v", err)
	}
}

// TestStore_BytesPerFile keeps the promise that a free cluster of 512 MB holds 1.3 million files.
func TestStore_BytesPerFile(t *testing.T) {
	t.Parallel()
	const n, most = 4_000, 400.0 // each costs more than in a full archive, where more files share a list
	ix := newIndex(t, func(o *testOptions) { o.QueueSize = n })
	ix.addChannel(t)
	for i, f := range club.NewArchive(5).Take(n) {
		p := post(i+1, f.Name)
		p.Media.Caption, p.Media.Mime, p.Media.Size = f.Caption, f.Mime, f.Size
		p.Media.AccessHash = int64(i) * 7919 * 1_000_003 * 65_537
		p.Media.Document = filter.DocumentID(5_000_000_000_000_000_000 + int64(i)*1_000_003)
		p.Media.Reference = fmt.Appendf(nil, "%025d", i) // as long as Telegram's
		ix.Post(p)
	}
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ix.countFiles(t); got != n {
		t.Fatalf("%d documents for %d files", got, n)
	}
	data, indexes := ix.measure(t)
	per := float64(data+indexes) / n
	t.Logf("%.0f bytes a file: %.0f of documents, %.0f of indexes", per, float64(data)/n, float64(indexes)/n)
	if per > most {
		t.Errorf("%.0f bytes a file, at most %.0f", per, most)
	}
}

// TestStore_AFullPoolHandsOverToTheNext fills one pool after the other up to its limit.
func TestStore_AFullPoolHandsOverToTheNext(t *testing.T) {
	t.Parallel()
	const kept = 4 << 20 // as storage leaves it free in a pool
	ix := newIndex(t, func(o *testOptions) { o.limits = []int64{kept + 120<<10, kept + 100<<10, kept + 80<<10} })
	ix.addChannel(t)
	ix.measure(t)
	archive, posted := club.NewArchive(4), 0
	for ix.Backlog().InGaps == 0 && posted < 20_000 {
		var posts []filter.Post
		for _, f := range archive.Take(50) {
			posted++
			posts = append(posts, post(posted, f.Name))
		}
		ix.storePosts(t, posts...)
	}
	stored := ix.countFiles(t)
	if b := ix.Backlog(); b.InGaps == 0 || int(stored)+b.InGaps != posted {
		t.Errorf("%d posted, %d stored, %+v: what fits nowhere must be owed", posted, stored, b)
	}
	for i, p := range ix.pools.All() {
		if err := p.Measure(t.Context()); err != nil {
			t.Fatal(err)
		}
		state := p.State()
		if n := countIn(t, "files", p); n == 0 || state.DataBytes+state.IndexBytes > state.LimitBytes {
			t.Errorf("pool %d: %d files in %d bytes, %d are allowed", i, n, state.DataBytes+state.IndexBytes, state.LimitBytes)
		}
	}
	// A full pool still stores changes of its own files.
	again := post(1, club.NewArchive(4).Next().Name)
	again.Place.Message = filter.MessageID(posted + 1)
	ix.storePosts(t, again)
	file, err := ix.File(t.Context(), again.Media.Document, filter.Place{})
	if err != nil || len(file.Places) != 2 || ix.countFiles(t) != stored {
		t.Errorf("a second place of a file in a full pool: %v, %v", file.Places, err)
	}
}

// TestIndexer_RemovingAChannelSparesTheOthers removes one channel while another one is indexed with the same words, post by post.
func TestIndexer_RemovingAChannelSparesTheOthers(t *testing.T) {
	t.Parallel()
	shared := []string{"amber", "birch", "cedar", "dune", "olive", "fjord", "grove", "heath"} // no two are alike
	ix := newIndex(t)
	ix.addChannel(t)
	if _, err := ix.AddChannel(t.Context(), channel+1, "Leaving", ""); err != nil {
		t.Fatal(err)
	}
	var leaving []filter.Post
	for i := range 400 {
		p := post(1_000_000+i, fmt.Sprintf("%s walk %d.mkv", shared[i%len(shared)], i))
		p.Place = filter.Place{Channel: channel + 1, Message: filter.MessageID(i + 1)}
		leaving = append(leaving, p)
	}
	ix.storePosts(t, leaving...)
	if _, err := ix.channels.Remove(t.Context(), channel+1); err != nil {
		t.Fatal(err)
	}
	posted := map[string]int{}
	for i := 1; ix.channels.State(channel+1) != filter.ChannelRemoved; i++ {
		word := shared[i%len(shared)]
		posted[word]++
		ix.storePosts(t, post(i, fmt.Sprintf("%s run %d.mp4", word, i)))
	}
	for word, n := range posted {
		if page, err := ix.Search(t.Context(), filter.Query{Text: word + " mp4"}); err != nil || page.Total != n {
			t.Errorf("%s: %d of %d files are found, %v", word, page.Total, n, err)
		}
	}
}
