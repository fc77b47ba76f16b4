package mtproto

import (
	"sync"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/proto"
)

// Session is one client session of an auth key. It outlives connections: a client that reconnects with the same id goes on with it.
type Session struct {
	ID      int64
	AuthKey [8]byte // permanent: what the account hangs on

	key     Key
	server  *Server
	mu      sync.Mutex
	conn    *conn // the latest; nil while the client is away
	content int32 // messages that count for sequence numbers
	seen    map[int64][]byte
	order   []int64
	updates bool // wants updates
	layer   int
}

// maxSeen is how many requests of a session are remembered, with their answers, to be answered the same way when they come again.
const maxSeen = 1000

// begin notes a message id; again is true when it came before, with the answer if there is one.
func (s *Session) begin(id int64) (answer []byte, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answer, again = s.seen[id]; again {
		return answer, true
	}
	s.seen[id] = nil
	if s.order = append(s.order, id); len(s.order) > maxSeen {
		delete(s.seen, s.order[0])
		s.order = s.order[1:]
	}
	return nil, false
}

func (s *Session) finish(id int64, answer []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.seen[id]; ok {
		s.seen[id] = answer
	}
}

// Layer is the API layer that the client speaks, 0 before it said so.
func (s *Session) Layer() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.layer
}

// send queues a message to the client; it is dropped when the client is away, as its protocol expects.
func (s *Session) send(kind proto.MessageType, content bool, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return
	}
	seq := s.content * 2
	if content {
		seq++
		s.content++
	}
	s.conn.queue(outgoing{session: s, id: s.server.ids.New(kind), seq: seq, body: body})
}

func (s *Session) sendObject(kind proto.MessageType, content bool, e bin.Encoder) error {
	var b bin.Buffer
	if err := e.Encode(&b); err != nil {
		return err
	}
	s.send(kind, content, b.Buf)
	return nil
}

// attach makes c the session's connection.
func (s *Session) attach(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = c
}

// detach forgets c; gone tells that the client is away now.
func (s *Session) detach(c *conn) (gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return false
	}
	s.conn = nil
	return true
}

// checkID refuses message ids that no honest client sends: the code of bad_msg_notification, or 0.
func checkID(id int64, now time.Time) int {
	t := proto.MessageID(id).Time()
	switch {
	case id%4 != 0:
		return 18
	case t.Before(now.Add(-300 * time.Second)):
		return 16
	case t.After(now.Add(30 * time.Second)):
		return 17
	}
	return 0
}
