package mtproto

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/proto/codec"
)

// conn is one connection with a reader, a writer and a queue of outgoing messages.
type conn struct {
	server    *Server
	host      string // of the client
	wire      *wire
	handshake *handshake // used by the reader only

	mu       sync.Mutex
	sessions map[*Session]struct{}
	out      []outgoing
	size     int
	wake     chan struct{}
	requests sync.WaitGroup
}

// outgoing is a queued message, before encryption.
type outgoing struct {
	session *Session
	id      int64
	seq     int32
	body    []byte
}

// maxOut limits the queue for a client that does not read. When it is full the connection is closed, and the client fetches the rest later.
const maxOut = 256 << 20

func (s *Server) serveConn(ctx context.Context, raw net.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	defer raw.Close() //nolint:errcheck // both ends may close first
	if err := raw.SetReadDeadline(time.Now().Add(readTimeout)); err != nil {
		return err
	}
	w, err := accept(raw)
	if err != nil {
		return err
	}
	c := &conn{server: s, host: hostOf(raw), wire: w, sessions: map[*Session]struct{}{}, wake: make(chan struct{}, 1)}
	s.mu.Lock()
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	defer c.leave()
	var writer sync.WaitGroup
	writer.Go(func() { c.write(ctx) })
	defer writer.Wait()
	defer c.requests.Wait()
	defer cancel()
	return c.read(ctx)
}

// leave detaches the connection from its sessions and reports the sessions without a connection to the handler.
func (c *conn) leave() {
	s := c.server
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	for _, sess := range c.spokenFor() { // not under c.mu: a sender holds the session's lock when it locks c.mu
		if sess.detach(c) {
			s.handler.Disconnected(sess)
		}
	}
}

// spokenFor returns the sessions that sent messages over this connection.
func (c *conn) spokenFor() []*Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.sessions))
}

func (c *conn) speaksFor(key [8]byte) bool {
	return slices.ContainsFunc(c.spokenFor(), func(sess *Session) bool { return sess.AuthKey() == key })
}

func (c *conn) read(ctx context.Context) error {
	for {
		var b bin.Buffer
		rctx, cancel := context.WithTimeout(ctx, readTimeout)
		err := c.wire.Recv(rctx, &b)
		cancel()
		if err != nil {
			return err
		}
		var id [8]byte
		if err := b.PeekN(id[:], len(id)); err != nil {
			return fmt.Errorf("frame: %w", err)
		}
		if id == ([8]byte{}) {
			if err := c.shakeHands(ctx, &b); err != nil {
				return err
			}
			continue
		}
		key, ok := c.server.opts.Keys.get(id)
		if !ok {
			return fmt.Errorf("key %x: %w", id, firstError(c.wire.sendError(ctx, codec.CodeAuthKeyNotFound), errUnknownKey))
		}
		msg, err := c.server.cipher.DecryptFromBuffer(key.Value, &b)
		if err != nil {
			return fmt.Errorf("decrypt: %w", err)
		}
		if err := c.receive(ctx, key, msg); err != nil {
			return err
		}
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// receive checks the envelope of a message and handles its content.
func (c *conn) receive(ctx context.Context, key Key, msg *crypto.EncryptedMessageData) error {
	sess, fresh := c.server.session(key, msg.SessionID)
	c.mu.Lock()
	c.sessions[sess] = struct{}{}
	c.mu.Unlock()
	sess.attach(c)
	c.server.noteHost(c, sess.AuthKey())
	if msg.Salt != key.Salt {
		return sess.sendObject(proto.MessageFromServer, false, &mt.BadServerSalt{BadMsgID: msg.MessageID, BadMsgSeqno: int(msg.SeqNo), ErrorCode: 48, NewServerSalt: key.Salt})
	}
	if code := checkID(msg.MessageID, time.Now()); code != 0 {
		return sess.sendObject(proto.MessageFromServer, false, &mt.BadMsgNotification{BadMsgID: msg.MessageID, BadMsgSeqno: int(msg.SeqNo), ErrorCode: code})
	}
	if fresh {
		created := &mt.NewSessionCreated{FirstMsgID: msg.MessageID, UniqueID: sess.ID ^ msg.MessageID, ServerSalt: key.Salt}
		if err := sess.sendObject(proto.MessageFromServer, true, created); err != nil {
			return err
		}
	}
	return c.dispatch(ctx, sess, msg.MessageID, &bin.Buffer{Buf: msg.Data()}, 0)
}

func (c *conn) queue(o outgoing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size += len(o.body); c.size > maxOut {
		_ = c.wire.Close()
		return
	}
	c.out = append(c.out, o)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *conn) write(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		for {
			c.mu.Lock()
			batch := c.out
			c.out, c.size = nil, 0
			c.mu.Unlock()
			if len(batch) == 0 {
				break
			}
			for _, o := range batch {
				if err := c.writeOne(ctx, o); err != nil {
					_ = c.wire.Close() // the reader sees it and ends the connection
					return
				}
			}
		}
	}
}

func (c *conn) writeOne(ctx context.Context, o outgoing) error {
	var b bin.Buffer
	data := crypto.EncryptedMessageData{
		Salt: o.session.key.Salt, SessionID: o.session.ID, MessageID: o.id, SeqNo: o.seq,
		MessageDataLen: int32(len(o.body)), MessageDataWithPadding: o.body, Message: raw(o.body),
	}
	if err := c.server.cipher.Encrypt(o.session.key.Value, data, &b); err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	return c.wire.Send(ctx, &b)
}

// raw is a message that is already encoded.
type raw []byte

// Encode writes the bytes.
func (r raw) Encode(b *bin.Buffer) error {
	b.Put(r)
	return nil
}
