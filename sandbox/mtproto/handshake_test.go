package mtproto_test

import (
	"context"
	"net"
	"testing"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/exchange"
	"github.com/gotd/td/mt"

	"pavilion/sandbox/mtproto"
)

// mixed reads a connection on which frames of several keys come in any order: a session's messages keep their order, an exchange's answers
// keep theirs, and nothing orders one against the other.
type mixed struct {
	conn net.Conn
	kept map[[8]byte][][]byte // frames that were read while another key's was asked for
}

// next is the next frame of a key; the key of an exchange's frames is zero.
func (m *mixed) next(key [8]byte, b *bin.Buffer) error {
	for len(m.kept[key]) == 0 {
		var frame bin.Buffer
		if err := frames.Read(m.conn, &frame); err != nil {
			return err
		}
		var id [8]byte
		if err := frame.PeekN(id[:], len(id)); err != nil {
			return err
		}
		m.kept[id] = append(m.kept[id], frame.Buf)
	}
	b.ResetTo(m.kept[key][0])
	m.kept[key] = m.kept[key][1:]
	return nil
}

// busyClient is the client's end of a key exchange on a connection where it goes on sending under a key that it has.
type busyClient struct {
	*peer
	frames *mixed
	pings  []int64 // messages that were sent between the exchange's own
}

func (c *busyClient) Send(_ context.Context, b *bin.Buffer) error {
	c.pings = append(c.pings, c.tell(&mt.PingRequest{PingID: 1}))
	return frames.Write(c.conn, b)
}

func (c *busyClient) Recv(_ context.Context, b *bin.Buffer) error { return c.frames.next([8]byte{}, b) }

func (*busyClient) Close() error { return nil }

// TestHandshake_MessagesUnderAnotherKeyMayComeBetween: clients with perfect forward secrecy ask for a temporary key on a connection that is in
// use already. Afterwards the connection takes both keys.
func TestHandshake_MessagesUnderAnotherKeyMayComeBetween(t *testing.T) {
	h := serve(t, &desk{})
	p := dial(t, h, h.keys.Issue(), 1)
	m := &mixed{conn: p.conn, kept: map[[8]byte][][]byte{}}
	under := func(key [8]byte) func(*bin.Buffer) error {
		return func(b *bin.Buffer) error { return m.next(key, b) }
	}
	p.frame = under(p.key.Value.ID)
	public := exchange.PublicKey{RSA: &rsaKey().PublicKey}
	for range 2 { // a second exchange on the same connection
		busy := &busyClient{peer: p, frames: m}
		result, err := exchange.NewExchanger(busy, 2).Client([]exchange.PublicKey{public}).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, ping := range busy.pings {
			p.pong(ping, 1)
		}
		key := mtproto.Key{Value: result.AuthKey, Salt: result.ServerSalt}
		other := &peer{t: t, conn: p.conn, key: key, session: 2, cipher: p.cipher, frame: under(key.Value.ID)}
		other.ping()
		p.ping()
	}
	for key, left := range m.kept {
		if len(left) > 0 {
			t.Errorf("%d frames under key %x answer nothing", len(left), key)
		}
	}
}
