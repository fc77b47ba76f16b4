package broadcast

import (
	"sync"

	"pavilion/filter"
)

// progress finds the person up to whom everybody has an outcome, while sends end in any order. The callers' mutex guards it.
type progress struct {
	last  filter.UserID // everybody up to here is done
	first int           // place of queue[0]
	queue []step
}

type step struct {
	person filter.UserID
	done   bool
}

// add appends a person and returns their place.
func (o *progress) add(mu *sync.Mutex, person filter.UserID) (place int) {
	mu.Lock()
	defer mu.Unlock()
	o.queue = append(o.queue, step{person: person})
	return o.first + len(o.queue) - 1
}

// skip appends a person who needs no outcome.
func (o *progress) skip(mu *sync.Mutex, person filter.UserID) {
	mu.Lock()
	defer mu.Unlock()
	o.queue = append(o.queue, step{person, true})
	o.advance()
}

// finish notes that the person at a place has an outcome. The caller holds the mutex.
func (o *progress) finish(place int) {
	o.queue[place-o.first].done = true
	o.advance()
}

func (o *progress) advance() {
	for len(o.queue) > 0 && o.queue[0].done {
		o.last = o.queue[0].person
		o.queue = o.queue[1:]
		o.first++
	}
}
