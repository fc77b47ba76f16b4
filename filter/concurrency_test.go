package filter_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"pavilion/filter"
)

// Tests of events that arrive during other work.

func TestIndexer_AChannelAddedAgainDuringItsRemovalStays(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	if _, err := ix.channels.Remove(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	ix.addChannel(t)
	ix.storePosts(t, post(2, "Silent.Harbour.2015.mkv"))
	// The removal's next step and its end run after the channel was added again.
	if done, err := ix.RemoveChannelBatch(t.Context(), channel); err != nil || !done {
		t.Errorf("the removal goes on: %v, %v", done, err)
	}
	if err := ix.channels.MarkRemoved(t.Context(), channel); err != nil {
		t.Error(err)
	}
	if ch, err := ix.channels.Get(channel); err != nil || ch.State != filter.ChannelActive {
		t.Errorf("the channel is %q, %v", ch.State, err)
	}
	if got := ix.foundNames(t, "silent harbour"); len(got) != 1 {
		t.Errorf("the new post is found %d times", len(got))
	}
}

func TestIndexer_APostDeletedWhileItIsReadStaysDeleted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		read func(ix *index) error
	}{
		{"past", func(ix *index) error {
			_, err := ix.StartPast(t.Context(), channel, 1, 1, filter.Report{})
			return err
		}},
		{"refresh", func(ix *index) error {
			_, err := ix.Refresh(t.Context(), filter.File{Media: post(1, "").Media})
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ix := newIndex(t)
			ix.addChannel(t)
			ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
			ix.telegram.mu.Lock()
			deleted := make(chan struct{})
			ix.telegram.afterRead = func() {
				ix.telegram.mu.Lock()
				defer ix.telegram.mu.Unlock()
				ix.telegram.afterRead = nil
				delete(ix.telegram.posts, filter.Place{Channel: channel, Message: 1})
				ix.Delete(channel, []filter.MessageID{1})
				close(deleted)
			}
			ix.telegram.mu.Unlock()
			if err := c.read(ix); err != nil {
				t.Fatal(err)
			}
			<-deleted
			eventually(t, "the read is over", func() bool { return len(ix.Pasts()) == 0 })
			if err := ix.WaitStored(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := ix.foundNames(t, "golden river"); len(got) != 0 {
				t.Errorf("the deleted post is found: %v", got)
			}
		})
	}
}

func TestIndexer_AFailedReadOfThePastWaits(t *testing.T) {
	t.Parallel()
	now := time.Now()
	ix := newIndex(t, func(o *testOptions) { o.Now = func() time.Time { return now } })
	ix.addChannel(t)
	ix.telegram.mu.Lock()
	ix.telegram.reads, ix.telegram.failWith = 0, errors.New("CHANNEL_PRIVATE")
	ix.telegram.mu.Unlock()
	p, err := ix.StartPast(t.Context(), channel, 1, 900, filter.Report{})
	if err != nil {
		t.Fatal(err)
	}
	reads := func() int {
		ix.telegram.mu.Lock()
		defer ix.telegram.mu.Unlock()
		return ix.telegram.reads
	}
	eventually(t, "it is tried", func() bool { return reads() > 0 && !ix.RecoverOnce(t.Context()) })
	before := reads()
	for range 5 {
		ix.RecoverOnce(t.Context())
	}
	if got := reads(); got != before {
		t.Errorf("asked %d times more while it should rest", got-before)
	}
	if err := ix.CancelPast(p.ID); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a read that rests can be cancelled", func() bool { return len(ix.Pasts()) == 0 })
	if stepped, err := ix.StepPast(t.Context(), p.ID); stepped || err != nil {
		t.Errorf("a read that is over makes a step: %v, %v", stepped, err)
	}
}

