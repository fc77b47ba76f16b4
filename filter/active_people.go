package filter

import (
	"sync"
	"time"
)

// activePeople are the people whose activity is stored for the present minute, with the languages that were stored. A person who sends several messages in a
// minute is stored once. A minute never spans two days in any time zone, so each day counts all its people.
type activePeople struct {
	mu       sync.Mutex
	minute   int64
	language map[UserID]string
	removals int // so far
}

// has reports that the activity of a person, with a language, is stored for the minute of now. It also returns the number of removals so far, for add.
func (p *activePeople) has(id UserID, language string, now time.Time) (isStored bool, removals int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	stored, ok := p.language[id]
	return ok && p.minute == now.Unix()/60 && (language == "" || language == stored), p.removals
}

// add notes a stored activity. It does nothing if a person was removed after has returned removals, because that removal may be newer than the stored
// activity.
func (p *activePeople) add(id UserID, language string, now time.Time, removals int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.removals != removals {
		return
	}
	if minute := now.Unix() / 60; p.minute != minute || p.language == nil {
		p.minute, p.language = minute, map[UserID]string{}
	}
	p.language[id] = language
}

// remove makes the next activity of a person be stored.
func (p *activePeople) remove(id UserID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.removals++
	delete(p.language, id)
}
