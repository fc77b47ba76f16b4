package filter

import (
	"maps"
	"slices"
	"time"
)

// channelProgress is how far one channel is indexed, in memory.
type channelProgress struct {
	ledger         Ledger
	highest        MessageID                // the highest id seen
	inflight       map[MessageID]int        // queued or being stored
	superseded     map[MessageID]bool       // of those, the ones with a newer event that had no room and is owed
	partial        Ledger                   // ids that are stored, but for a pool that did not answer; they are owed too
	retryPartialAt time.Time                // when to read those again at the earliest
	reads          map[*readInProgress]bool // under way
	gapsGrewAt     time.Time                // when the gaps last grew
	notBefore      time.Time                // owed ids rest until then
	failures       int                      // reads in a row that failed
	needsProbe     bool                     // ids above top may exist that no update told of
	dirty          bool                     // the stored ledger is behind
}

func newProgress(l Ledger) *channelProgress {
	return &channelProgress{ledger: l, highest: l.Low, inflight: map[MessageID]int{}, superseded: map[MessageID]bool{}, reads: map[*readInProgress]bool{}}
}

const maxBackOff = 5 * time.Minute

// backOff lets owed ids rest after a read that failed, longer each time: a channel that threw us out refuses for good. It tells the first failure
// of a row, which is worth a line in the log.
func (t *channelProgress) backOff(now time.Time) (first bool) {
	t.notBefore = now.Add(min(5*retryAfter<<min(t.failures, 10), maxBackOff))
	t.failures++
	return t.failures == 1
}

// noteSeen notes an id; what lies between it and the highest so far was missed, or is still on its way.
func (t *channelProgress) noteSeen(id MessageID, now time.Time) {
	if id > t.highest+1 {
		t.addGap(Range{t.highest + 1, id - 1}, now)
	}
	t.highest = max(t.highest, id)
	t.dirty = true
}

func (t *channelProgress) addGap(r Range, now time.Time) {
	t.ledger.AddGap(r)
	t.gapsGrewAt, t.dirty = now, true
}

// readInProgress is ids that are being read from Telegram; true once an event came meanwhile: what was read may be older than it.
type readInProgress map[MessageID]bool

// beginRead notes that ids are about to be read; end forgets it.
func (t *channelProgress) beginRead(ids []MessageID) *readInProgress {
	r := make(readInProgress, len(ids))
	for _, id := range ids {
		r[id] = false
	}
	t.reads[&r] = true
	return &r
}

func (t *channelProgress) endRead(r *readInProgress) { delete(t.reads, r) }

// invalidateReads notes an event at an id.
func (t *channelProgress) invalidateReads(id MessageID) {
	for r := range t.reads {
		if _, ok := (*r)[id]; ok {
			(*r)[id] = true
		}
	}
}

// deferEvent owes an id whose event has no room in the queue.
func (t *channelProgress) deferEvent(id MessageID, now time.Time) {
	t.addGap(Range{id, id}, now)
	if t.inflight[id] > 0 {
		t.superseded[id] = true
	}
}

// finishEvent notes that an event is not in flight any more, and tells whether it is the newest of its id.
func (t *channelProgress) finishEvent(id MessageID) (newest bool) {
	newest = !t.superseded[id]
	if t.inflight[id]--; t.inflight[id] <= 0 {
		delete(t.inflight, id)
		delete(t.superseded, id)
	}
	return newest
}

// markStored notes that an id is stored, everywhere or, with behind, but for a pool that did not answer.
func (t *channelProgress) markStored(id MessageID, behind bool) {
	r := Range{id, id}
	t.ledger.FillGap(r)
	t.partial.FillGap(r)
	if behind {
		t.partial.AddGap(r)
	}
	t.dirty = true
}

// retryPartial has the ids read again that a pool missed.
func (t *channelProgress) retryPartial() {
	for _, r := range t.partial.Gaps {
		t.ledger.AddGap(r)
	}
	t.partial.Gaps = nil
}

// snapshot is the ledger to store: what is still in memory is owed.
func (t *channelProgress) snapshot() Ledger {
	t.ledger.Low = max(t.ledger.Low, t.highest)
	l := Ledger{Low: t.ledger.Low, Gaps: slices.Clone(t.ledger.Gaps)}
	for _, r := range t.partial.Gaps {
		l.AddGap(r)
	}
	for _, id := range slices.Sorted(maps.Keys(t.inflight)) {
		l.AddGap(Range{id, id})
	}
	return l
}
