package filter_test

import (
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/event"

	"pavilion/filter"
)

func TestSearch_AnUnfinishedWordTakesTwoReadsOfListsInEachPool(t *testing.T) {
	t.Parallel()
	var reads atomic.Int64
	ix := newIndex(t, func(o *testOptions) {
		o.beforeCommand = func(e *event.CommandStartedEvent) {
			if finds(e, "postings") {
				reads.Add(1)
			}
		}
	})
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden River 2001.mkv"), post(2, "Golden Ribbon 2001.mkv"), post(3, "Golden Rivalry 2001.mkv"), post(4, "Golden Ritual 2001.mkv"))
	reads.Store(0)
	page, err := ix.Search(t.Context(), filter.Query{Text: "golden ri"})
	if err != nil || page.Total != 4 {
		t.Fatalf("%d files, %v", page.Total, err)
	}
	// The first read is of the version and of the words; the second of the titles that the query may become.
	if n, most := reads.Load(), int64(2*len(ix.pools.All())); n > most {
		t.Errorf("%d reads of lists, want %d at most", n, most)
	}
}
