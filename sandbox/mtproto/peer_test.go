// A client for tests that sends arbitrary bytes.

package mtproto_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/proto/codec"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/mtproto"
)

// desk is a handler that counts requests and answers them with a function of the test.
type desk struct {
	calls  atomic.Int64
	gone   chan *mtproto.Session
	answer func(ctx context.Context, r mtproto.Request) (bin.Encoder, error)
}

func (d *desk) Handle(ctx context.Context, r mtproto.Request) (bin.Encoder, error) {
	d.calls.Add(1)
	if d.answer != nil {
		return d.answer(ctx, r)
	}
	return &tg.NearestDC{Country: "IN", ThisDC: 2}, nil
}

func (d *desk) Disconnected(s *mtproto.Session) {
	select {
	case d.gone <- s:
	default:
	}
}

// rsaKey is generated once, because generating a key takes longer than the tests.
//
//nolint:gochecknoglobals // one key for the package's tests
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// host is a server with its address.
type host struct {
	*mtproto.Server
	keys *mtproto.Keys
	addr net.Addr
}

func serve(t testing.TB, d *desk) host {
	t.Helper()
	return serveOn(t, d, "tcp", "127.0.0.1:0")
}

func serveOn(t testing.TB, d *desk, network, addr string) host {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), network, addr)
	if err != nil {
		t.Fatal(err)
	}
	d.gone = make(chan *mtproto.Session, 100)
	keys := mtproto.NewKeys()
	s := mtproto.NewServer(d, mtproto.Options{DC: 2, Key: rsaKey(), Keys: keys, Logger: slog.New(slog.DiscardHandler)})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return host{s, keys, l.Addr()}
}

// peer is a connection with one session.
type peer struct {
	t       testing.TB
	conn    net.Conn
	key     mtproto.Key
	session int64
	cipher  crypto.Cipher
	last    int64
	frame   func(b *bin.Buffer) error // reads the next frame of the session's key
}

var frames = codec.Intermediate{} //nolint:gochecknoglobals // never written

func dial(t testing.TB, h host, key mtproto.Key, session int64) *peer {
	t.Helper()
	conn := plain(t, h)
	if err := frames.WriteHeader(conn); err != nil {
		t.Fatal(err)
	}
	frame := func(b *bin.Buffer) error { return frames.Read(conn, b) } // one key: every frame is its
	return &peer{t: t, conn: conn, key: key, session: session, cipher: crypto.NewClientCipher(rand.Reader), frame: frame}
}

// plain opens a connection that has sent nothing.
func plain(t testing.TB, h host) net.Conn {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), h.addr.Network(), h.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// id returns a new message id.
func (p *peer) id() int64 {
	p.last = max(p.last+4, int64(proto.NewMessageID(time.Now(), proto.MessageFromClient)))
	return p.last
}

// tell sends a message with a new id and returns the id.
func (p *peer) tell(e bin.Encoder) int64 {
	p.t.Helper()
	id := p.id()
	p.say(id, p.key.Salt, encoded(p.t, e))
	return id
}

func (p *peer) say(id, salt int64, body []byte) {
	p.t.Helper()
	var b bin.Buffer
	err := p.cipher.Encrypt(p.key.Value, crypto.EncryptedMessageData{
		Salt: salt, SessionID: p.session, MessageID: id, SeqNo: 1, MessageDataLen: int32(len(body)), MessageDataWithPadding: body, Message: bytesOf(body),
	}, &b)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := frames.Write(p.conn, &b); err != nil {
		p.t.Fatal(err)
	}
}

// hear reads the next message from the server. It skips new_session_created.
func (p *peer) hear() (id int64, body *bin.Buffer, err error) {
	for {
		var b bin.Buffer
		if err := p.frame(&b); err != nil {
			return 0, nil, err
		}
		msg, err := p.cipher.DecryptFromBuffer(p.key.Value, &b)
		if err != nil {
			return 0, nil, err
		}
		body = &bin.Buffer{Buf: msg.Data()}
		if typeID, _ := body.PeekID(); typeID != mt.NewSessionCreatedTypeID {
			return msg.MessageID, body, nil
		}
	}
}

// expect reads the next message and decodes it into the expected type.
func (p *peer) expect(d bin.Decoder) int64 {
	p.t.Helper()
	id, body, err := p.hear()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := d.Decode(body); err != nil {
		p.t.Fatalf("the next message is no %T: %v", d, err)
	}
	return id
}

// result expects the answer to a request. It returns the message that has it, and the answer.
func (p *peer) result(request int64) (id int64, answer *bin.Buffer) {
	p.t.Helper()
	var r proto.Result
	id = p.expect(&r)
	if r.RequestMessageID != request {
		p.t.Fatalf("an answer to %d, not to %d", r.RequestMessageID, request)
	}
	return id, &bin.Buffer{Buf: r.Result}
}

// ping checks that the server answers a ping next.
func (p *peer) ping() {
	p.t.Helper()
	if err := p.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil { // renewed, because a fuzz test runs longer
		p.t.Fatal(err)
	}
	p.pong(p.tell(&mt.PingRequest{PingID: 77}), 77)
}

// pong expects the answer to a ping.
func (p *peer) pong(message, ping int64) {
	p.t.Helper()
	var pong mt.Pong
	if p.expect(&pong); pong.MsgID != message || pong.PingID != ping {
		p.t.Fatalf("pong %+v to ping %d in message %d", pong, ping, message)
	}
}

// closed reports whether the server closes the connection after its last messages.
func (p *peer) closed() bool {
	for {
		if _, _, err := p.hear(); err != nil {
			var late net.Error
			return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || !errors.As(err, &late) || !late.Timeout()
		}
	}
}

type bytesOf []byte

// Encode writes the bytes.
func (m bytesOf) Encode(b *bin.Buffer) error {
	b.Put(m)
	return nil
}

func encoded(t testing.TB, e bin.Encoder) []byte {
	t.Helper()
	var b bin.Buffer
	if err := e.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Buf
}
