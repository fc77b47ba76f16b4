package mtproto

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/exchange"
)

// handshake is a running key exchange. It runs in its own goroutine and gets its frames one by one, because a client may send encrypted messages under an
// older key between the frames of the exchange.
type handshake struct {
	wire  *wire
	key   *rsa.PrivateKey
	asks  chan struct{} // the exchange waits for a frame
	frame chan *bin.Buffer
	done  chan struct{}
	err   error // valid after done
}

const exchangeTimeout = 30 * time.Second

// shakeHands passes an unencrypted frame to the running exchange, or to a new one. It returns when the exchange waits for another frame or has ended. After
// the end the new key is known, so messages under it may follow.
func (c *conn) shakeHands(ctx context.Context, b *bin.Buffer) error {
	if c.handshake == nil || c.handshake.over() {
		h := &handshake{wire: c.wire, key: c.server.opts.Key, asks: make(chan struct{}), frame: make(chan *bin.Buffer), done: make(chan struct{})}
		c.requests.Go(func() { h.run(ctx, c.server) })
		c.handshake = h
		if err := c.handshake.wait(ctx); err != nil {
			return err
		}
	}
	select {
	case c.handshake.frame <- b:
	case <-c.handshake.done:
		return c.handshake.err
	}
	return c.handshake.wait(ctx)
}

func (h *handshake) over() bool {
	select {
	case <-h.done:
		return true
	default:
		return false
	}
}

func (h *handshake) wait(ctx context.Context) error {
	select {
	case <-h.asks:
		return nil
	case <-h.done:
		return h.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *handshake) run(ctx context.Context, s *Server) {
	defer close(h.done)
	result, err := exchange.NewExchanger(h, s.opts.DC).WithTimeout(exchangeTimeout).Server(exchange.PrivateKey{RSA: s.opts.Key}).Run(ctx)
	var refused *exchange.ServerExchangeError
	switch {
	case err == nil:
		s.opts.Keys.Put(Key{Value: result.Key, Salt: result.ServerSalt})
		return
	case errors.As(err, &refused):
		err = errors.Join(err, h.wire.sendError(ctx, refused.Code))
	}
	h.err = fmt.Errorf("key exchange: %w", err)
}

// Recv waits for the next frame of the exchange.
func (h *handshake) Recv(ctx context.Context, b *bin.Buffer) error {
	select {
	case h.asks <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case frame := <-h.frame:
		modern, err := modernize(frame.Buf, h.key)
		b.ResetTo(modern)
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Send writes a frame of the exchange.
func (h *handshake) Send(ctx context.Context, b *bin.Buffer) error {
	eased, err := ease(b.Buf)
	if err != nil {
		return err
	}
	return h.wire.Send(ctx, &bin.Buffer{Buf: eased})
}

// Close does nothing: the connection outlives the exchange.
func (h *handshake) Close() error { return nil }
