package broadcast

import "sync"

// progress finds the recipient up to whom everybody has an outcome, while sends end in any order. The callers' mutex guards it.
type progress struct {
	last  RecipientID // everybody up to here is done
	first int         // place of queue[0]
	queue []step
}

type step struct {
	to   RecipientID
	done bool
}

// add appends a recipient and returns its place.
func (o *progress) add(mu *sync.Mutex, to RecipientID) (place int) {
	mu.Lock()
	defer mu.Unlock()
	o.queue = append(o.queue, step{to: to})
	return o.first + len(o.queue) - 1
}

// skip appends a recipient who needs no outcome.
func (o *progress) skip(mu *sync.Mutex, to RecipientID) {
	mu.Lock()
	defer mu.Unlock()
	o.queue = append(o.queue, step{to, true})
	o.advance()
}

// finish notes that the recipient at a place has an outcome. The caller holds the mutex.
func (o *progress) finish(place int) {
	o.queue[place-o.first].done = true
	o.advance()
}

func (o *progress) advance() {
	for len(o.queue) > 0 && o.queue[0].done {
		o.last = o.queue[0].to
		o.queue = o.queue[1:]
		o.first++
	}
}
