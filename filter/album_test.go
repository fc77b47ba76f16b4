package filter_test

import (
	"slices"
	"testing"

	"pavilion/filter"
)

// albumItem is one message of an album, with the album's caption.
func albumItem(message int, caption string) filter.Post {
	p := post(message, "clip.mp4")
	p.Media.Caption = caption
	return p
}

func TestIndexer_AnAlbumIsReadWholeInAnyOrderAndAfterARestart(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	caption := func(text string, messages ...int) {
		for _, m := range messages {
			ix.telegram.putPost(albumItem(m, text))
		}
	}
	wants := func(ix *index, query string, n int) {
		t.Helper()
		eventually(t, query, func() bool { return len(ix.foundCaptions(t, query)) == n })
	}
	at := func(message int) filter.Place { return albumItem(message, "").Place }
	caption("Cover drive masterclass", 1, 2, 3)
	ix.ReadAlbum(at(3)) // the first messages' updates come late
	ix.ReadAlbum(at(1))
	ix.ReadAlbum(at(2))
	wants(ix, "cover drive", 3)

	caption("Square cut drills", 1, 2, 3)
	ix.ReadAlbum(at(2)) // the update of an edit is of one message
	wants(ix, "square cut", 3)
	wants(ix, "cover drive", 0)

	// An edit while older posts of its neighbours are on their way to the index.
	caption("Late cut lessons", 1, 2, 3)
	ix.Edit(albumItem(1, "Square cut drills"))
	ix.ReadAlbum(at(3))
	wants(ix, "late cut", 3)
	wants(ix, "square cut", 0)

	// The process stops before the album is read.
	caption("Reverse sweep", 4, 5)
	ix.ReadAlbum(at(4))
	ix.stopRun()
	again := openIndex(t, ix.database, ix.telegram)
	wants(again, "reverse sweep", 2)
	if got := again.foundCaptions(t, "late cut"); !slices.Equal(got, []string{"Late cut lessons", "Late cut lessons", "Late cut lessons"}) {
		t.Errorf("after the restart: %q", got)
	}
}
