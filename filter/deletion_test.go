package filter_test

import (
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"

	"pavilion/filter"
)

func TestDeletion_AHiddenFileIsInNoAnswerAndComesBackAfterAnUndo(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"), post(2, "Golden.Harbour.2015.mkv"))
	var hidden atomic.Int64
	s := filter.NewSearcher(ix.pools, ix.vocab, filter.SearchOptions{Logger: slog.New(slog.DiscardHandler), Hidden: func(id filter.DocumentID) bool { return int64(id) == hidden.Load() }})
	first := post(1, "").Media.Document
	for _, c := range []struct {
		hide filter.DocumentID
		want int
		err  error
	}{{0, 2, nil}, {first, 1, filter.ErrFileNotFound}, {0, 2, nil}} {
		hidden.Store(int64(c.hide))
		if files, _, err := s.FindAll(t.Context(), "golden"); err != nil || len(files) != c.want {
			t.Errorf("hidden %d: %d files, %v", c.hide, len(files), err)
		}
		if _, err := s.File(t.Context(), first, filter.Place{}); !errors.Is(err, c.err) {
			t.Errorf("hidden %d: delivery %v", c.hide, err)
		}
		if _, err := s.FileAt(t.Context(), post(1, "").Place); !errors.Is(err, c.err) {
			t.Errorf("hidden %d: the file of a post: %v", c.hide, err)
		}
	}
	if _, err := s.FileAt(t.Context(), post(9, "").Place); !errors.Is(err, filter.ErrFileNotFound) {
		t.Errorf("a post without a file: %v", err)
	}
}

func TestDeletion_RemovedFilesLeaveEveryPoolAndAReadOfTheChannelBringsNoneBack(t *testing.T) {
	t.Parallel()
	first := post(1, "").Media.Document
	var deleted atomic.Bool
	ix := newIndex(t, func(o *testOptions) {
		o.Deleted = func(id filter.DocumentID) bool { return deleted.Load() && id == first }
	})
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"), post(2, "Golden.Harbour.2015.mkv"))
	if err := ix.StoreDuplicate(t.Context(), post(1, "Golden.River.2014.mkv")); err != nil { // a copy in another pool
		t.Fatal(err)
	}
	deleted.Store(true)
	for range 2 { // the second call finds nothing to do
		if err := ix.RemoveFiles(t.Context(), []filter.DocumentID{first}); err != nil {
			t.Fatal(err)
		}
		if n := ix.countFiles(t); n != 1 {
			t.Errorf("%d documents are left, want the other file", n)
		}
	}
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	ix.Edit(post(1, "Golden.River.2014.mkv"))
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := ix.countFiles(t); n != 1 {
		t.Errorf("%d documents after the post was read again", n)
	}
	if names := ix.foundNames(t, "golden"); len(names) != 1 || names[0] != "Golden.Harbour.2015.mkv" {
		t.Errorf("found %v", names)
	}
}
