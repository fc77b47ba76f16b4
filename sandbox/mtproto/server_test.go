package mtproto_test

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"testing"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/proto/codec"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/mtproto"
)

func TestServer_AnUnknownKeyGets404(t *testing.T) {
	h := serve(t, &desk{})
	stranger := mtproto.NewKeys().Issue()
	p := dial(t, h, stranger, 1)
	p.tell(ask)
	var said *codec.ProtocolErr
	if _, _, err := p.hear(); !errors.As(err, &said) || said.Code != 404 {
		t.Errorf("heard %v", err)
	}
}

func TestServer_ASlowRequestHoldsUpNobody(t *testing.T) {
	release := make(chan struct{})
	d := &desk{answer: func(_ context.Context, r mtproto.Request) (bin.Encoder, error) {
		if r.Session.ID == 1 {
			<-release
		}
		return &tg.NearestDC{}, nil
	}}
	h := serve(t, d)
	_ = plain(t, h) // sends nothing
	slow, quick := dial(t, h, h.keys.Issue(), 1), dial(t, h, h.keys.Issue(), 2)
	id := slow.tell(ask)
	slow.ping()
	quick.result(quick.tell(ask))
	close(release)
	slow.result(id)
}

// TestServer_MalformedMessagesCostOnlyTheirOwnConnection sends malformed messages and checks after each that another connection is served.
func TestServer_MalformedMessagesCostOnlyTheirOwnConnection(t *testing.T) {
	h := serve(t, &desk{})
	key := h.keys.Issue()
	good := dial(t, h, key, 1)
	nest := encoded(t, ask)
	for range 20 {
		nest = encoded(t, proto.GZIP{Data: nest})
	}
	bomb := encoded(t, proto.GZIP{Data: make([]byte, 11<<20)})
	short := binary.LittleEndian.AppendUint32(nil, proto.MessageContainerTypeID)
	many := binary.LittleEndian.AppendUint32(short, 1<<30)
	broken := binary.LittleEndian.AppendUint32(nil, proto.GZIPTypeID)
	ping := binary.LittleEndian.AppendUint32(nil, mt.PingRequestTypeID)
	for name, body := range map[string][]byte{
		"too deep": nest, "a container without a count": short, "a container of a billion": many, "gzip of nothing": broken, "eleven megabytes in a few": bomb, "half a ping": ping, "three bytes": {1, 2, 3},
	} {
		bad := dial(t, h, key, 2)
		bad.say(bad.id(), key.Salt, body)
		if !bad.closed() {
			t.Errorf("%s: the connection stays open", name)
		}
		good.ping()
	}
	for _, frame := range map[string][]byte{
		"a length below zero": {0xee, 0xee, 0xee, 0xee, 0xff, 0xff, 0xff, 0xff}, "no key": {0xee, 0xee, 0xee, 0xee, 4, 0, 0, 0, 1, 2, 3, 4},
		"a tag of no transport":   []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + string(make([]byte, 64))),
		"an exchange of nonsense": append([]byte{0xee, 0xee, 0xee, 0xee, 24, 0, 0, 0}, make([]byte, 24)...),
	} {
		conn := plain(t, h)
		if _, err := conn.Write(frame); err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := conn.Read(make([]byte, 100)); err != nil {
				break
			}
		}
		good.ping()
	}
	tampered := dial(t, h, key, 3)
	var b bin.Buffer
	b.Put(key.Value.ID[:])
	b.Put(make([]byte, 16+64)) // a wrong message key
	if err := frames.Write(tampered.conn, &b); err != nil {
		t.Fatal(err)
	}
	if !tampered.closed() {
		t.Error("a message that does not decrypt leaves the connection open")
	}
	good.ping()
}

// TestServer_ClientsLeaveWhileTheyArePushedTo checks that a push and a disconnect, which take the same locks, do not deadlock.
func TestServer_ClientsLeaveWhileTheyArePushedTo(t *testing.T) {
	h := serve(t, &desk{})
	key := h.keys.Issue()
	stop := make(chan struct{})
	var pushing sync.WaitGroup
	for range 4 {
		pushing.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := h.Push(key.Value.ID, 0, &tg.UpdatesTooLong{}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 300 {
		p := dial(t, h, key, int64(i%3)+1)
		p.tell(ask)
		if _, _, err := p.hear(); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			h.Cut(key.Value.ID)
		}
		_ = p.conn.Close()
	}
	close(stop)
	pushing.Wait()
	p := dial(t, h, key, 9)
	p.ping()
}
