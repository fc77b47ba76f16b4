package engines

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// control makes a server fail and recover. It is a child process, or a relay in front of a server that the environment names.
type control interface {
	start(ctx context.Context) error
	stop()
	kill()
	pause() error
	resume() error
}

// relay forwards a local port to a server that must not be stopped. Tests stop the relay instead.
type relay struct {
	target string
	addr   string // the local address, the same after every start
	// forward passes bytes from a client to the server; nil means pass.
	forward func(client, server net.Conn)

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]struct{}
	paused   chan struct{} // closed while bytes may pass
	work     sync.WaitGroup
}

// newRelay starts a relay to host:port. A nil forward passes all bytes.
func newRelay(ctx context.Context, target string, forward func(client, server net.Conn)) (*relay, error) {
	open := make(chan struct{})
	close(open)
	addr, err := FreeAddr()
	if err != nil {
		return nil, fmt.Errorf("relay to %s: %w", target, err)
	}
	r := &relay{target: target, addr: addr, forward: forward, conns: map[net.Conn]struct{}{}, paused: open}
	return r, r.start(ctx)
}

func (r *relay) start(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", r.addr)
	if err != nil {
		return fmt.Errorf("relay to %s: %w", r.target, err)
	}
	r.accept(l)
	return nil
}

// accept carries the connections of a listener until stop closes it.
func (r *relay) accept(l net.Listener) {
	r.mu.Lock()
	r.listener = l
	r.mu.Unlock()
	r.work.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r.work.Go(func() { r.carry(l, conn) })
		}
	})
}

// carry connects a client to the server until one of them closes or the relay stops.
func (r *relay) carry(l net.Listener, client net.Conn) {
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", r.target)
	if err != nil {
		_ = client.Close()
		return
	}
	if !r.keep(l, client, server) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() {
		if r.forward != nil {
			r.forward(client, server)
		} else {
			r.pass(client, server)
		}
	})
	both.Go(func() { r.pass(server, client) })
	both.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, client)
	delete(r.conns, server)
}

// keep registers connections for stop to close. It returns false when the relay has stopped.
func (r *relay) keep(l net.Listener, conns ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range conns {
		if r.listener != l {
			_ = c.Close()
			continue
		}
		r.conns[c] = struct{}{}
	}
	return r.listener == l
}

func (r *relay) pass(from, to net.Conn) {
	defer from.Close() //nolint:errcheck // this also ends the other direction
	defer to.Close()   //nolint:errcheck // see above
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		r.mu.Lock()
		open := r.paused
		r.mu.Unlock()
		<-open
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (r *relay) stop() {
	_ = r.resume() // paused copies must notice the end
	r.mu.Lock()
	l := r.listener
	r.listener = nil
	for c := range r.conns {
		_ = c.Close()
	}
	r.mu.Unlock()
	if l != nil {
		_ = l.Close()
	}
	r.work.Wait()
}

func (r *relay) kill() { r.stop() }

func (r *relay) pause() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paused = make(chan struct{})
	return nil
}

func (r *relay) resume() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.paused:
	default:
		close(r.paused)
	}
	return nil
}

var errNotOurs = errors.New("a test wants to stop a server that the environment names, and only one host without TLS can be stood in front of")

// fixed is a named server that cannot be relayed: it has several hosts, TLS or a socket file. Tests that need a failure report this.
type fixed struct{}

func (fixed) start(context.Context) error { return errNotOurs }
func (fixed) stop()                       { panic(errNotOurs) }
func (fixed) kill()                       {} // called at the end, with nothing to do
func (fixed) pause() error                { return errNotOurs }
func (fixed) resume() error               { return errNotOurs }

// standInFront starts a relay to the host of a URL and returns the URL of the relay. It returns the URL unchanged if it cannot be relayed.
func standInFront(ctx context.Context, u *url.URL, defaultPort string, schemes ...string) (*url.URL, control, error) {
	query, plain := u.Query(), slices.Contains(schemes, u.Scheme) && !strings.Contains(u.Host, ",")
	for _, name := range []string{"tls", "ssl", "replicaSet", "host"} {
		plain = plain && !query.Has(name)
	}
	if mode := query.Get("sslmode"); !plain || u.Hostname() == "" || mode != "" && mode != "disable" {
		return u, fixed{}, nil
	}
	r, err := newRelay(ctx, net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), defaultPort)), nil)
	if err != nil {
		return nil, nil, err
	}
	through := *u
	through.Host = r.addr
	return &through, r, nil
}
