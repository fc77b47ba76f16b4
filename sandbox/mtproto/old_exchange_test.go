package mtproto_test

import (
	"context"
	"testing"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/exchange"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"

	"pavilion/sandbox/mtproto"
)

// olderClient is the client's end of a key exchange as it was before RSA_PAD: it sends p_q_inner_data without the number of the data centre, with its
// SHA-1.
type olderClient struct {
	*busyClient

	rewrote int
}

func (c *olderClient) Send(ctx context.Context, b *bin.Buffer) error {
	c.t.Helper()
	var message proto.UnencryptedMessage
	var request mt.ReqDHParamsRequest
	if message.Decode(&bin.Buffer{Buf: b.Copy()}) != nil || request.Decode(&bin.Buffer{Buf: message.MessageData}) != nil {
		return c.busyClient.Send(ctx, b)
	}
	c.rewrote++
	plain, err := crypto.DecodeRSAPad(request.EncryptedData, rsaKey())
	if err != nil {
		return err
	}
	inner, err := mt.DecodePQInnerData(&bin.Buffer{Buf: plain})
	if err != nil {
		return err
	}
	var old, out bin.Buffer
	err = (&mt.PQInnerData{
		Pq: inner.GetPq(), P: inner.GetP(), Q: inner.GetQ(), Nonce: inner.GetNonce(), ServerNonce: inner.GetServerNonce(), NewNonce: inner.GetNewNonce(),
	}).Encode(&old)
	if err != nil {
		return err
	}
	if request.EncryptedData, err = crypto.RSAEncryptHashed(old.Buf, &rsaKey().PublicKey, crypto.DefaultRand()); err != nil {
		return err
	}
	if err := request.Encode(&out); err != nil {
		return err
	}
	message.MessageData = out.Copy()
	out.Reset()
	if err := message.Encode(&out); err != nil {
		return err
	}
	return c.busyClient.Send(ctx, &out)
}

func TestHandshake_OlderClientsSendSHA1InsteadOfRSAPad(t *testing.T) {
	h := serve(t, &desk{})
	p := dial(t, h, h.keys.Issue(), 1)
	m := &mixed{conn: p.conn, kept: map[[8]byte][][]byte{}}
	p.frame = func(b *bin.Buffer) error { return m.next(p.key.Value.ID, b) }
	older := &olderClient{busyClient: &busyClient{peer: p, frames: m}}
	result, err := exchange.NewExchanger(older, 2).Client([]exchange.PublicKey{{RSA: &rsaKey().PublicKey}}).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if older.rewrote != 1 {
		t.Errorf("%d requests were of the older kind", older.rewrote)
	}
	key := mtproto.Key{Value: result.AuthKey, Salt: result.ServerSalt}
	other := &peer{t: t, conn: p.conn, key: key, session: 2, cipher: p.cipher, frame: func(b *bin.Buffer) error { return m.next(key.Value.ID, b) }}
	other.ping()
}
