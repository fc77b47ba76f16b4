package filter

import (
	"maps"
	"slices"
	"time"
)

// channelProgress is the indexing progress of one channel, in memory.
type channelProgress struct {
	ledger         Ledger
	highest        MessageID                // the highest id seen
	inflight       map[MessageID]int        // number of events that are queued or being stored
	superseded     map[MessageID]bool       // ids in flight whose newest event did not fit into the queue; they are in a gap
	partial        Ledger                   // its gaps are ids that one pool did not store, because it was down
	retryPartialAt time.Time                // partial is not retried before
	reads          map[*readInProgress]bool // running reads
	gapsBegan      time.Time                // when the first of the gaps was added
	notBefore      time.Time                // gaps are not read before
	failures       int                      // failed reads in a row
	needsProbe     bool                     // messages above highest may exist without an update
	dirty          bool                     // differs from the stored ledger
}

func newProgress(l Ledger) *channelProgress {
	return &channelProgress{ledger: l, highest: l.Low, inflight: map[MessageID]int{}, superseded: map[MessageID]bool{}, reads: map[*readInProgress]bool{}}
}

const maxBackOff = 5 * time.Minute

// backOff delays the channel's reads after a failed one, longer each time, because a channel that the bot was removed from refuses all of them. It
// returns true for the first failure in a row, which the caller logs.
func (p *channelProgress) backOff(now time.Time) (first bool) {
	p.notBefore = now.Add(min(5*retryAfter<<min(p.failures, 10), maxBackOff))
	p.failures++
	return p.failures == 1
}

// noteSeen records a message id. The ids between it and the highest so far become a gap: their updates are late or lost.
func (p *channelProgress) noteSeen(id MessageID, now time.Time) {
	if id > p.highest+1 {
		p.addGap(Range{p.highest + 1, id - 1}, now)
	}
	p.highest = max(p.highest, id)
	p.dirty = true
}

// addGap adds ids to the gaps. Further gaps do not extend the wait for late updates: a busy channel always adds some.
func (p *channelProgress) addGap(r Range, now time.Time) {
	if len(p.ledger.Gaps) == 0 {
		p.gapsBegan = now
	}
	p.ledger.AddGap(r)
	p.dirty = true
}

// readInProgress holds the ids of a running read. An id is true when an event for it arrived during the read, which may be newer than the answer.
type readInProgress map[MessageID]bool

// beginRead registers a read of ids; endRead removes it.
func (p *channelProgress) beginRead(ids []MessageID) *readInProgress {
	r := make(readInProgress, len(ids))
	for _, id := range ids {
		r[id] = false
	}
	p.reads[&r] = true
	return &r
}

func (p *channelProgress) endRead(r *readInProgress) { delete(p.reads, r) }

// invalidateReads records an event for an id in the running reads.
func (p *channelProgress) invalidateReads(id MessageID) {
	for r := range p.reads {
		if _, ok := (*r)[id]; ok {
			(*r)[id] = true
		}
	}
}

// deferEvent adds a gap for an event that does not fit into the queue.
func (p *channelProgress) deferEvent(id MessageID, now time.Time) {
	p.addGap(Range{id, id}, now)
	p.supersede(id)
}

// supersede keeps an id in the gaps when its events in flight end.
func (p *channelProgress) supersede(id MessageID) {
	if p.inflight[id] > 0 {
		p.superseded[id] = true
	}
}

// finishEvent ends an event in flight. It returns false when a newer event of the id was deferred.
func (p *channelProgress) finishEvent(id MessageID) (newest bool) {
	newest = !p.superseded[id]
	if p.inflight[id]--; p.inflight[id] <= 0 {
		delete(p.inflight, id)
		delete(p.superseded, id)
	}
	return newest
}

// markStored records that an id is stored. With partial, a pool that did not answer may lack it.
func (p *channelProgress) markStored(id MessageID, partial bool) {
	r := Range{id, id}
	p.ledger.FillGap(r)
	p.partial.FillGap(r)
	if partial {
		p.partial.AddGap(r)
	}
	p.dirty = true
}

// retryPartial moves the ids that a pool missed to the gaps, so that they are read again.
func (p *channelProgress) retryPartial() {
	for _, r := range p.partial.Gaps {
		p.ledger.AddGap(r)
	}
	p.partial.Gaps = nil
}

// snapshot returns the ledger to store, in which the ids in flight and the partially stored ids are gaps.
func (p *channelProgress) snapshot() Ledger {
	p.ledger.Low = max(p.ledger.Low, p.highest)
	l := Ledger{Low: p.ledger.Low, Gaps: slices.Clone(p.ledger.Gaps)}
	for _, r := range p.partial.Gaps {
		l.AddGap(r)
	}
	for _, id := range slices.Sorted(maps.Keys(p.inflight)) {
		l.AddGap(Range{id, id})
	}
	return l
}
