package mtproto

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"github.com/gotd/td/bin"
)

// maxUnzipped limits the size of an unpacked object. Telegram accepts no request of this size.
const maxUnzipped = 10 << 20

var errUnzipped = errors.New("a packed object holds too much")

// unzip unpacks a gzip_packed object. Some clients, such as mtcute, put a zlib stream into it. Telegram accepts both; gotd's decoder accepts only gzip.
func unzip(b *bin.Buffer) (*bin.Buffer, error) {
	if _, err := b.ID(); err != nil {
		return nil, err
	}
	packed, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	var r io.ReadCloser
	if bytes.HasPrefix(packed, []byte{0x1f, 0x8b}) {
		r, err = gzip.NewReader(bytes.NewReader(packed))
	} else {
		r, err = zlib.NewReader(bytes.NewReader(packed))
	}
	if err != nil {
		return nil, fmt.Errorf("packed object: %w", err)
	}
	defer r.Close() //nolint:errcheck // it reads from memory
	data, err := io.ReadAll(io.LimitReader(r, maxUnzipped+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("packed object: %w", err)
	case len(data) > maxUnzipped:
		return nil, errUnzipped
	}
	return &bin.Buffer{Buf: data}, nil
}
