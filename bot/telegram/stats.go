package telegram

import "time"

// Stats are the client's figures at one moment.
type Stats struct {
	Connected   bool
	Updates     int // received and not yet handled
	Sends       int // queued
	Calls       int // made and not yet answered
	FloodWaits  int64
	Waiting     int           // chats and methods that Telegram makes wait now
	LongestWait time.Duration // of these
}

// Stats reports the present figures.
func (c *Client) Stats() Stats {
	s := c.Messenger.queue.stats()
	s.Connected = c.connected.Load()
	s.Updates = c.updates.length()
	return s
}

// stats reports the queue's part.
func (q *sendQueue) stats() Stats {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := Stats{Calls: q.active[0] + q.active[1], FloodWaits: q.floods}
	for _, l := range q.lanes {
		for _, line := range l.byKey {
			s.Sends += len(line.calls)
		}
	}
	now := q.now()
	for _, until := range q.floodWaits {
		if left := until.Sub(now); left > 0 {
			s.Waiting++
			s.LongestWait = max(s.LongestWait, left)
		}
	}
	return s
}

// length is how many updates wait.
func (q *updateQueue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}
