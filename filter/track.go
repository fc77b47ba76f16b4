package filter

import (
	"maps"
	"slices"
	"time"
)

// track is how far one channel is indexed, in memory.
type track struct {
	ledger    Ledger
	top       MessageID          // the highest id seen
	inflight  map[MessageID]int  // queued or being stored
	overtaken map[MessageID]bool // of those, the ones with a newer event that had no room and is owed
	behind    Ledger             // ids that are stored, but for a pool that did not answer; they are owed too
	wakeAt    time.Time          // when to read those again at the earliest
	readings  map[*reading]bool  // under way
	owedAt    time.Time          // when the gaps last grew
	notBefore time.Time          // owed ids rest until then
	failures  int                // reads in a row that failed
	probe     bool               // ids above top may exist that no update told of
	dirty     bool               // the stored ledger is behind
}

func newTrack(l Ledger) *track {
	return &track{ledger: l, top: l.Low, inflight: map[MessageID]int{}, overtaken: map[MessageID]bool{}, readings: map[*reading]bool{}}
}

const maxRest = 5 * time.Minute

// failed lets owed ids rest after a read that failed, longer each time: a channel that threw us out refuses for good. It tells the first failure
// of a row, which is worth a line in the log.
func (t *track) failed(now time.Time) (first bool) {
	t.notBefore = now.Add(min(5*retryAfter<<min(t.failures, 10), maxRest))
	t.failures++
	return t.failures == 1
}

// see notes an id; what lies between it and the highest so far was missed, or is still on its way.
func (t *track) see(id MessageID, now time.Time) {
	if id > t.top+1 {
		t.owe(Range{t.top + 1, id - 1}, now)
	}
	t.top = max(t.top, id)
	t.dirty = true
}

func (t *track) owe(r Range, now time.Time) {
	t.ledger.Owe(r)
	t.owedAt, t.dirty = now, true
}

// reading is ids that are being read from Telegram; true once an event came meanwhile: what was read may be older than it.
type reading map[MessageID]bool

// begin notes that ids are about to be read; end forgets it.
func (t *track) begin(ids []MessageID) *reading {
	r := make(reading, len(ids))
	for _, id := range ids {
		r[id] = false
	}
	t.readings[&r] = true
	return &r
}

func (t *track) end(r *reading) { delete(t.readings, r) }

// touch notes an event at an id.
func (t *track) touch(id MessageID) {
	for r := range t.readings {
		if _, ok := (*r)[id]; ok {
			(*r)[id] = true
		}
	}
}

// overflow owes an id whose event has no room in the queue.
func (t *track) overflow(id MessageID, now time.Time) {
	t.owe(Range{id, id}, now)
	if t.inflight[id] > 0 {
		t.overtaken[id] = true
	}
}

// ended notes that an event is not in flight any more, and tells whether it is the newest of its id.
func (t *track) ended(id MessageID) (newest bool) {
	newest = !t.overtaken[id]
	if t.inflight[id]--; t.inflight[id] <= 0 {
		delete(t.inflight, id)
		delete(t.overtaken, id)
	}
	return newest
}

// settle notes that an id is stored, everywhere or, with behind, but for a pool that did not answer.
func (t *track) settle(id MessageID, behind bool) {
	r := Range{id, id}
	t.ledger.Settle(r)
	t.behind.Settle(r)
	if behind {
		t.behind.Owe(r)
	}
	t.dirty = true
}

// wake has the ids read again that a pool missed.
func (t *track) wake() {
	for _, r := range t.behind.Gaps {
		t.ledger.Owe(r)
	}
	t.behind.Gaps = nil
}

// snapshot is the ledger to store: what is still in memory is owed.
func (t *track) snapshot() Ledger {
	t.ledger.Low = max(t.ledger.Low, t.top)
	l := Ledger{Low: t.ledger.Low, Gaps: slices.Clone(t.ledger.Gaps)}
	for _, r := range t.behind.Gaps {
		l.Owe(r)
	}
	for _, id := range slices.Sorted(maps.Keys(t.inflight)) {
		l.Owe(Range{id, id})
	}
	return l
}
