package filter_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/event"

	"pavilion/filter"
)

func TestSearch_AnUnfinishedWordTakesOneReadOfListsInEachPool(t *testing.T) {
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
	// It is of the version, of the words, and of the titles that the query may become.
	if n, most := reads.Load(), int64(len(ix.pools.All())); n > most {
		t.Errorf("%d reads of lists, want %d at most", n, most)
	}
}

// A search for a rare word also looks for frequent words near it, and asks the pools again.
func TestSearch_AFileIsReadOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	reads := map[string]int{}
	ix := newIndex(t, func(o *testOptions) {
		o.beforeCommand = func(e *event.CommandStartedEvent) {
			if !finds(e, "files") {
				return
			}
			ids, _ := e.Command.Lookup("filter", "_id", "$in").ArrayOK()
			values, _ := ids.Values()
			mu.Lock()
			defer mu.Unlock()
			for _, id := range values {
				reads[e.DatabaseName+id.String()]++
			}
		}
	})
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden Rivr 2001.mkv"), post(2, "Golden River 2002.mkv"), post(3, "Golden River 2003.mkv"), post(4, "Golden River 2004.mkv"))
	mu.Lock()
	clear(reads)
	mu.Unlock()
	page, err := ix.Search(t.Context(), filter.Query{Text: "golden rivr"})
	if err != nil || page.Total != 4 {
		t.Fatalf("%d files, %v", page.Total, err)
	}
	mu.Lock()
	defer mu.Unlock()
	for id, n := range reads {
		if n > 1 {
			t.Errorf("file %s is read %d times", id, n)
		}
	}
}
