package filter_test

import (
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/event"

	"pavilion/filter"
)

// openCounted returns an index whose files are all in one pool. Its lists of "golden" and "river" have several chunks, and 300 files are in both.
func openCounted(t *testing.T, settings ...setting) *index {
	t.Helper()
	ix := newIndex(t, append(settings, func(o *testOptions) { o.QueueSize, o.limits = 5000, []int64{0, 1, 1} })...)
	ix.addChannel(t)
	var posts []filter.Post
	for i := range 900 {
		name := fmt.Sprintf("Golden River part%d.mkv", i)
		switch {
		case i < 300:
			name = fmt.Sprintf("Golden Hill part%d.mkv", i)
		case i >= 600:
			name = fmt.Sprintf("Blue River part%d.mkv", i)
		}
		posts = append(posts, post(i+1, name))
	}
	ix.storePosts(t, posts...)
	return ix
}

func (ix *index) expectTotal(t *testing.T, q filter.Query, want int) {
	t.Helper()
	page, err := ix.Search(t.Context(), q)
	if err != nil || page.Total != want || page.Capped {
		t.Errorf("%q: %d files, capped %v, want %d; %v", q.Text, page.Total, page.Capped, want, err)
	}
}

func TestTotal_FilesThatAreNotReadAreCounted(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	ix.expectTotal(t, filter.Query{Text: "golden river"}, 300)
	ix.expectTotal(t, filter.Query{Text: "river golden"}, 300)
	ix.expectTotal(t, filter.Query{Text: "golden riv"}, 300)
	ix.expectTotal(t, filter.Query{Text: "goldenriver"}, 300)
	ix.expectMore(t, "golden", 500, 500)
}

// expectMore expects a total that is not exact.
func (ix *index) expectMore(t *testing.T, text string, least, most int) {
	t.Helper()
	if page, err := ix.Search(t.Context(), filter.Query{Text: text}); err != nil || !page.Capped || page.Total < least || page.Total > most {
		t.Errorf("%q: %d files, capped %v, want from %d to %d and more; %v", text, page.Total, page.Capped, least, most, err)
	}
}

func TestTotal_OfManyIsNotMoreThanThereAre(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	var deleted []filter.MessageID
	for i := range filter.MessageID(150) {
		deleted = append(deleted, i+1)
	}
	ix.Delete(channel, deleted)
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	ix.expectMore(t, "golden", 400, 450)
}

func TestTotal_OfWordsThatMustBeNeighboursIsReadFromTheNames(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	ix.storePosts(t, post(2001, "River of the Golden Sun.mkv"), post(2002, "Golden Sun over the River.mkv"))
	ix.expectTotal(t, filter.Query{Text: "goldenriver"}, 300)
	ix.expectTotal(t, filter.Query{Text: "golden river"}, 302)
}

func TestTotal_OldEntriesOfLongListsDoNotCount(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	ix.Delete(channel, []filter.MessageID{401, 402, 403})
	renamed := post(410, "Golden Hill again.mkv")
	ix.telegram.putPost(renamed)
	ix.Edit(renamed)
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	ix.expectTotal(t, filter.Query{Text: "golden river"}, 296)
}

func TestTotal_WordsOfTwoDescriptionsAreNoMatch(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	again := post(3001, "Blue River again.mkv")
	again.Media.Document = post(1, "").Media.Document // Golden Hill
	ix.storePosts(t, again)
	ix.expectTotal(t, filter.Query{Text: "golden river"}, 300)
}

func TestTotal_HiddenFilesDoNotCount(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	hidden := []filter.DocumentID{post(401, "").Media.Document, post(500, "").Media.Document}
	ix.Searcher = filter.NewSearcher(ix.pools, ix.vocab, filter.SearchOptions{Logger: slog.New(slog.DiscardHandler), Hidden: func(id filter.DocumentID) bool { return slices.Contains(hidden, id) }})
	ix.expectTotal(t, filter.Query{Text: "golden river"}, 298)
}

// TestTotal_WithALostChannelReadsNoFilesOnlyToCountThem searches while one file of 300 is unreachable.
func TestTotal_WithALostChannelReadsNoFilesOnlyToCountThem(t *testing.T) {
	t.Parallel()
	var read atomic.Int64
	ix := openCounted(t, func(o *testOptions) {
		o.beforeCommand = func(e *event.CommandStartedEvent) {
			if !finds(e, "files") {
				return
			}
			if ids, ok := e.Command.Lookup("filter", "_id", "$in").ArrayOK(); ok {
				values, _ := ids.Values()
				read.Add(int64(len(values)))
			}
		}
	})
	ix.Searcher = filter.NewSearcher(ix.pools, ix.vocab, filter.SearchOptions{
		Logger: slog.New(slog.DiscardHandler), AnyUnreachable: func() bool { return true }, Unreachable: func(f filter.File) bool { return f.Media.Document == post(599, "").Media.Document },
	})
	read.Store(0)
	ix.expectMore(t, "golden river", 12, 299)
	if n := read.Load(); n > 200 {
		t.Errorf("%d files were read", n)
	}
	ix.expectTotal(t, filter.Query{Text: "golden river part310"}, 1)
}

func TestTotal_OfASelectionIsExact(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	sel, err := filter.Selection{}.With(filter.ByKind, "video")
	if err != nil {
		t.Fatal(err)
	}
	ix.expectTotal(t, filter.Query{Text: "golden river", Selection: sel}, 300)
}

func TestTotal_IsTheSameOnEveryPage(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	found := 0
	for q := (filter.Query{Text: "golden river", Limit: 50}); ; {
		page, err := ix.Search(t.Context(), q)
		if err != nil || page.Total != 300 || page.RowsTotal != 300 {
			t.Fatalf("after %d files: %d files in %d rows, %v", found, page.Total, page.RowsTotal, err)
		}
		found += len(page.Files)
		if !page.HasNext {
			break
		}
		q.After = page.Last
	}
	if found != 300 {
		t.Errorf("%d files on all pages", found)
	}
}

func TestTotal_OfFewRowsIsExact(t *testing.T) {
	t.Parallel()
	ix := newIndex(t, func(o *testOptions) { o.limits = []int64{0, 1, 1} })
	ix.addChannel(t)
	var posts []filter.Post
	for i := range 90 {
		posts = append(posts, post(i+1, fmt.Sprintf("Golden River part%d.mkv", i)))
	}
	ix.storePosts(t, posts...)
	var found []string
	for q := (filter.Query{Text: "golden river", Grouped: true}); ; {
		page, err := ix.Search(t.Context(), q)
		if err != nil || page.Total != 90 || page.RowsTotal != 90 || page.RowsCapped {
			t.Fatalf("%d files in %d rows, capped %v; %v", page.Total, page.RowsTotal, page.RowsCapped, err)
		}
		for _, f := range page.Files {
			found = append(found, f.Media.Name)
		}
		if !page.HasNext {
			break
		}
		q.After = page.Last
	}
	slices.Sort(found)
	if n := len(slices.Compact(found)); n != 90 {
		t.Errorf("%d files on all pages", n)
	}
}
