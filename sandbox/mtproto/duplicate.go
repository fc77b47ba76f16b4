package mtproto

import (
	"net"

	"github.com/gotd/td/tgerr"
)

// Telegram ends a session if two hosts use its key at the same time. From then on it refuses every request of the key, also over new connections.

// errDuplicated is the answer to every request of such a key.
var errDuplicated = tgerr.New(406, "AUTH_KEY_DUPLICATED")

// noteHost ends a permanent key if another host has a connection with it.
func (s *Server) noteHost(c *conn, key [8]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for other := range s.conns {
		if other != c && other.host != c.host && other.speaksFor(key) {
			s.opts.Keys.Duplicate(key)
		}
	}
}

func hostOf(raw net.Conn) string {
	host, _, err := net.SplitHostPort(raw.RemoteAddr().String())
	if err != nil {
		return raw.RemoteAddr().String()
	}
	return host
}

// Duplicate ends a key as if two hosts had used it at once.
func (k *Keys) Duplicate(permanent [8]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.duplicated[permanent] = true
}

func (k *Keys) isDuplicated(permanent [8]byte) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.duplicated[permanent]
}
