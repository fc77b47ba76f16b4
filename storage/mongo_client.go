package storage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// errUnresolved means that the servers of a mongodb+srv URI are not known: no name server answers, or the cluster's records are wrong.
var errUnresolved = errors.New("the name of the mongodb+srv URI cannot be resolved")

// mongoClient makes its client on the first call, and again on later calls while that fails. The driver resolves a mongodb+srv name while it makes a
// client, without a deadline, so this runs in a goroutine of its own, one at a time.
type mongoClient struct {
	connect func() (*mongo.Client, error)

	mu      sync.Mutex
	client  *mongo.Client
	closed  bool
	attempt *connectAttempt // nil while none runs
}

type connectAttempt struct {
	done chan struct{} // closes after err is set
	err  error
}

// get returns the client. Its error is errUnresolved.
func (c *mongoClient) get(ctx context.Context) (*mongo.Client, error) {
	c.mu.Lock()
	if c.client != nil || c.closed {
		defer c.mu.Unlock()
		if c.closed {
			return nil, mongo.ErrClientDisconnected
		}
		return c.client, nil
	}
	a := c.attempt
	if a == nil {
		a = &connectAttempt{done: make(chan struct{})}
		c.attempt = a
		go c.run(a)
	}
	c.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", errUnresolved, ctx.Err())
	case <-a.done:
	}
	if a.err != nil {
		return nil, a.err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.client, nil
}

// run makes one attempt.
func (c *mongoClient) run(a *connectAttempt) {
	defer close(a.done)
	client, err := c.connect()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempt = nil
	if err != nil {
		a.err = errUnresolved // the driver's error may quote the password
		if dns, ok := errors.AsType[*net.DNSError](err); ok {
			a.err = fmt.Errorf("%w: %w", errUnresolved, dns)
		}
		return
	}
	c.client = client
}

// close disconnects. It waits for an attempt under way.
func (c *mongoClient) close(ctx context.Context) error {
	c.mu.Lock()
	a := c.attempt
	c.closed = true
	c.mu.Unlock()
	if a != nil {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errUnresolved, ctx.Err())
		case <-a.done:
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client == nil {
		return nil
	}
	return c.client.Disconnect(ctx)
}