func TestIndexer_AReadOfThePastCancelledDuringAFailureEnds(t *testing.T) {
	t.Parallel()
	now := time.Now()
	ix := newIndex(t, func(o *testOptions) { o.Now = func() time.Time { return now } })
	ix.addChannel(t)
	ix.telegram.mu.Lock()
	ix.telegram.failWith = errors.New("CHANNEL_PRIVATE")
	ix.telegram.mu.Unlock()
	ix.NoteLostUpdates(channel)
	eventually(t, "looking for lost posts rests", func() bool {
		ix.telegram.mu.Lock()
		defer ix.telegram.mu.Unlock()
		return ix.telegram.reads > 0
	})
	eventually(t, "nothing is left to try", func() bool { return !ix.RecoverOnce(t.Context()) })
	var once sync.Once
	ix.telegram.mu.Lock()
	ix.telegram.afterRead = func() {
		for _, p := range ix.Pasts() {
			once.Do(func() {
				if err := ix.CancelPast(p.ID); err != nil {
					t.Error(err)
				}
			})
		}
	}
	ix.telegram.mu.Unlock()
	if _, err := ix.StartPast(t.Context(), channel, 1, 900, filter.Report{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is over", func() bool { return len(ix.Pasts()) == 0 })
}

func TestIndexer_AQueuedDeletionIsInAGap(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"), post(2, "Silent.Harbour.2015.mkv"))
	gaps := func() []filter.Range {
		ch, err := ix.channels.Get(channel)
		if err != nil || ch.Low != 2 {
			return []filter.Range{{From: -1}}
		}
		return ch.Gaps
	}
	eventually(t, "the ledger is kept", func() bool { return len(gaps()) == 0 })
	release := ix.BlockStoring()
	defer release()
	ix.Delete(channel, []filter.MessageID{1})
	// Without the gap, a kill at this moment would lose the deletion. The watermark stays, so nothing else is read again.
	eventually(t, "the deletion is owed", func() bool { return slices.Equal(gaps(), []filter.Range{{From: 1, To: 1}}) })
}

func TestIndexer_ADeferredEventWinsOverAnOlderQueuedOne(t *testing.T) {
	t.Parallel()
	ix := newIndex(t, func(o *testOptions) { o.QueueSize = 1 })
	ix.addChannel(t)
	release := ix.BlockStoring()
	p := post(1, "Golden.River.2014.mkv")
	ix.telegram.putPost(p)
	ix.Post(p)
	ix.Post(post(2, "Silent.Harbour.2015.mkv")) // the queue is full, whether the first post is queued or being stored
	ix.telegram.removePost(p.Place)
	ix.Delete(channel, []filter.MessageID{1})
	release()
	eventually(t, "nothing is owed", func() bool { return ix.Backlog() == filter.Backlog{} })
	if got := ix.foundNames(t, "golden river"); len(got) != 0 {
		t.Errorf("a post that was deleted while it waited is found: %v", got)
	}
}

func TestIndexer_APostWhileAChannelIsAddedIsFound(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	p := post(1, "Golden.River.2014.mkv")
	ix.telegram.afterRead = sync.OnceFunc(func() {
		ix.telegram.putPost(p)
		ix.Post(p)
	})
	ix.addChannel(t)
	eventually(t, "it is found", func() bool { return len(ix.foundNames(t, "golden river")) == 1 })
}

// Telegram may show a post later than it reports it. The search for lost posts takes no such post for a deleted one.
func TestIndexer_APostThatArrivesWhileLostOnesAreLookedForStays(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	const shown, reported = 101, 151
	ix.telegram.mu.Lock()
	ix.telegram.afterRead = sync.OnceFunc(func() {
		for m := 2; m <= reported; m++ {
			p := post(m, "Silent.Harbour.2015.mkv")
			ix.Post(p)
			if m <= shown {
				ix.telegram.putPost(p)
			}
		}
	})
	ix.telegram.mu.Unlock()
	ix.NoteLostUpdates(channel)
	eventually(t, "the first posts are read again", func() bool { return ix.Backlog() == filter.Backlog{} && !ix.RecoverOnce(t.Context()) })
	page, err := ix.Search(t.Context(), filter.Query{Text: "silent harbour", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if page.Total != reported-1 {
		t.Errorf("%d of %d posts are found", page.Total, reported-1)
	}
}
