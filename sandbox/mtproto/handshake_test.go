package mtproto_test

import (
	"context"
	"testing"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/exchange"
	"github.com/gotd/td/mt"

	"pavilion/sandbox/mtproto"
)

// busyClient is the client of a key exchange that sends messages under an older key in between.
type busyClient struct{ *peer }

func (c busyClient) Send(_ context.Context, b *bin.Buffer) error {
	c.tell(&mt.PingRequest{PingID: 1})
	return frames.Write(c.conn, b)
}

func (c busyClient) Recv(_ context.Context, b *bin.Buffer) error {
	for {
		if err := frames.Read(c.conn, b); err != nil {
			return err
		}
		var id [8]byte
		if err := b.PeekN(id[:], len(id)); err != nil || id == ([8]byte{}) {
			return err
		}
	}
}

func (busyClient) Close() error { return nil }

// TestHandshake_MessagesUnderAnotherKeyMayComeBetween runs the exchange of a client with perfect forward secrecy, which requests a temporary key on a
// connection that is in use. Afterwards the connection accepts both keys.
func TestHandshake_MessagesUnderAnotherKeyMayComeBetween(t *testing.T) {
	h := serve(t, &desk{})
	p := dial(t, h, h.keys.Issue(), 1)
	public := exchange.PublicKey{RSA: &rsaKey().PublicKey}
	for range 2 { // a second exchange on the same connection
		result, err := exchange.NewExchanger(busyClient{p}, 2).Client([]exchange.PublicKey{public}).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		other := &peer{t: t, conn: p.conn, key: mtproto.Key{Value: result.AuthKey, Salt: result.ServerSalt}, session: 2, cipher: p.cipher}
		other.ping()
		p.ping()
	}
}
