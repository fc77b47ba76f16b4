package mtproto_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"testing"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/sandbox/mtproto"
)

var ask = &tg.HelpGetNearestDCRequest{} //nolint:gochecknoglobals // never written

func TestSession_AWrongSaltIsCorrectedAndNothingRuns(t *testing.T) {
	d := &desk{}
	h := serve(t, d)
	p := dial(t, h, h.keys.Issue(), 1)
	id := p.id()
	p.say(id, p.key.Salt+1, encoded(t, ask))
	var bad mt.BadServerSalt
	if p.expect(&bad); bad.BadMsgID != id || bad.NewServerSalt != p.key.Salt || bad.ErrorCode != 48 {
		t.Errorf("%+v", bad)
	}
	if d.calls.Load() != 0 {
		t.Error("the request ran all the same")
	}
	p.result(p.tell(ask))
}

func TestSession_ImpossibleMessageIDsAreNamed(t *testing.T) {
	d := &desk{}
	h := serve(t, d)
	p := dial(t, h, h.keys.Issue(), 1)
	at := func(shift time.Duration) int64 {
		return int64(proto.NewMessageID(time.Now().Add(shift), proto.MessageFromClient))
	}
	for _, c := range []struct {
		name string
		id   int64
		code int
	}{{"an hour old", at(-time.Hour), 16}, {"an hour ahead", at(time.Hour), 17}, {"a server's", at(0) + 1, 18}} {
		p.say(c.id, p.key.Salt, encoded(t, ask))
		var bad mt.BadMsgNotification
		if p.expect(&bad); bad.BadMsgID != c.id || bad.ErrorCode != c.code {
			t.Errorf("%s: %+v, want code %d", c.name, bad, c.code)
		}
	}
	if d.calls.Load() != 0 {
		t.Error("a request ran all the same")
	}
}

func TestSession_ARepeatedRequestRunsOnceAndIsAnsweredUntilAcknowledged(t *testing.T) {
	d := &desk{}
	h := serve(t, d)
	p := dial(t, h, h.keys.Issue(), 1)
	id := p.tell(ask)
	_, first := p.result(id)
	p.say(id, p.key.Salt, encoded(t, ask))
	carrier, again := p.result(id)
	if !bytes.Equal(first.Buf, again.Buf) {
		t.Error("the second answer is another one")
	}
	p.tell(&mt.MsgsAck{MsgIDs: []int64{carrier}})
	p.say(id, p.key.Salt, encoded(t, ask))
	p.ping() // the ping is answered next, so the client has the answer
	if n := d.calls.Load(); n != 1 {
		t.Errorf("ran %d times", n)
	}
}

func TestSession_ARepeatOfARunningRequestWaitsForItsAnswer(t *testing.T) {
	running, release := make(chan struct{}), make(chan struct{})
	d := &desk{answer: func(context.Context, mtproto.Request) (bin.Encoder, error) {
		close(running) // a second run would panic
		<-release
		return &tg.NearestDC{}, nil
	}}
	h := serve(t, d)
	p := dial(t, h, h.keys.Issue(), 1)
	id := p.tell(ask)
	<-running
	p.say(id, p.key.Salt, encoded(t, ask))
	p.ping()
	state := p.tell(&mt.MsgsStateReq{MsgIDs: []int64{id, id + 4}})
	var info mt.MsgsStateInfo
	if p.expect(&info); info.ReqMsgID != state || !bytes.Equal(info.Info, []byte{4 + 32, 3}) {
		t.Errorf("state %+v", info)
	}
	var ack mt.MsgsAck
	if p.expect(&ack); len(ack.MsgIDs) != 1 || ack.MsgIDs[0] != id {
		t.Errorf("ack %+v", ack)
	}
	close(release)
	p.result(id)
	p.ping()
}

func TestSession_ContainersAndGzipAreTakenApart(t *testing.T) {
	d := &desk{}
	h := serve(t, d)
	p := dial(t, h, h.keys.Issue(), 1)
	first, second := p.id(), p.id()
	zipped := encoded(t, proto.GZIP{Data: encoded(t, ask)})
	inner := encoded(t, &proto.MessageContainer{Messages: []proto.Message{{ID: second, SeqNo: 3, Bytes: len(zipped), Body: zipped}}})
	plain := encoded(t, ask)
	p.tell(&proto.MessageContainer{Messages: []proto.Message{
		{ID: first, SeqNo: 1, Bytes: len(plain), Body: plain}, {ID: p.id(), Bytes: len(inner), Body: inner},
	}})
	for _, id := range []int64{first, second} {
		_, answer := p.result(id)
		var dc tg.NearestDC
		if err := dc.Decode(answer); err != nil || dc.Country != "IN" {
			t.Errorf("answer %+v, %v", dc, err)
		}
	}
}

