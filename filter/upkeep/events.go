package upkeep

import (
	"slices"
	"sync"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// EventKind is a kind of events that a log channel gets.
type EventKind string

// The kinds.
const (
	ChannelEvents  EventKind = "channels"  // a channel was added or lost
	FileEvents     EventKind = "files"     // dead files were found
	BanEvents      EventKind = "bans"      // somebody was banned
	DeletionEvents EventKind = "deletions" // an admin deleted many files
	PoolEvents     EventKind = "pools"     // a database went down or came back
	ErrorEvents    EventKind = "errors"    // an error was logged
)

// EventKinds lists all kinds.
func EventKinds() []EventKind {
	return []EventKind{ChannelEvents, FileEvents, BanEvents, DeletionEvents, PoolEvents, ErrorEvents}
}

// Event is something that admins may want to hear of. Key names a phrase, and Args are its arguments, without texts and names of people.
type Event struct {
	Kind EventKind
	Key  string
	Args []any
}

// LogChannel is the setting of the log channel.
type LogChannel struct {
	Chat     int64       `json:"chat"`     // as a filter.ChatID; 0: there is none
	Language string      `json:"language"` // of the admin who chose it
	Muted    []EventKind `json:"muted"`
}

var errEventKind = fault.New(fault.Invalid, "event_kind")

// Check refuses kinds that do not exist.
func (l LogChannel) Check() error {
	for _, k := range l.Muted {
		if !slices.Contains(EventKinds(), k) {
			return errEventKind
		}
	}
	return nil
}

// Toggled returns the setting with a kind muted, or not muted any more.
func (l LogChannel) Toggled(k EventKind) LogChannel {
	if i := slices.Index(l.Muted, k); i >= 0 {
		l.Muted = slices.Delete(slices.Clone(l.Muted), i, i+1)
	} else {
		l.Muted = append(slices.Clone(l.Muted), k)
	}
	return l
}

// LogChannelOptions are the options of the Setting of the log channel, without the clock.
func LogChannelOptions() storage.SettingOptions[LogChannel] {
	return storage.SettingOptions[LogChannel]{Name: "log_channel", Check: LogChannel.Check}
}

// Events collects events until the process that is the bot posts them.
type Events struct {
	mu      sync.Mutex
	waiting []Event
	dropped int
}

// maxWaiting bounds the memory. Further events are only counted.
const maxWaiting = 500

// Tell adds an event. It never blocks.
func (e *Events) Tell(kind EventKind, key string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.waiting) >= maxWaiting {
		e.dropped++
		return
	}
	e.waiting = append(e.waiting, Event{kind, key, args})
}

// Take returns the events since the last call, and how many more there were.
func (e *Events) Take() (events []Event, dropped int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	events, dropped = e.waiting, e.dropped
	e.waiting, e.dropped = nil, 0
	return events, dropped
}
