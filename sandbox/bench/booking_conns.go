package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// conns are open connections to the server. Each request uses one alone and waits for its answer in the same goroutine, as pgbench does. The Transport of
// net/http passes each request through two other goroutines, which costs more than all the rest of the client.
type conns struct {
	mu   sync.Mutex
	idle []*clientConn // the last used one is the last
}

type clientConn struct {
	net.Conn

	server string
	in     *bufio.Reader
	out    []byte // the last request
	used   time.Time
}

const (
	answerTimeout = 15 * time.Second
	staleAfter    = 30 * time.Second // the server closes connections that are idle for longer
)

// do sends a request to a server and reads the answer.
func (c *conns) do(ctx context.Context, server string, r request) (answer, error) {
	conn, err := c.take(ctx, server)
	if err != nil {
		return answer{}, err
	}
	a, keep, err := conn.do(r)
	if err != nil || !keep {
		_ = conn.Close() // err counts
		return a, err
	}
	conn.used = time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, conn)
	return a, nil
}

// take returns an idle connection to a server, or a new one.
func (c *conns) take(ctx context.Context, server string) (*clientConn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.idle) > 0 {
		conn := c.idle[len(c.idle)-1]
		c.idle = c.idle[:len(c.idle)-1]
		if conn.server == server && time.Since(conn.used) < staleAfter {
			return conn, nil
		}
		_ = conn.Close() // of a server that was stopped, or closed by the server
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", server)
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	return &clientConn{Conn: conn, server: server, in: bufio.NewReader(conn)}, nil
}

// do uses the connection for one request. keep reports whether it can be used again.
func (c *clientConn) do(r request) (a answer, keep bool, err error) {
	if err := c.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return a, false, err
	}
	if c.out, err = r.append(c.out[:0], c.server); err != nil {
		return a, false, err
	}
	if _, err := c.Write(c.out); err != nil {
		return a, false, err
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return a, false, err
	}
	defer res.Body.Close() //nolint:errcheck // read to the end
	data, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header.Get("ETag"), data}, err == nil && !res.Close, err
}

// close closes the idle connections.
func (c *conns) close() {
	for _, conn := range c.idle {
		_ = conn.Close() // nothing is under way
	}
}
