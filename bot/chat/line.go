package chat

import (
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// errTooManyMessages answers the first message over the limit of its person.
var errTooManyMessages = fault.New(fault.TooMany, "too_many_messages")

// Limits of one person's messages that wait in one chat. Telegram allows about one answer a second in a private chat and 20 a minute in a group, so
// more would keep the person, or the group, waiting for minutes.
const (
	mostWaiting        = 20
	mostWaitingInGroup = 5
)

// line holds the events of one chat, or of one person, that wait for their turn. Of a person's messages it keeps a limited number: the first one
// over the limit is refused aloud, and the rest in silence until the line has none of that person. A message that was not meant for the bot is refused
// in silence. In a group, a person's last search supersedes the
// earlier ones that wait.
type line struct {
	events  []*waiting
	persons map[int64]*personTurn
}

// waiting is an event in a line.
type waiting struct {
	event   *telegram.Event
	refusal error // answers the event instead of a handler
	silent  bool  // no handler and no answer
}

// personTurn counts the messages of one person in a line.
type personTurn struct {
	all    int // in the line
	heard  int // those that a handler will get
	latest *waiting
	warned bool
}

func newLine() *line { return &line{persons: map[int64]*personTurn{}} }

// add appends an event. latest marks one that supersedes the person's waiting ones with the mark.
func (l *line) add(e *telegram.Event, latest bool) {
	w := &waiting{event: e}
	l.events = append(l.events, w)
	if e.Kind != telegram.Message {
		return
	}
	p := l.persons[e.From.ID]
	if p == nil {
		p = &personTurn{}
		l.persons[e.From.ID] = p
	}
	p.all++
	if latest && p.latest != nil {
		p.latest.silent = true
		p.heard--
		p.latest = nil
	}
	most := mostWaiting
	if e.Chat.Type != telegram.Private {
		most = mostWaitingInGroup
	}
	switch {
	case p.heard < most:
		p.heard++
		if latest {
			p.latest = w
		}
	case !p.warned && !e.IsOverheard():
		p.warned = true
		w.refusal = errTooManyMessages
	default:
		w.silent = true
	}
}

// pop removes the first event; nil where none waits.
func (l *line) pop() *waiting {
	if len(l.events) == 0 {
		return nil
	}
	w := l.events[0]
	l.events[0] = nil
	l.events = l.events[1:]
	p := l.persons[w.event.From.ID]
	if w.event.Kind != telegram.Message || p == nil {
		return w
	}
	if p.latest == w {
		p.latest = nil
	}
	if !w.silent && w.refusal == nil {
		p.heard--
	}
	if p.all--; p.all == 0 {
		delete(l.persons, w.event.From.ID)
	}
	return w
}
