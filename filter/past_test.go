package filter_test

import (
	"fmt"
	"testing"

	"pavilion/filter"
)

// TestPast_TelegramWorksWhileTheIndexStores stops all writes of the index: all messages are asked for in spite of that.
func TestPast_TelegramWorksWhileTheIndexStores(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	eventually(t, "the channel was probed", func() bool { return !ix.RecoverOnce(t.Context()) })
	const messages = 450
	for i := range messages {
		ix.telegram.putPost(post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i)))
	}
	ix.telegram.mu.Lock()
	ix.telegram.reads = 0
	ix.telegram.mu.Unlock()
	release := ix.BlockStoring()
	if _, err := ix.StartPast(t.Context(), channel, 1, messages, filter.Report{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "every hundred is asked for", func() bool {
		ix.telegram.mu.Lock()
		defer ix.telegram.mu.Unlock()
		return ix.telegram.reads >= messages/100+1
	})
	release()
	eventually(t, "the read is over", func() bool { return len(ix.Pasts()) == 0 })
	if got := ix.countFiles(t); got != messages {
		t.Errorf("%d of %d files", got, messages)
	}
}

// TestPast_APostEditedAfterItWasReadAheadKeepsTheEdit edits a post between the answer of Telegram and its turn to be stored.
func TestPast_APostEditedAfterItWasReadAheadKeepsTheEdit(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	const messages = 150
	for i := range messages {
		ix.telegram.putPost(post(i+1, fmt.Sprintf("Quiet Town %d.mkv", i)))
	}
	release := ix.BlockStoring()
	ix.telegram.mu.Lock()
	ix.telegram.reads = 0
	ix.telegram.mu.Unlock()
	if _, err := ix.StartPast(t.Context(), channel, 1, messages, filter.Report{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the second part is read ahead", func() bool {
		ix.telegram.mu.Lock()
		defer ix.telegram.mu.Unlock()
		return ix.telegram.reads >= 2
	})
	edited := post(140, "Loud Village.mkv")
	ix.telegram.putPost(edited)
	ix.Edit(edited)
	release()
	eventually(t, "the read is over", func() bool { return len(ix.Pasts()) == 0 })
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ix.foundNames(t, "loud village"); len(got) != 1 {
		t.Errorf("the edit is found %d times", len(got))
	}
	if got := ix.foundNames(t, "quiet town 139"); len(got) != 0 {
		t.Errorf("the post of before is found: %v", got)
	}
}
