package filter_test

import (
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"

	"pavilion/filter"
	"pavilion/storage"
)

// onePoolOf stores all files in one of the pools.
func onePoolOf(i int) setting {
	return func(o *testOptions) { o.limits[i] = 1 << 40 }
}

func finds(e *event.CommandStartedEvent, collection string) bool {
	return e.CommandName == "find" && e.Command.Lookup("find").StringValue() == collection
}

func notes(e *event.CommandStartedEvent) bool {
	return e.CommandName == "insert" && e.Command.Lookup("insert").StringValue() == "unfinished"
}

// afterInsert reports the first command of its kind after a file was inserted.
func afterInsert(is func(*event.CommandStartedEvent) bool) func(*event.CommandStartedEvent) bool {
	var mu sync.Mutex
	inserted := false
	return func(e *event.CommandStartedEvent) bool {
		mu.Lock()
		defer mu.Unlock()
		inserted = inserted || insertsFile(e)
		return inserted && is(e)
	}
}

// TestCopies_OfAProcessThatDiesBeforeItLooksForThemAreMerged lets two processes store one file, and stops the later one before it looks for the other copy.
func TestCopies_OfAProcessThatDiesBeforeItLooksForThemAreMerged(t *testing.T) {
	t.Parallel()
	ix, _ := town(t)
	ix.stopRun()
	inserting := newGate(insertsFile)
	looking := newGate(afterInsert(func(e *event.CommandStartedEvent) bool { return finds(e, "files") }))
	first := openIndex(t, ix.database, ix.telegram, onePool, func(o *testOptions) {
		inserting.install(o)
		insert := o.beforeCommand
		looking.install(o)
		look := o.beforeCommand
		o.beforeCommand = func(e *event.CommandStartedEvent) { insert(e); look(e) }
	})
	t.Cleanup(func() { close(looking.open) })
	second := openIndex(t, ix.database, ix.telegram, onePoolOf(1))
	late := post(21, "Late Harbour.mkv")
	ix.telegram.putPost(late)
	first.Post(late)
	<-inserting.reached
	second.storePosts(t, late)
	close(inserting.open)
	<-looking.reached
	if err := second.FinishWrites(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := second.check(t, quickCheck); got.Wrong() != 0 || got.Unfinished != 0 || got.Files != 21 {
		t.Errorf("%+v", got)
	}
}

// TestCopies_OneThatComesDuringAMergeIsMergedAsWell stores a copy while another process has merged the earlier ones and deletes their note.
func TestCopies_OneThatComesDuringAMergeIsMergedAsWell(t *testing.T) {
	t.Parallel()
	ix, posts := town(t)
	if err := ix.StoreDuplicate(t.Context(), posts[3]); err != nil {
		t.Fatal(err)
	}
	ix.stopRun()
	dropping := newGate(func(e *event.CommandStartedEvent) bool { return deletesFrom(e, "unsettled") })
	merging := openIndex(t, ix.database, ix.telegram, onePool, dropping.install) // merges at its start
	<-dropping.reached
	if err := merging.StoreDuplicateUnlocked(t.Context(), posts[3]); err != nil {
		t.Fatal(err)
	}
	close(dropping.open)
	if err := merging.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := merging.check(t, quickCheck); got.Wrong() != 0 || got.Files != 20 {
		t.Errorf("%+v", got)
	}
}

// TestCopies_AMergeAndADrainAtOnceKeepOne lets one process keep the first copy of a file, and another one the second.
func TestCopies_AMergeAndADrainAtOnceKeepOne(t *testing.T) {
	t.Parallel()
	modes := withModes(t)
	ix := newIndex(t, onePool, modes)
	ix.addChannel(t)
	lonely := post(1, "Lonely Harbour.mkv")
	ix.storePosts(t, lonely)
	ix.stopRun()
	draining := newGate(func(e *event.CommandStartedEvent) bool { return deletesFrom(e, "files") })
	merging := newGate(notes)
	second := openIndex(t, ix.database, ix.telegram, onePoolOf(1), modes, draining.install)
	if err := second.StoreDuplicate(t.Context(), lonely); err != nil {
		t.Fatal(err)
	}
	if err := second.pools.SetMode(t.Context(), 7, "a", storage.PoolDraining); err != nil {
		t.Fatal(err)
	}
	first := openIndex(t, ix.database, ix.telegram, onePool, modes, merging.install) // merges at its start
	<-merging.reached
	var drained sync.WaitGroup
	drain := filter.NewDrain(second.Indexer, filter.NewAudience(second.pools, time.Now), slog.New(slog.DiscardHandler))
	drained.Go(func() { _, _ = drain.DrainPool(t.Context(), second.pools.All()[0]) })
	<-draining.reached
	close(merging.open)
	if err := first.Reconcile(t.Context()); err != nil {
		t.Log(err) // the copies have changed
	}
	close(draining.open)
	drained.Wait()
	if names := first.foundNames(t, "lonely harbour"); !slices.Equal(names, []string{"Lonely Harbour.mkv"}) {
		t.Errorf("found %v", names)
	}
}

// TestCheckArchive_AMergeMeanwhileIsNoFalseAlarm lets the bot merge the copies of a file between two reads of the check.
func TestCheckArchive_AMergeMeanwhileIsNoFalseAlarm(t *testing.T) {
	t.Parallel()
	ix, posts := town(t)
	ix.stopRun()
	bot := openIndex(t, ix.database, ix.telegram, onePool)
	reading := newGate(func(e *event.CommandStartedEvent) bool { return finds(e, "unsettled") })
	release := bot.BlockStoring() // the bot merges when this test says so
	if err := bot.StoreDuplicateUnlocked(t.Context(), posts[3]); err != nil {
		t.Fatal(err)
	}
	reader := openDatabases(t, ix.database, reading.install)
	checked := make(chan filter.PoolCheck)
	go func() { checked <- reader.check(t, quickCheck) }()
	<-reading.reached
	release()
	if err := bot.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(reading.open)
	if got := <-checked; got.Twice != 0 {
		t.Errorf("%+v", got)
	}
}
