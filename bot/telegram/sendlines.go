package telegram

import (
	"container/heap"
	"context"
	"slices"
	"time"
)

// Lane is how urgent a send is.
type Lane uint8

// The lanes, most urgent first: somebody waits, work in the background, and messages to everybody.
const (
	LaneAnswer Lane = iota
	LaneBulk
	LaneBroadcast
	lanes
)

// pending is a call that waits for its turn.
type pending struct {
	call
	ctx     context.Context //nolint:containedctx // the caller's, checked when its turn comes
	expires time.Time       // of a call that nobody waits for; zero where somebody does
	done    chan error
	attempt int
}

// abandoned tells whether nobody wants the call any more.
func (p *pending) abandoned(now time.Time) bool {
	return p.ctx.Err() != nil || !p.expires.IsZero() && now.After(p.expires)
}

// wanted is until when a call is worth making.
func (p *pending) wanted() (time.Time, bool) {
	if !p.expires.IsZero() {
		return p.expires, true
	}
	return p.ctx.Deadline()
}

// queueKey names the calls that wait for the same things, so that the first of them tells about all.
type queueKey struct {
	chat    Chat // without its hash; zero where the calls are about no chat
	method  string
	limited bool
	posted  bool // nobody waits for its end; at most one at a time
	retry   int  // a call that comes back after a failure stands in a line of its own; 0 for others
}

// line holds equal calls in order.
type line struct {
	key   queueKey
	calls []*pending
	until time.Time // in waiting: when to look again
	sweep int       // at how many calls to look for those given up
}

// lineSet is one lane: its lines are either ready, as far as is known, or waiting for a time. Whatever the number of lines, the next call is
// found without looking at the others.
type lineSet struct {
	byKey   map[queueKey]*line
	ready   [2][]*line // calls that are not messages, and messages; each in turn
	waiting lineHeap
}

func newLineSet() *lineSet { return &lineSet{byKey: map[queueKey]*line{}} }

// add puts a call at the end of its line, or at the front.
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
	if len(l.calls) >= max(64, l.sweep) { // of a chat that has to wait for long, most have been given up
		l.calls = slices.DeleteFunc(l.calls, func(p *pending) bool { return p.ctx.Err() != nil })
		l.sweep = 2 * len(l.calls)
	}
	l.calls = append(l.calls, p)
}

func (s *lineSet) enqueue(l *line) {
	i := 0
	if l.key.limited {
		i = 1
	}
	s.ready[i] = append(s.ready[i], l)
}

// wake moves the lines whose time has come, and tells when the next one's comes.
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

// take removes the first call, of messages or of others, whose line may go. For a line that may not, mustWait says until when.
func (s *lineSet) take(limited bool, now time.Time, mustWait func(*line) time.Time) *pending {
	i := 0
	if limited {
		i = 1
	}
	for len(s.ready[i]) > 0 {
		l := s.ready[i][0]
		s.ready[i] = s.ready[i][1:]
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
			s.enqueue(l) // behind the others: a chat with much to say does not hold up the rest
		}
		return p
	}
	return nil
}

// lineHeap orders lines by when to look at them again.
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
