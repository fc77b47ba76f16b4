package mtproto

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/mtproxy/obfuscated2"
	"github.com/gotd/td/proto/codec"
)

// wire is one TCP connection with its transport codec; it reads and writes frames.
type wire struct {
	net.Conn
	read  io.Reader
	out   io.Writer
	codec codec.Codec

	writing sync.Mutex
}

var errTransport = errors.New("these bytes are of no MTProto transport")

// accept detects the transport of the client by the first bytes.
func accept(conn net.Conn) (*wire, error) {
	r := bufio.NewReader(conn)
	first, err := r.Peek(1)
	if err != nil {
		return nil, fmt.Errorf("detect transport: %w", err)
	}
	w := &wire{Conn: conn, read: r, out: conn}
	if first[0] == codec.AbridgedClientStart[0] {
		_, _ = r.Discard(1) // peeked
		w.codec = codec.NoHeader{Codec: codec.Abridged{}}
		return w, nil
	}
	head, err := r.Peek(8)
	if err != nil {
		return nil, fmt.Errorf("detect transport: %w", err)
	}
	switch tag := [4]byte(head[:4]); {
	case tag == codec.IntermediateClientStart, tag == codec.PaddedIntermediateClientStart:
		_, _ = r.Discard(4) // peeked
		w.codec, err = tagged(tag)
		return w, err
	case binary.LittleEndian.Uint32(head[4:]) == 0: // the first frame of the full transport has number 0
		w.codec = &full{head: r}
		return w, nil
	}
	hidden, meta, err := obfuscated2.Accept(struct {
		io.Reader
		io.Writer
	}{r, conn}, nil)
	if err != nil {
		return nil, fmt.Errorf("obfuscated transport: %w", err)
	}
	w.read, w.out = hidden, hidden
	w.codec, err = tagged(meta.Protocol)
	return w, err
}

// full is a codec of the full transport. gotd's own codec panics at impossible lengths.
type full struct {
	codec.Full
	head *bufio.Reader
}

// Limits of a frame: at least the length, the number and a checksum, at most the size that gotd's codecs accept.
const (
	minFull = 12
	maxFull = 1 << 24
)

// Read reads a frame.
func (f *full) Read(r io.Reader, b *bin.Buffer) error {
	head, err := f.head.Peek(4)
	if err != nil {
		return err
	}
	if n := binary.LittleEndian.Uint32(head); n < minFull || n > maxFull {
		return fmt.Errorf("a frame of %d bytes: %w", n, errTransport)
	}
	return f.Full.Read(r, b)
}

func tagged(tag [4]byte) (codec.Codec, error) {
	switch {
	case tag == codec.IntermediateClientStart:
		return codec.NoHeader{Codec: codec.Intermediate{}}, nil
	case tag == codec.PaddedIntermediateClientStart:
		return codec.NoHeader{Codec: codec.PaddedIntermediate{}}, nil
	case tag[0] == codec.AbridgedClientStart[0]:
		return codec.NoHeader{Codec: codec.Abridged{}}, nil
	}
	return nil, errTransport
}

// Recv reads a frame.
func (w *wire) Recv(ctx context.Context, b *bin.Buffer) error {
	deadline, _ := ctx.Deadline() // the zero time means no deadline
	if err := w.SetReadDeadline(deadline); err != nil {
		return err
	}
	return w.codec.Read(w.read, b)
}

// Send writes a frame.
func (w *wire) Send(ctx context.Context, b *bin.Buffer) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(writeTimeout)
	}
	if err := w.SetWriteDeadline(deadline); err != nil {
		return err
	}
	return w.codec.Write(w.out, b)
}

// sendError sends a transport error, four bytes with a negative code.
func (w *wire) sendError(ctx context.Context, code int32) error {
	var b bin.Buffer
	b.PutInt32(-code)
	return w.Send(ctx, &b)
}
