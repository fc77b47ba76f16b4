package telegram

import (
	"container/heap"
	"context"
	"slices"
	"time"
)

// Lane is the urgency of a send.
type Lane uint8

// The lanes, most urgent first.
const (
	LaneAnswer    Lane = iota // a person waits for it
	LaneBulk                  // work in the background
	LaneBroadcast             // messages to the whole audience
	lanes
)

// Turn is the place of a message among others.
type Turn struct {
	Lane  Lane
	First bool // before others of the lane, at most firstInRow times in a row while others are ready
}

// urgency is 0 for answers to people and 1 for everything else.
func (l Lane) urgency() int { return min(int(l), 1) }

// pending is a queued call.
type pending struct {
	call
	ctx     context.Context //nolint:containedctx // the caller's, checked before the call is made
	expires time.Time       // of a posted call; zero where a caller waits for the result
	done    chan error
	attempt int
}

// abandoned tells whether the caller gave up or the call has expired.
func (p *pending) abandoned(now time.Time) bool {
	return p.ctx.Err() != nil || !p.expires.IsZero() && now.After(p.expires)
}

// deadline is the time after which the call is useless; false where there is none.
func (p *pending) deadline() (time.Time, bool) {
	if !p.expires.IsZero() {
		return p.expires, true
	}
	return p.ctx.Deadline()
}

// queueKey identifies calls that the same limits hold back. They stand in one line, and only its first call is checked.
type queueKey struct {
	chat    Chat // without its hash; zero where the calls concern no chat
	method  string
	limited bool
	first   bool // goes before other messages of its lane
	posted  bool // queued by post; at most one at a time
	retry   int  // numbers the lines of failed calls, which have one each; 0 for others
}

// line holds the calls of one key in order.
type line struct {
	key   queueKey
	calls []*pending
	until time.Time // in waiting: when to check again
	sweep int       // at this length abandoned calls are removed
}

// The kinds of ready lines.
const (
	readyCalls    = iota // that are no messages
	readyFirst           // messages that go before others
	readyMessages        // all other messages
	readyKinds
)

// firstInRow is how many messages that go first may be sent in a row while others are ready.
const firstInRow = 3

// lineSet is one lane. Its lines are ready, as far as is known, or wait for a time. Finding the next call takes the same time for any number of
// lines.
type lineSet struct {
	byKey   map[queueKey]*line
	ready   [readyKinds][]*line // each in turn
	inRow   int                 // messages of readyFirst that were sent while others were ready, since the last other one
	waiting lineHeap
}

func newLineSet() *lineSet { return &lineSet{byKey: map[queueKey]*line{}} }

// add appends a call to its line, or inserts it at the front.
func (s *lineSet) add(key queueKey, p *pending, front bool, until time.Time) {
	l := s.byKey[key]
	if l == nil {
		l = &line{key: key, until: until}
		s.byKey[key] = l
		if until.IsZero() {
			s.enqueue(l)
		} else {
			heap.Push(&s.waiting, l)
		}
	}
	if front {
		l.calls = slices.Insert(l.calls, 0, p)
		return
	}
	if len(l.calls) >= max(64, l.sweep) { // in a chat that waits for long, most callers have given up
		l.calls = slices.DeleteFunc(l.calls, func(p *pending) bool { return p.ctx.Err() != nil })
		l.sweep = 2 * len(l.calls)
	}
	l.calls = append(l.calls, p)
}

func (s *lineSet) enqueue(l *line) {
	kind := readyCalls
	switch {
	case l.key.limited && l.key.first:
		kind = readyFirst
	case l.key.limited:
		kind = readyMessages
	}
	s.ready[kind] = append(s.ready[kind], l)
}

// hasMessages tells whether a message is ready.
func (s *lineSet) hasMessages() bool { return len(s.ready[readyFirst])+len(s.ready[readyMessages]) > 0 }

// wake makes the lines ready whose time has come, and returns the time of the next one.
func (s *lineSet) wake(now time.Time) (next time.Time) {
	for len(s.waiting) > 0 {
		if s.waiting[0].until.After(now) {
			return s.waiting[0].until
		}
		l, _ := heap.Pop(&s.waiting).(*line)
		s.enqueue(l)
	}
	return time.Time{}
}

// popReady removes the next call: a message if limited, else another call. It moves lines for which mustWait returns a time to waiting.
func (s *lineSet) popReady(limited bool, now time.Time, mustWait func(*line) time.Time) *pending {
	if !limited {
		return s.pop(readyCalls, now, mustWait)
	}
	if s.inRow < firstInRow {
		if p := s.pop(readyFirst, now, mustWait); p != nil {
			if len(s.ready[readyMessages]) > 0 {
				s.inRow++
			}
			return p
		}
	}
	s.inRow = 0
	if p := s.pop(readyMessages, now, mustWait); p != nil {
		return p
	}
	return s.pop(readyFirst, now, mustWait)
}

// pop removes the next call of a kind.
func (s *lineSet) pop(kind int, now time.Time, mustWait func(*line) time.Time) *pending {
	for len(s.ready[kind]) > 0 {
		l := s.ready[kind][0]
		s.ready[kind] = s.ready[kind][1:]
		for len(l.calls) > 0 && l.calls[0].abandoned(now) {
			l.calls = l.calls[1:]
		}
		if len(l.calls) == 0 {
			delete(s.byKey, l.key)
			continue
		}
		if until := mustWait(l); until.After(now) {
			l.until = until
			heap.Push(&s.waiting, l)
			continue
		}
		p := l.calls[0]
		l.calls = l.calls[1:]
		if len(l.calls) == 0 {
			delete(s.byKey, l.key)
		} else {
			s.enqueue(l) // behind the others: a chat with many calls does not delay the rest
		}
		return p
	}
	return nil
}

// lineHeap orders lines by the time of their next check.
type lineHeap []*line

func (h lineHeap) Len() int           { return len(h) }
func (h lineHeap) Less(i, j int) bool { return h[i].until.Before(h[j].until) }
func (h lineHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push is for container/heap.
func (h *lineHeap) Push(x any) {
	if l, ok := x.(*line); ok {
		*h = append(*h, l)
	}
}

// Pop is for container/heap.
func (h *lineHeap) Pop() any {
	old := *h
	l := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return l
}
