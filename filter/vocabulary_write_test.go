package filter_test

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/event"
)

// TestWrites_TheWordsOfAHalfFailedBatchAreKnown lets another process store one of two files while a batch with both is written.
func TestWrites_TheWordsOfAHalfFailedBatchAreKnown(t *testing.T) {
	t.Parallel()
	ix, _ := town(t)
	ix.stopRun()
	stop := newGate(insertsTwoFiles)
	first := openIndex(t, ix.database, ix.telegram, onePool, stop.install)
	second := openIndex(t, ix.database, ix.telegram, onePool)
	both, single := post(500, "Late Harbour.mkv"), post(501, "Early Lighthouse.mkv")
	ix.telegram.putPost(both)
	ix.telegram.putPost(single)
	release := first.BlockStoring()
	first.Post(post(1, "Quiet Town a.mkv")) // the batch that waits, while the next one grows
	eventually(t, "the first batch is taken", func() bool { return first.Backlog().Queued == 0 })
	first.Post(both)
	first.Post(single)
	release()
	<-stop.reached
	second.storePosts(t, both)
	close(stop.open)
	if err := first.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := first.vocab.Count("lighthouse"); n == 0 {
		t.Error("a word of a stored file is not in the vocabulary")
	}
}

func insertsTwoFiles(e *event.CommandStartedEvent) bool {
	if !insertsFile(e) {
		return false
	}
	documents, _ := e.Command.Lookup("documents").ArrayOK()
	values, err := documents.Values()
	return err == nil && len(values) == 2
}
