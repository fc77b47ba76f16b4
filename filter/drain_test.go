package filter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/storage"
)

// withModes gives an index pools whose modes can be changed. All indexes of a test share them.
func withModes(t *testing.T) setting {
	t.Helper()
	if err := startShared(); err != nil {
		t.Fatal(err)
	}
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(shared.PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	options := storage.PoolModesOptions()
	options.Name, options.Now = fmt.Sprintf("modes_%s", randomLetters(t)), time.Now
	return func(o *testOptions) { o.modes = storage.NewSetting(db, options) }
}

func randomLetters(t *testing.T) string {
	t.Helper()
	name := ""
	for n := time.Now().UnixNano(); n > 0; n /= 26 {
		name += string(rune('a' + n%26))
	}
	return name
}

// drained makes an index whose pool a has files and people and is draining.
func drained(t *testing.T, modes setting, files int) *index {
	t.Helper()
	ix := newIndex(t, modes)
	ix.addChannel(t)
	ix.pools.All()[0].Wrote(-1 << 30) // the most room
	var posts []filter.Post
	for i := range files {
		posts = append(posts, post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i+1)))
	}
	ix.storePosts(t, posts...)
	people := filter.NewAudience(ix.pools, time.Now)
	for id := range filter.UserID(5) {
		if err := people.MarkActive(t.Context(), 100+id, "hi"); err != nil {
			t.Fatal(err)
		}
	}
	if n := countIn(t, "files", ix.pools.All()[0]); n != int64(files) {
		t.Fatalf("pool a has %d files", n)
	}
	if err := ix.pools.SetMode(t.Context(), 7, "a", storage.PoolDraining); err != nil {
		t.Fatal(err)
	}
	return ix
}

func (ix *index) checkDrained(t *testing.T, files int) {
	t.Helper()
	if n := countIn(t, "files", ix.pools.All()[0]); n != 0 {
		t.Errorf("%d files are left", n)
	}
	if n := ix.countFiles(t); n != int64(files) {
		t.Errorf("%d documents in all pools, want %d", n, files)
	}
	if page, err := ix.Search(t.Context(), filter.Query{Text: "quiet town", Limit: 10_000}); err != nil || page.Total != files {
		t.Errorf("a search finds %d of %d files, %v", page.Total, files, err)
	}
	people := filter.NewAudience(ix.pools, time.Now)
	if n := people.Count(t.Context()); n.Total != 5 {
		t.Errorf("%d people", n.Total)
	}
	if language, err := people.Language(t.Context(), 102); err != nil || language != "hi" {
		t.Errorf("language %q, %v", language, err)
	}
}

func TestDrain_MovesFilesAndPeopleAndNewOnesGoElsewhere(t *testing.T) {
	t.Parallel()
	const files = 530 // more than two batches
	ix := drained(t, withModes(t), files)
	d := filter.NewDrain(ix.Indexer, filter.NewAudience(ix.pools, time.Now), slog.New(slog.DiscardHandler))
	ix.storePosts(t, post(files+1, "Quiet Town late.mkv"))
	if n := countIn(t, "files", ix.pools.All()[0]); n != files {
		t.Errorf("a draining pool got a new file: %d", n)
	}
	if _, err := d.DrainPool(t.Context(), ix.pools.All()[0]); err != nil {
		t.Fatal(err)
	}
	ix.checkDrained(t, files+1)
	if n := ix.distinctIDs(t, "town"); n != files+1 {
		t.Errorf("%d ids in the list of a word", n)
	}
	if err := ix.pools.SetMode(t.Context(), 7, "a", storage.PoolNormal); err != nil {
		t.Fatal(err)
	}
	ix.pools.All()[0].Wrote(-1 << 30)
	ix.storePosts(t, post(files+2, "Quiet Town later.mkv"))
	if n := countIn(t, "files", ix.pools.All()[0]); n != 1 {
		t.Errorf("a normal pool again has %d files, want the newest", n)
	}
}

// A kill between the write to the new pool and the deletion leaves two copies. The next process removes the old ones.
func TestDrain_KilledBetweenWriteAndDeletionLosesNothing(t *testing.T) {
	t.Parallel()
	const files = 450
	modes := withModes(t)
	first := drained(t, modes, files)
	first.stopRun()
	killed, kill := context.WithCancel(t.Context())
	batches := 0
	var mu sync.Mutex
	dying := openIndex(t, first.database, first.telegram, modes, func(o *testOptions) {
		o.beforeCommand = func(e *event.CommandStartedEvent) {
			mu.Lock()
			defer mu.Unlock()
			if e.CommandName == "delete" && e.Command.Lookup("delete").StringValue() == "files" {
				if batches++; batches == 2 {
					kill()
				}
			}
		}
	})
	d := filter.NewDrain(dying.Indexer, filter.NewAudience(dying.pools, time.Now), slog.New(slog.DiscardHandler))
	if _, err := d.DrainPool(killed, dying.pools.All()[0]); !errors.Is(err, context.Canceled) && err == nil {
		t.Fatalf("the drain was not cut: %v", err)
	}
	dying.stopRun()
	next := openIndex(t, first.database, first.telegram, modes)
	if left := countIn(t, "files", next.pools.All()[0]); left == 0 || left == files {
		t.Fatalf("%d of %d files are left: the kill was not half-way", left, files)
	}
	d = filter.NewDrain(next.Indexer, filter.NewAudience(next.pools, time.Now), slog.New(slog.DiscardHandler))
	if _, err := d.DrainPool(t.Context(), next.pools.All()[0]); err != nil {
		t.Fatal(err)
	}
	next.checkDrained(t, files)
}

func TestPoolMode_OnePoolStaysNormalAndADrainNeedsRoom(t *testing.T) {
	t.Parallel()
	ix := newIndex(t, withModes(t))
	ix.measure(t)
	set := func(name string, mode storage.PoolMode) error { return ix.pools.SetMode(t.Context(), 7, name, mode) }
	if err := set("nowhere", storage.PoolReadOnly); !errors.Is(err, storage.ErrPoolUnknown) {
		t.Errorf("an unknown pool: %v", err)
	}
	if err := set("a", "sideways"); !errors.Is(err, storage.ErrPoolMode) {
		t.Errorf("an unknown mode: %v", err)
	}
	if err := errors.Join(set("a", storage.PoolReadOnly), set("b", storage.PoolReadOnly)); err != nil {
		t.Fatal(err)
	}
	if err := set("c", storage.PoolReadOnly); !errors.Is(err, storage.ErrLastPool) {
		t.Errorf("the last normal pool: %v", err)
	}
	if got := ix.pools.Writable(t.Context()); len(got) != 1 || got[0].Name() != "c" {
		t.Errorf("%d pools are writable", len(got))
	}
	ix.pools.All()[2].Wrote(1 << 30)
	if err := set("a", storage.PoolDraining); !errors.Is(err, storage.ErrNoRoomForDrain) {
		t.Errorf("a drain without room: %v", err)
	}
}
