// Access hashes and file references. They are derived for each viewer and not stored, so they survive a restart.

package world

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

type hashKind uint64

const (
	hashUser hashKind = iota + 1
	hashChannel
	hashFile
	hashReference
	hashInvite
	hashInline
	hashChatInstance
	hashQuery
	hashMinUser
)

// hash returns a viewer's access hash. It is never zero, because zero means "unknown" to clients.
func (w *World) hash(viewer int64, kind hashKind, id int64) int64 {
	var b [32]byte
	binary.LittleEndian.PutUint64(b[0:], w.Secret)
	binary.LittleEndian.PutUint64(b[8:], uint64(viewer))
	binary.LittleEndian.PutUint64(b[16:], uint64(kind))
	binary.LittleEndian.PutUint64(b[24:], uint64(id))
	return int64(xxhash.Sum64(b[:]) | 1)
}

// reference returns the valid file reference of a file. Its first four bytes are the issue, which ExpireReferences raises.
func (w *World) reference(f *file) []byte {
	b := binary.BigEndian.AppendUint32(nil, f.Issue)
	return binary.BigEndian.AppendUint64(b, uint64(w.hash(int64(f.Issue), hashReference, f.ID)))
}
