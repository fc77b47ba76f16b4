package search

import (
	"sync"
	"time"

	"pavilion/filter"
)

// deliveryTap names a delivery button and the person who tapped it.
type deliveryTap struct {
	person   int64
	chat     int64
	message  int
	document filter.DocumentID
}

// repeatWithin is how long after a delivery another tap on the same button counts as a repeat of the first.
const repeatWithin = 5 * time.Second

// deliveryMemory recognises taps that repeat one whose file was just delivered. One person's taps are handled one after the other, so it needs
// to know finished deliveries only.
type deliveryMemory struct {
	mu   sync.Mutex
	done map[deliveryTap]time.Time // when the file was delivered
}

func newDeliveryMemory() *deliveryMemory { return &deliveryMemory{done: map[deliveryTap]time.Time{}} }

// isRepeated tells whether a tap at a time repeats one that was answered with the file.
func (m *deliveryMemory) isRepeated(tap deliveryTap, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	done, ok := m.done[tap]
	return ok && at.Before(done.Add(repeatWithin))
}

// delivered notes a delivery, and forgets those that no tap can repeat any more.
func (m *deliveryMemory) delivered(tap deliveryTap, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for t, done := range m.done {
		if at.Sub(done) > forgetAfter {
			delete(m.done, t)
		}
	}
	m.done[tap] = at
}

// forgetAfter is longer than a tap can wait for its turn.
const forgetAfter = 10 * time.Minute
