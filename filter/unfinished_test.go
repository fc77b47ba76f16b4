package filter_test

import (
	"net/url"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/event"

	"pavilion/filter"
	"pavilion/sandbox/engines"
)

// TestWrites_AnInterruptedWriteIsFinished stops a process between its writes of lists and of files, in both orders, and starts another one.
func TestWrites_AnInterruptedWriteIsFinished(t *testing.T) {
	t.Parallel()
	edited := post(5, "Loud Village.mkv")
	for _, c := range []struct {
		name  string
		stop  func(e *event.CommandStartedEvent) bool
		do    func(ix *index)
		files int
	}{
		{"a post before its file", insertsFile, func(ix *index) { ix.Post(post(500, "Late Harbour.mkv")) }, 20},
		{"an edit before its file", func(e *event.CommandStartedEvent) bool { return writesTo(e, "files") }, func(ix *index) { ix.Edit(edited) }, 20},
		{"a deletion before its file", func(e *event.CommandStartedEvent) bool { return deletesFrom(e, "files") }, deleteFifth, 19},
		{"a deletion after its file", func(e *event.CommandStartedEvent) bool { return deletesFrom(e, "postings") }, deleteFifth, 19},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ix, _ := town(t)
			ix.stopRun()
			stop := newGate(c.stop)
			first := openIndex(t, ix.database, ix.telegram, onePool, stop.install)
			c.do(first)
			<-stop.reached
			t.Cleanup(func() { close(stop.open) })
			eventually(t, "the event is owed", func() bool {
				ch, err := first.channels.Get(channel)
				return err == nil && len(ch.Gaps) > 0
			})
			// A post or an edit is gone from the channel when the second process reads it again.
			second := openIndex(t, ix.database, ix.telegram, onePool)
			eventually(t, "nothing is owed", func() bool {
				ch, err := second.channels.Get(channel)
				return err == nil && len(ch.Gaps) == 0 && second.Backlog() == filter.Backlog{}
			})
			if err := second.FinishWrites(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := second.check(t, quickCheck); got.Wrong() != 0 || got.Unfinished != 0 || got.Files != c.files {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestWrites_AnErrorAfterTheFilesStoresNoSecondCopy cuts the connection to a pool when the files are written and their note is to be deleted.
func TestWrites_AnErrorAfterTheFilesStoresNoSecondCopy(t *testing.T) {
	t.Parallel()
	if err := startShared(); err != nil {
		t.Fatal(err)
	}
	server, err := url.Parse(shared.MongoURIs[1])
	if err != nil {
		t.Fatal(err)
	}
	way, err := engines.OpenDetour(t.Context(), server.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(way.Cut)
	ix := newIndex(t, shortTimeouts, func(o *testOptions) {
		o.second, o.limits[1] = way.Addr(), 1<<40 // the other pools are written to after it
		o.beforeCommand = func(e *event.CommandStartedEvent) {
			if deletesFrom(e, "unfinished") {
				way.Cut()
			}
		}
	})
	ix.addChannel(t)
	if err := ix.StoreOnce(t.Context(), post(1, "Golden River.mkv")); err == nil {
		t.Error("the cut is no error")
	}
	if err := way.LeadTo(t.Context(), server.Host); err != nil {
		t.Fatal(err)
	}
	second := ix.pools.All()[1]
	eventually(t, "the pool is back", func() bool { return second.Measure(t.Context()) == nil && !second.Down() })
	if stored, copies := countIn(t, "files", second), ix.countFiles(t)-countIn(t, "files", second); stored != 1 || copies != 0 {
		t.Errorf("%d documents and %d copies in other pools", stored, copies)
	}
}

func deleteFifth(ix *index) {
	ix.telegram.removePost(filter.Place{Channel: channel, Message: 5})
	ix.Delete(channel, []filter.MessageID{5})
}

func insertsFile(e *event.CommandStartedEvent) bool {
	return e.CommandName == "insert" && e.Command.Lookup("insert").StringValue() == "files"
}

func deletesFrom(e *event.CommandStartedEvent, collection string) bool {
	return e.CommandName == "delete" && e.Command.Lookup("delete").StringValue() == collection
}

// TestWrites_AnInterruptedOneGoesOnBesideTheOneThatFinishedIt lets the stopped process of TestWrites_AnInterruptedWriteIsFinished go on afterwards.
func TestWrites_AnInterruptedOneGoesOnBesideTheOneThatFinishedIt(t *testing.T) {
	t.Parallel()
	ix, _ := town(t)
	ix.stopRun()
	stop := newGate(insertsFile)
	first := openIndex(t, ix.database, ix.telegram, onePool, stop.install)
	late := post(500, "Late Harbour.mkv")
	first.Post(late)
	<-stop.reached
	second := openIndex(t, ix.database, ix.telegram, onePool)
	if err := second.FinishWrites(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := second.listLength(t, "harbour"); n != 0 {
		t.Errorf("a word of a file that is not stored has %d entries", n)
	}
	first.telegram.putPost(late)
	close(stop.open)
	if err := first.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nothing is owed", func() bool { return first.Backlog() == filter.Backlog{} && second.Backlog() == filter.Backlog{} })
	if got := second.check(t, quickCheck); got.Wrong() != 0 || got.Unfinished != 0 || got.Files != 21 {
		t.Errorf("%+v", got)
	}
	if names := second.foundNames(t, "late harbour"); !slices.Equal(names, []string{"Late Harbour.mkv"}) {
		t.Errorf("found %v", names)
	}
}

// TestWrites_TwoProcessesThatChangeOneFileLoseNoPlace stops a process between its read of a file and its write, and lets another one add a place.
func TestWrites_TwoProcessesThatChangeOneFileLoseNoPlace(t *testing.T) {
	t.Parallel()
	ix, posts := town(t)
	ix.stopRun()
	again := func(message filter.MessageID, name string) filter.Post {
		p := posts[0]
		p.Place.Message, p.Media.Name = message, name
		ix.telegram.putPost(p)
		return p
	}
	stop := newGate(func(e *event.CommandStartedEvent) bool { return writesTo(e, "files") })
	first := openIndex(t, ix.database, ix.telegram, onePool, stop.install)
	second := openIndex(t, ix.database, ix.telegram, onePool)
	first.Post(again(21, "Early Harbour.mkv"))
	<-stop.reached
	second.storePosts(t, again(22, "Late Harbour.mkv"))
	close(stop.open)
	if err := first.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, ix := range []*index{first, second} {
		eventually(t, "nothing is owed", func() bool { return ix.Backlog() == filter.Backlog{} })
	}
	for _, name := range []string{"Quiet Town a.mkv", "Early Harbour.mkv", "Late Harbour.mkv"} {
		if got := second.foundNames(t, name); !slices.Contains(got, name) {
			t.Errorf("%q is not found: %v", name, got)
		}
	}
	if got := second.check(t, quickCheck); got.Wrong() != 0 || got.Unfinished != 0 || got.Files != 20 {
		t.Errorf("%+v", got)
	}
}

// TestWrites_AFileThatTwoProcessesStoreAtOnceIsMerged lets each of two processes store a new file in a pool of its own.
func TestWrites_AFileThatTwoProcessesStoreAtOnceIsMerged(t *testing.T) {
	t.Parallel()
	ix, _ := town(t)
	ix.stopRun()
	stop := newGate(insertsFile)
	first := openIndex(t, ix.database, ix.telegram, onePool, stop.install)
	second := openIndex(t, ix.database, ix.telegram, func(o *testOptions) { o.limits[1] = 1 << 40 })
	late := post(21, "Late Harbour.mkv")
	ix.telegram.putPost(late)
	first.Post(late)
	<-stop.reached
	second.storePosts(t, late)
	close(stop.open)
	if err := first.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := second.check(t, quickCheck); got.Wrong() != 0 || got.Unfinished != 0 || got.Files != 21 {
		t.Errorf("%+v", got)
	}
}

// TestWrites_AWriterThatDiesAfterItsNoteWasClaimedIsFinished claims the note of a stopped process, which then writes its file and dies.
func TestWrites_AWriterThatDiesAfterItsNoteWasClaimedIsFinished(t *testing.T) {
	t.Parallel()
	ix, _ := town(t)
	ix.stopRun()
	inserting := newGate(insertsFile)
	dropping := newGate(func(e *event.CommandStartedEvent) bool { return deletesFrom(e, "unfinished") })
	first := openIndex(t, ix.database, ix.telegram, onePool, func(o *testOptions) {
		inserting.install(o)
		insert := o.beforeCommand
		dropping.install(o)
		drop := o.beforeCommand
		o.beforeCommand = func(e *event.CommandStartedEvent) { insert(e); drop(e) }
	})
	t.Cleanup(func() { close(dropping.open) })
	first.Post(post(500, "Late Harbour.mkv"))
	<-inserting.reached
	second := ix.openSecond(t)
	if err := second.ClaimWrites(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(inserting.open)
	<-dropping.reached
	if err := second.FinishWrites(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := second.check(t, quickCheck); got.Missing != 0 || got.Dead != 0 || got.Unfinished != 0 || got.Files != 21 {
		t.Errorf("%+v", got)
	}
}
