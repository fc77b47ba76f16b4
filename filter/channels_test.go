package filter_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"pavilion/filter"
)

func TestChannels_AnAdminsChangeIsNotUndoneByALedger(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	for i := range 60 {
		want, act := filter.ChannelPaused, ix.channels.Pause
		if i%2 == 1 {
			want, act = filter.ChannelActive, ix.channels.Resume
		}
		var both sync.WaitGroup
		both.Go(func() {
			if err := ix.channels.SaveLedger(t.Context(), channel, filter.Ledger{Low: filter.MessageID(i)}); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			if _, err := act(t.Context(), channel); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		if ch, err := ix.channels.Get(channel); err != nil || ch.State != want || ch.Low != filter.MessageID(i) {
			t.Fatalf("round %d: %s behind %d, want %s behind %d, %v", i, ch.State, ch.Low, want, i, err)
		}
	}
}

// The files of a channel that the bot was removed from leave the results, except those that stand in another channel too. Its new posts wait.
func TestChannels_ALostChannelsFilesLeaveTheResults(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	other := channel + 1
	if _, err := ix.AddChannel(t.Context(), other, "Other", "other"); err != nil {
		t.Fatal(err)
	}
	only, both := post(1, "Golden.River.2014.mkv"), post(2, "Golden.Lake.2014.mkv")
	copied := both
	copied.Place = filter.Place{Channel: other, Message: 7}
	ix.storePosts(t, only, both, copied)
	searcher := filter.NewSearcher(ix.pools, ix.vocab, filter.SearchOptions{Logger: slog.New(slog.DiscardHandler), Unreachable: ix.channels.Unreachable})
	names := func() (all []string) {
		t.Helper()
		page, err := searcher.Search(t.Context(), filter.Query{Text: "golden"})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Files {
			all = append(all, f.Media.Name)
		}
		slices.Sort(all)
		return all
	}
	if _, changed, err := ix.channels.MarkLost(t.Context(), channel); err != nil || !changed {
		t.Fatal(changed, err)
	}
	if got, want := names(), []string{both.Media.Name}; !slices.Equal(got, want) {
		t.Errorf("lost: %v, want %v", got, want)
	}
	if _, err := searcher.File(t.Context(), only.Media.Document, only.Place); !errors.Is(err, filter.ErrFileUnreachable) {
		t.Errorf("a file of a lost channel: %v", err)
	}
	if _, changed, err := ix.channels.MarkLost(t.Context(), channel); err != nil || changed {
		t.Errorf("lost twice: %t, %v", changed, err)
	}
	if _, changed, err := ix.channels.MarkRegained(t.Context(), channel); err != nil || !changed {
		t.Fatal(changed, err)
	}
	if got, want := names(), []string{both.Media.Name, only.Media.Name}; !slices.Equal(got, want) {
		t.Errorf("regained: %v, want %v", got, want)
	}
}

func TestChannels_APausedChannelThatWasLostIsPausedAgain(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	if _, err := ix.channels.Pause(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ix.channels.MarkLost(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	next := filter.NewChannels(ix.pools, time.Now) // as after a restart
	if err := next.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ch, changed, err := next.MarkRegained(t.Context(), channel); err != nil || !changed || ch.State != filter.ChannelPaused {
		t.Errorf("regained: %q, %t, %v", ch.State, changed, err)
	}
	if ch, err := next.Resume(t.Context(), channel); err != nil || ch.State != filter.ChannelActive {
		t.Errorf("resumed: %q, %v", ch.State, err)
	}
	for _, step := range []func(context.Context, filter.ChannelID) (filter.Channel, bool, error){next.MarkLost, next.MarkRegained} {
		if _, _, err := step(t.Context(), channel); err != nil {
			t.Fatal(err)
		}
	}
	if got := next.State(channel); got != filter.ChannelActive {
		t.Errorf("a channel that was not paused: %q", got)
	}
}
