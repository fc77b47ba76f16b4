package mtproto

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/proto"
)

// Request is one method call without its wrappers.
type Request struct {
	Session   *Session
	Body      *bin.Buffer
	Layer     int
	NoUpdates bool
}

// Handler answers requests.
type Handler interface {
	// Handle answers a request. The client gets a *tgerr.Error unchanged, and any other error as an internal one.
	Handle(ctx context.Context, r Request) (bin.Encoder, error)
	// Disconnected is called when a session has lost its connection.
	Disconnected(s *Session)
}

// Options configure a Server.
type Options struct {
	DC     int
	Key    *rsa.PrivateKey
	Keys   *Keys
	Logger *slog.Logger
}

// Server speaks MTProto on a listener.
type Server struct {
	opts    Options
	handler Handler
	cipher  crypto.Cipher
	ids     *proto.MessageIDGen

	mu       sync.Mutex
	sessions map[sessionKey]*Session
	byKey    map[[8]byte]map[int64]*Session
	conns    map[*conn]struct{}
}

type sessionKey struct {
	key [8]byte // the key of the encryption, temporary or permanent
	id  int64
}

const (
	readTimeout  = 5 * time.Minute // gotd pings each minute, so this ends only dead connections
	writeTimeout = 20 * time.Second
)

var errUnknownKey = errors.New("no such auth key")

// NewServer makes a server over a handler.
func NewServer(handler Handler, o Options) *Server {
	return &Server{
		opts: o, handler: handler, cipher: crypto.NewServerCipher(crypto.DefaultRand()), ids: proto.NewMessageIDGen(time.Now),
		sessions: map[sessionKey]*Session{}, byKey: map[[8]byte]map[int64]*Session{}, conns: map[*conn]struct{}{},
	}
}

// Serve accepts connections until ctx ends and returns when all are closed.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	var conns sync.WaitGroup
	defer conns.Wait()
	for {
		raw, err := l.Accept()
		if err != nil {
			cancel()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("accept: %w", err)
		}
		conns.Go(func() {
			if err := s.serveConn(ctx, raw); err != nil {
				s.opts.Logger.LogAttrs(ctx, slog.LevelDebug, "connection ended", slog.Any("error", err))
			}
		})
	}
}

// Cut closes the connections of a key's sessions, or with a zero key all connections.
func (s *Server) Cut(key [8]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if key == ([8]byte{}) || c.speaksFor(key) {
			_ = c.wire.Close()
		}
	}
}

// Push sends updates to one session of a permanent key, or with 0 to all of its sessions that want updates.
func (s *Server) Push(key [8]byte, session int64, updates bin.Encoder) error {
	var b bin.Buffer
	if err := updates.Encode(&b); err != nil {
		return fmt.Errorf("push: %w", err)
	}
	s.mu.Lock()
	var to []*Session
	for id, sess := range s.byKey[key] {
		if session == 0 || id == session {
			to = append(to, sess)
		}
	}
	s.mu.Unlock()
	for _, sess := range to {
		sess.mu.Lock()
		wants := sess.updates
		sess.mu.Unlock()
		if wants {
			sess.send(proto.MessageFromServer, true, b.Buf)
		}
	}
	return nil
}

// session finds or makes a session of a key.
func (s *Server) session(key Key, id int64) (sess *Session, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := sessionKey{key.Value.ID, id}
	if sess = s.sessions[k]; sess != nil {
		return sess, false
	}
	sess = &Session{ID: id, authKey: key.speaksFor(), key: key, server: s, seen: map[int64]*reply{}, sent: map[int64]*reply{}}
	s.sessions[k] = sess
	s.list(sess, sess.authKey)
	return sess, true
}

// list adds a session to its permanent key. s.mu is held.
func (s *Server) list(sess *Session, key [8]byte) {
	if s.byKey[key] == nil {
		s.byKey[key] = map[int64]*Session{}
	}
	s.byKey[key][sess.ID] = sess
}

// rebind moves a session to the permanent key to which its temporary key was bound.
func (s *Server) rebind(sess *Session, permanent [8]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sess.mu.Lock()
	defer sess.mu.Unlock()
	delete(s.byKey[sess.authKey], sess.ID)
	sess.authKey = permanent
	s.list(sess, permanent)
}

func (s *Server) forget(sess *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, sessionKey{sess.key.Value.ID, sess.ID})
	delete(s.byKey[sess.AuthKey()], sess.ID)
}
