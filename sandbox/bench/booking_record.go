package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgproto3"
)

// statement is a statement that a client executed.
type statement struct {
	sql     string
	params  [][]byte // encoded
	formats []int16  // one for each parameter: 0 is text, 1 is binary
}

// recorder is a proxy of Postgres that records the statements of the binary, grouped by round trip.
type recorder struct {
	target   string
	listener net.Listener

	mu    sync.Mutex
	on    bool
	trips [][]statement
	errs  []error
	conns []net.Conn
	work  sync.WaitGroup
}

// record starts a recorder in front of a Postgres and returns the recorder's URL.
func record(ctx context.Context, postgresURL string) (*recorder, string, error) {
	u, err := url.Parse(postgresURL)
	if err != nil {
		return nil, "", errors.New("not a Postgres URL") // the parse error would print the password
	}
	r := &recorder{target: u.Host}
	if r.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, "", fmt.Errorf("record statements: %w", err)
	}
	u.Host = r.listener.Addr().String()
	r.work.Go(func() {
		for {
			client, err := r.listener.Accept()
			if err != nil {
				return
			}
			server, err := (&net.Dialer{}).DialContext(ctx, "tcp", r.target)
			if err != nil {
				_ = client.Close()
				continue
			}
			r.mu.Lock()
			r.conns = append(r.conns, client, server)
			r.mu.Unlock()
			r.work.Go(func() { _, _ = io.Copy(client, server); _ = client.Close() })
			r.work.Go(func() {
				err := r.follow(io.TeeReader(client, server))
				_ = server.Close()
				if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
					r.mu.Lock()
					r.errs = append(r.errs, err)
					r.mu.Unlock()
				}
			})
		}
	})
	return r, u.String(), nil
}

// during returns the statements that are executed while fn runs.
func (r *recorder) during(fn func() error) ([][]statement, error) {
	r.mu.Lock()
	r.on, r.trips = true, nil
	r.mu.Unlock()
	err := fn()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = false
	return r.trips, errors.Join(append(r.errs, err)...)
}

func (r *recorder) close() error {
	err := r.listener.Close()
	r.mu.Lock()
	for _, c := range r.conns {
		_ = c.Close() // both sides may be closed
	}
	r.mu.Unlock()
	r.work.Wait()
	return err
}

// trip records the statements of one round trip.
func (r *recorder) trip(statements []statement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on && len(statements) > 0 {
		r.trips = append(r.trips, statements)
	}
}

// follow parses the messages of a client to Postgres until the connection ends.
func (r *recorder) follow(from io.Reader) error {
	in := bufio.NewReader(from)
	if _, err := message(in); err != nil { // the startup message has no type
		return err
	}
	prepared, portals := map[string]string{}, map[string]statement{}
	var open []statement
	for {
		kind, err := in.ReadByte()
		if err != nil {
			return err
		}
		body, err := message(in)
		if err != nil {
			return err
		}
		switch kind {
		case 'P':
			var m pgproto3.Parse
			err = m.Decode(body)
			prepared[m.Name] = m.Query
		case 'B':
			var m pgproto3.Bind
			err = m.Decode(body)
			s := statement{sql: prepared[m.PreparedStatement], formats: make([]int16, len(m.Parameters))}
			for i, p := range m.Parameters {
				s.params = append(s.params, slices.Clone(p))
				switch len(m.ParameterFormatCodes) {
				case 0:
				case 1:
					s.formats[i] = m.ParameterFormatCodes[0]
				default:
					s.formats[i] = m.ParameterFormatCodes[i]
				}
			}
			portals[m.DestinationPortal] = s
		case 'E':
			var m pgproto3.Execute
			err = m.Decode(body)
			open = append(open, portals[m.Portal])
		case 'Q':
			var m pgproto3.Query
			err = m.Decode(body)
			r.trip([]statement{{sql: m.String}})
		case 'S':
			r.trip(open)
			open = nil
		}
		if err != nil {
			return fmt.Errorf("read a message of type %c: %w", kind, err)
		}
	}
}

// message reads a length and that number of bytes.
func message(in io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n < 4 || n > 1<<24 {
		return nil, fmt.Errorf("a message of %d bytes", n)
	}
	body := make([]byte, n-4)
	_, err := io.ReadFull(in, body)
	return body, err
}
