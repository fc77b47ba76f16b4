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
	reading   map[MessageID]bool // being read again; true once an event came meanwhile
	owedAt    time.Time          // when the gaps last grew
	notBefore time.Time          // owed ids rest until then
	probe     bool               // ids above top may exist that no update told of
	dirty     bool               // the stored ledger is behind
}

func newTrack(l Ledger) *track {
	return &track{ledger: l, top: l.Low, inflight: map[MessageID]int{}, reading: map[MessageID]bool{}}
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

// touch marks an id that is being read again: what was read may be older than the event.
func (t *track) touch(id MessageID) {
	if _, ok := t.reading[id]; ok {
		t.reading[id] = true
	}
}

func (t *track) stored(id MessageID) {
	if t.inflight[id]--; t.inflight[id] <= 0 {
		delete(t.inflight, id)
	}
}

// snapshot is the ledger to store: the watermark stays under everything that is still in memory.
func (t *track) snapshot() Ledger {
	low := t.top
	for id := range maps.Keys(t.inflight) {
		low = min(low, id-1)
	}
	t.ledger.Low = max(t.ledger.Low, low)
	return Ledger{Low: min(max(t.ledger.Low, 0), max(low, 0)), Gaps: slices.Clone(t.ledger.Gaps)}
}
