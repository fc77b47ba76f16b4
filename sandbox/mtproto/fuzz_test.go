package mtproto_test

import (
	"path/filepath"
	"testing"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/tg"
)

// FuzzFrames sends arbitrary first bytes and checks that the server still serves others.
func FuzzFrames(f *testing.F) {
	for _, say := range []string{
		"\xef\x0a", "\xee\xee\xee\xee\x08\x00\x00\x00", "\xdd\xdd\xdd\xdd\x04\x00\x00\x00abcd", "GET / HTTP/1.1\r\n\r\n",
		"\xef\x7f\xff\xff\xff", "\b\x00\x00\x00\x00\x00\x00\x0000000000", "\xee\xee\xee\xee\x18\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\xf1\x8e\x7e\xbe",
	} {
		f.Add([]byte(say))
	}
	h := serveOn(f, &desk{}, "unix", filepath.Join(f.TempDir(), "s")) // a fuzzer would run out of TCP ports
	key := h.keys.Issue()
	good := dial(f, h, key, 1)
	f.Fuzz(func(t *testing.T, say []byte) {
		conn := plain(t, h)
		_, _ = conn.Write(say) // the server may have closed the connection
		_ = conn.Close()
		good.t = t
		good.ping()
	})
}

// FuzzMessages sends arbitrary messages under a valid key and checks that the server still serves others.
func FuzzMessages(f *testing.F) {
	for _, e := range []bin.Encoder{
		ask, &mt.PingRequest{PingID: 1}, &mt.MsgsAck{MsgIDs: []int64{1}}, &mt.MsgsStateReq{MsgIDs: []int64{1, 2}}, &mt.DestroySessionRequest{SessionID: 2},
		proto.GZIP{Data: encoded(f, ask)},
		&proto.MessageContainer{Messages: []proto.Message{{ID: 4, Bytes: 4, Body: encoded(f, ask)}}},
		&tg.InvokeWithLayerRequest{Layer: 227, Query: nested{ask}}, &tg.AuthBindTempAuthKeyRequest{EncryptedMessage: make([]byte, 40)},
		&tg.InvokeAfterMsgsRequest{MsgIDs: []int64{1}, Query: nested{ask}},
	} {
		f.Add(encoded(f, e))
	}
	h := serveOn(f, &desk{}, "unix", filepath.Join(f.TempDir(), "s")) // a fuzzer would run out of TCP ports
	good := dial(f, h, h.keys.Issue(), 1)
	key := h.keys.Issue()
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1<<19 {
			return // longer than a frame
		}
		p := dial(t, h, key, 2)
		p.say(p.id(), key.Salt, body)
		_ = p.conn.Close()
		good.t = t
		good.ping()
	})
}
