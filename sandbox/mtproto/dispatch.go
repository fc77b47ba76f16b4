package mtproto

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

const (
	maxDepth = 8                      // of nested containers and gzip
	inOrder  = 30 * time.Millisecond  // the next request waits so long for this one, so that quick requests are answered in order
	ackAfter = 500 * time.Millisecond // a slower request is acknowledged, so that the client does not repeat it
)

var errDepth = errors.New("messages are nested too deeply")

// dispatch handles one message of a session.
func (c *conn) dispatch(ctx context.Context, sess *Session, id int64, b *bin.Buffer, depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	typeID, err := b.PeekID()
	if err != nil {
		return fmt.Errorf("message: %w", err)
	}
	switch typeID {
	case proto.MessageContainerTypeID:
		var container proto.MessageContainer
		if err := container.Decode(b); err != nil {
			return fmt.Errorf("container: %w", err)
		}
		for _, m := range container.Messages {
			if err := c.dispatch(ctx, sess, m.ID, &bin.Buffer{Buf: m.Body}, depth+1); err != nil {
				return err
			}
		}
		return nil
	case proto.GZIPTypeID:
		data, err := unzip(b)
		if err != nil {
			return err
		}
		return c.dispatch(ctx, sess, id, data, depth+1)
	}
	if handled, err := c.service(sess, id, typeID, b); handled || err != nil {
		return err
	}
	return c.request(ctx, sess, id, b)
}

// service answers service messages of the protocol.
func (c *conn) service(sess *Session, id int64, typeID uint32, b *bin.Buffer) (bool, error) {
	reply := func(e bin.Encoder) (bool, error) { return true, sess.sendObject(proto.MessageServerResponse, false, e) }
	switch typeID {
	case mt.MsgsAckTypeID:
		var ack mt.MsgsAck
		if err := ack.Decode(b); err != nil {
			return true, err
		}
		sess.acknowledge(ack.MsgIDs)
		return true, nil
	case mt.HTTPWaitRequestTypeID, mt.MsgResendReqTypeID, mt.MsgsAllInfoTypeID, mt.MsgsStateInfoTypeID:
		return true, nil
	case mt.PingRequestTypeID:
		var ping mt.PingRequest
		if err := ping.Decode(b); err != nil {
			return true, err
		}
		return reply(&mt.Pong{MsgID: id, PingID: ping.PingID})
	case mt.PingDelayDisconnectRequestTypeID:
		var ping mt.PingDelayDisconnectRequest
		if err := ping.Decode(b); err != nil {
			return true, err
		}
		return reply(&mt.Pong{MsgID: id, PingID: ping.PingID})
	case mt.GetFutureSaltsRequestTypeID:
		now := int(time.Now().Unix())
		return reply(&mt.FutureSalts{ReqMsgID: id, Now: now, Salts: []mt.FutureSalt{{ValidSince: now - 60, ValidUntil: now + 86400, Salt: sess.key.Salt}}})
	case mt.MsgsStateReqTypeID:
		var req mt.MsgsStateReq
		if err := req.Decode(b); err != nil {
			return true, err
		}
		info := make([]byte, len(req.MsgIDs))
		for i, m := range req.MsgIDs {
			info[i] = sess.status(m)
		}
		return reply(&mt.MsgsStateInfo{ReqMsgID: id, Info: info})
	case mt.DestroySessionRequestTypeID:
		var req mt.DestroySessionRequest
		if err := req.Decode(b); err != nil {
			return true, err
		}
		other, fresh := c.server.session(sess.key, req.SessionID)
		c.server.forget(other)
		if fresh {
			return reply(&mt.DestroySessionNone{SessionID: req.SessionID})
		}
		return reply(&mt.DestroySessionOk{SessionID: req.SessionID})
	case mt.RPCDropAnswerRequestTypeID:
		var answer bin.Buffer
		if err := (&mt.RPCAnswerUnknown{}).Encode(&answer); err != nil {
			return true, err
		}
		return reply(&proto.Result{RequestMessageID: id, Result: answer.Buf})
	}
	return false, nil
}

// request answers a method call. A repeated call gets the answer of the first one.
func (c *conn) request(ctx context.Context, sess *Session, id int64, b *bin.Buffer) error {
	if sess.begin(id) {
		return nil
	}
	done := make(chan struct{})
	c.requests.Go(func() {
		defer close(done)
		ack := time.AfterFunc(ackAfter, func() { _ = sess.sendObject(proto.MessageServerResponse, false, &mt.MsgsAck{MsgIDs: []int64{id}}) })
		defer ack.Stop()
		answer, err := c.answer(ctx, sess, id, b)
		if err != nil {
			c.server.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "an answer could not be encoded", slog.Any("error", err))
			return
		}
		sess.finish(id, answer)
	})
	timer := time.NewTimer(inOrder)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}

func (c *conn) answer(ctx context.Context, sess *Session, id int64, b *bin.Buffer) ([]byte, error) {
	result, err := c.call(ctx, sess, b)
	if err != nil {
		var rpc *tgerr.Error
		if !errors.As(err, &rpc) {
			c.server.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a request failed", slog.Any("error", err))
			rpc = tgerr.New(500, "INTERNAL")
		}
		message := rpc.Message
		if message == "" {
			message = rpc.Type
		}
		result = &mt.RPCError{ErrorCode: rpc.Code, ErrorMessage: message}
	}
	var body, out bin.Buffer
	if err := result.Encode(&body); err != nil {
		return nil, err
	}
	if err := (&proto.Result{RequestMessageID: id, Result: body.Buf}).Encode(&out); err != nil {
		return nil, err
	}
	return out.Buf, nil
}

// call unwraps a request and passes it to the handler.
func (c *conn) call(ctx context.Context, sess *Session, b *bin.Buffer) (bin.Encoder, error) {
	if c.server.opts.Keys.isDuplicated(sess.AuthKey()) {
		return nil, errDuplicated
	}
	r := Request{Session: sess, Body: b}
	if err := unwrap(&r); err != nil {
		return nil, tgerr.New(400, "INPUT_REQUEST_INVALID")
	}
	sess.mu.Lock()
	if r.Layer != 0 {
		sess.layer = r.Layer
	}
	r.Layer = sess.layer
	if !r.NoUpdates {
		sess.updates = true
	}
	sess.mu.Unlock()
	typeID, err := r.Body.PeekID()
	if err != nil {
		return nil, tgerr.New(400, "INPUT_METHOD_INVALID")
	}
	if typeID == tg.AuthBindTempAuthKeyRequestTypeID {
		var req tg.AuthBindTempAuthKeyRequest
		if err := req.Decode(r.Body); err != nil {
			return nil, tgerr.New(400, "INPUT_REQUEST_INVALID")
		}
		return c.server.bindKey(sess, req)
	}
	return c.server.handler.Handle(ctx, r)
}
