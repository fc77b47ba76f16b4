package mtproto

import (
	"sync"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/proto"
)

// Session is one client session of an auth key. It outlives connections: a client that reconnects with the same id goes on with it.
type Session struct {
	ID int64

	key     Key
	server  *Server
	mu      sync.Mutex // taken before a connection's, after the server's
	authKey [8]byte
	conn    *conn            // the latest; nil while the client is away
	content int32            // messages that count for sequence numbers
	seen    map[int64]*reply // by the request's message id
	order   []int64          // of seen, the oldest first
	sent    map[int64]*reply // by the message id of ours that carries the answer
	updates bool             // wants updates
	layer   int
}

// maxSeen is how many requests of a session are remembered, to be answered the same way when they come again.
const maxSeen = 1000

// reply is what became of a request. An answer may be a megabyte, so it goes when the client says that it has it.
type reply struct {
	done   bool
	answer []byte
}

// AuthKey is the permanent key, what the account hangs on.
func (s *Session) AuthKey() [8]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.authKey
}

// begin notes a request, or tells that it came before; then the answer is sent again, if there is one that the client lacks.
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

// finish sends the answer to a request and keeps it until the client has it.
func (s *Session) finish(id int64, answer []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.seen[id]
	if r == nil { // a thousand others came meanwhile
		r = &reply{}
	}
	r.done, r.answer = true, answer
	s.carry(r)
}

// carry sends an answer and notes which of our messages it is in; s.mu is held.
func (s *Session) carry(r *reply) {
	if len(s.sent) > maxSeen { // a client that acknowledges nothing
		clear(s.sent)
	}
	if id := s.enqueue(proto.MessageServerResponse, true, r.answer); id != 0 {
		s.sent[id] = r
	}
}

// acknowledge forgets the answers that the client says it has.
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

// status says about a message id what msgs_state_info says: not received, being answered, or answered.
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
	s.enqueue(kind, content, body)
}

// enqueue is send with s.mu held; it returns the message's id, or 0 if the client is away.
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
