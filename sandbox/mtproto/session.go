package mtproto

import (
	"sync"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/proto"
)

// Session is one client session of an auth key. A client that reconnects with the same id continues it.
type Session struct {
	ID int64

	key     Key
	server  *Server
	mu      sync.Mutex // locked after the server's and before a connection's
	authKey [8]byte
	conn    *conn            // the latest connection, nil while there is none
	content int32            // number of content-related messages, for sequence numbers
	seen    map[int64]*reply // by the request's message id
	order   []int64          // the keys of seen, the oldest first
	sent    map[int64]*reply // by the id of the server's message that has the answer
	updates bool             // the client wants updates
	layer   int
}

// maxSeen is the number of requests that a session remembers, to answer repeats.
const maxSeen = 1000

// reply is the state of a request. Its answer, which may be a megabyte, is dropped when the client acknowledges it.
type reply struct {
	done   bool
	answer []byte
}

// AuthKey returns the id of the permanent key, to which the account belongs.
func (s *Session) AuthKey() [8]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.authKey
}

// begin records a request. For a repeat it returns true and sends the answer again, unless the client has acknowledged it.
func (s *Session) begin(id int64) (again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.seen[id]; r != nil {
		if r.answer != nil {
			s.carry(r)
		}
		return true
	}
	s.seen[id] = &reply{}
	if s.order = append(s.order, id); len(s.order) > maxSeen {
		delete(s.seen, s.order[0])
		s.order = s.order[1:]
	}
	return false
}

// finish sends the answer to a request and keeps it until the client acknowledges it.
func (s *Session) finish(id int64, answer []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.seen[id]
	if r == nil { // maxSeen other requests came meanwhile
		r = &reply{}
	}
	r.done, r.answer = true, answer
	s.carry(r)
}

// carry sends an answer and records the id of the message that has it. s.mu is held.
func (s *Session) carry(r *reply) {
	if len(s.sent) > maxSeen { // the client acknowledges nothing
		clear(s.sent)
	}
	if id := s.enqueue(proto.MessageServerResponse, true, r.answer); id != 0 {
		s.sent[id] = r
	}
}

// acknowledge drops the answers that the client has received.
func (s *Session) acknowledge(ids []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if r := s.sent[id]; r != nil {
			r.answer = nil
			delete(s.sent, id)
		}
	}
}

// status returns the state of a message id for msgs_state_info: not received, being answered, or answered.
func (s *Session) status(id int64) byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r := s.seen[id]; {
	case r == nil:
		return 3
	case r.done:
		return 4 + 64
	}
	return 4 + 32
}

// Layer returns the client's API layer, 0 before the client has sent it.
func (s *Session) Layer() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.layer
}

// send queues a message to the client. As the protocol expects, it drops the message while there is no connection.
func (s *Session) send(kind proto.MessageType, content bool, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enqueue(kind, content, body)
}

// enqueue is send with s.mu held. It returns the message's id, 0 without a connection.
func (s *Session) enqueue(kind proto.MessageType, content bool, body []byte) int64 {
	if s.conn == nil {
		return 0
	}
	seq := s.content * 2
	if content {
		seq++
		s.content++
	}
	id := s.server.ids.New(kind)
	s.conn.queue(outgoing{session: s, id: id, seq: seq, body: body})
	return id
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

// detach removes c. gone means that the session has no connection now.
func (s *Session) detach(c *conn) (gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return false
	}
	s.conn = nil
	return true
}

// checkID returns the code of bad_msg_notification for a message id that no correct client sends, or 0.
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
