package filter_test

import (
	"fmt"
	"testing"

	"pavilion/filter"
)

func TestSample_GoneFilesLeaveTheIndexAndReferencesAreRenewed(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addBothChannels(t)
	var posts []filter.Post
	for i := range 40 {
		posts = append(posts, post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i+1)))
	}
	ix.storePosts(t, posts...)
	ix.telegram.removePost(posts[3].Place)
	renewed := posts[7]
	renewed.Media.Reference = []byte("a newer reference")
	ix.telegram.putPost(renewed)
	s := filter.NewSampler(ix.Indexer)
	eventually(t, "the file that is gone was met", func() bool {
		got, err := s.Check(t.Context(), 500)
		if err != nil || got.Checked == 0 || got.Unread != 0 || got.Dead > 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		return got.Dead == 1
	})
	eventually(t, "its place left the index, and the reference is new", func() bool {
		if _, err := s.Check(t.Context(), 500); err != nil {
			t.Fatal(err)
		}
		if err := ix.WaitStored(t.Context()); err != nil {
			t.Fatal(err)
		}
		f, err := ix.File(t.Context(), renewed.Media.Document, filter.Place{})
		return err == nil && string(f.Media.Reference) == "a newer reference" && ix.countFiles(t) == 39
	})
	ix.telegram.mu.Lock()
	ix.telegram.forbidden = channel
	ix.telegram.mu.Unlock()
	if got, err := s.Check(t.Context(), 500); err == nil || got.Dead != 0 || got.Unread == 0 {
		t.Errorf("a channel that cannot be read: %+v, %v", got, err)
	}
	if n := ix.countFiles(t); n != 39 {
		t.Errorf("%d files after a channel could not be read", n)
	}
}