// TestSession_WhatIsPackedMayBeZlibAndInsideAWrapper sends a zlib stream inside a wrapper, as mtcute does.
func TestSession_WhatIsPackedMayBeZlibAndInsideAWrapper(t *testing.T) {
	d := &desk{}
	h := serve(t, d)
	p := dial(t, h, h.keys.Issue(), 1)
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(encoded(t, ask)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var b bin.Buffer
	b.PutID(proto.GZIPTypeID)
	b.PutBytes(packed.Bytes())
	var wrapped bin.Buffer
	wrapped.PutID(tg.InvokeWithLayerRequestTypeID)
	wrapped.PutInt(227)
	wrapped.Put(b.Buf)
	for _, body := range [][]byte{b.Buf, wrapped.Buf} {
		_, answer := p.result(p.tell(bytesOf(body)))
		var dc tg.NearestDC
		if err := dc.Decode(answer); err != nil {
			t.Error(err)
		}
	}
}

func TestSession_WrappersAreTakenOffAndSayWhatTheySay(t *testing.T) {
	got := make(chan mtproto.Request, 1)
	d := &desk{answer: func(_ context.Context, r mtproto.Request) (bin.Encoder, error) {
		got <- r
		return nil, tgerr.New(420, "FLOOD_WAIT_7")
	}}
	h := serve(t, d)
	p := dial(t, h, h.keys.Issue(), 1)
	id := p.tell(&tg.InvokeWithLayerRequest{Layer: 227, Query: &tg.InvokeWithoutUpdatesRequest{Query: &tg.InitConnectionRequest{
		APIID: 1, DeviceModel: "d", SystemVersion: "s", AppVersion: "a", SystemLangCode: "en", LangCode: "en", Query: nested{ask},
	}}})
	r := <-got
	typeID, err := r.Body.PeekID()
	if err != nil || typeID != tg.HelpGetNearestDCRequestTypeID || r.Layer != 227 || !r.NoUpdates {
		t.Errorf("request %#x in layer %d, no updates %v, %v", typeID, r.Layer, r.NoUpdates, err)
	}
	_, answer := p.result(id)
	var refused mt.RPCError
	if err := refused.Decode(answer); err != nil || refused.ErrorCode != 420 || refused.ErrorMessage != "FLOOD_WAIT_7" {
		t.Errorf("%+v, %v", refused, err)
	}
}

// nested is a request inside a wrapper.
type nested struct{ *tg.HelpGetNearestDCRequest }

// Decode is not used.
func (nested) Decode(*bin.Buffer) error { return nil }

func TestSession_GoesOnOverAnotherConnection(t *testing.T) {
	d := &desk{}
	h := serve(t, d)
	key := h.keys.Issue()
	p := dial(t, h, key, 5)
	id := p.tell(ask)
	_, first := p.result(id)
	_ = p.conn.Close()
	if s := <-d.gone; s.ID != 5 {
		t.Fatalf("session %d went away", s.ID)
	}
	q := dial(t, h, key, 5)
	q.say(id, key.Salt, encoded(t, ask))
	if _, again := q.result(id); !bytes.Equal(first.Buf, again.Buf) || d.calls.Load() != 1 {
		t.Errorf("ran %d times", d.calls.Load())
	}
	if err := h.Push(key.Value.ID, 0, &tg.UpdatesTooLong{}); err != nil {
		t.Fatal(err)
	}
	q.expect(&tg.UpdatesTooLong{})
}

func TestSession_UpdatesGoToThoseThatWantThem(t *testing.T) {
	h := serve(t, &desk{})
	key := h.keys.Issue()
	wants, not := dial(t, h, key, 1), dial(t, h, key, 2)
	other := dial(t, h, h.keys.Issue(), 3)
	wants.result(wants.tell(ask))
	not.result(not.tell(&tg.InvokeWithoutUpdatesRequest{Query: nested{ask}}))
	other.result(other.tell(ask))
	if err := h.Push(key.Value.ID, 0, &tg.UpdatesTooLong{}); err != nil {
		t.Fatal(err)
	}
	wants.expect(&tg.UpdatesTooLong{})
	not.ping()
	other.ping()
}

func TestSession_ServiceMessages(t *testing.T) {
	h := serve(t, &desk{})
	key := h.keys.Issue()
	other := dial(t, h, key, 2)
	other.ping()
	p := dial(t, h, key, 1)
	id := p.tell(&mt.GetFutureSaltsRequest{Num: 1})
	var salts mt.FutureSalts
	if p.expect(&salts); salts.ReqMsgID != id || len(salts.Salts) != 1 || salts.Salts[0].Salt != key.Salt {
		t.Errorf("salts %+v", salts)
	}
	p.tell(&mt.DestroySessionRequest{SessionID: 2})
	p.expect(&mt.DestroySessionOk{})
	p.tell(&mt.DestroySessionRequest{SessionID: 2})
	p.expect(&mt.DestroySessionNone{})
	_, answer := p.result(p.tell(&mt.RPCDropAnswerRequest{ReqMsgID: 1}))
	if err := (&mt.RPCAnswerUnknown{}).Decode(answer); err != nil {
		t.Error(err)
	}
}
