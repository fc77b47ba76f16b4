package telegram

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"testing"

	"github.com/gotd/td/fileid"
)

// packedFileID writes a file id as the bots do that store the numbers of a document only: they drop the file reference.
func packedFileID(kind, dc int32, id, hash int64, end ...byte) string {
	var data []byte
	data = binary.LittleEndian.AppendUint32(data, uint32(kind))
	data = binary.LittleEndian.AppendUint32(data, uint32(dc))
	data = binary.LittleEndian.AppendUint64(data, uint64(id))
	data = binary.LittleEndian.AppendUint64(data, uint64(hash))
	var packed []byte
	for rest := data; len(rest) > 0; {
		if zeros := len(rest) - len(bytes.TrimLeft(rest, "\x00")); zeros > 0 {
			packed, rest = append(packed, 0, byte(zeros)), rest[zeros:]
			continue
		}
		packed, rest = append(packed, rest[0]), rest[1:]
	}
	return base64.RawURLEncoding.EncodeToString(append(packed, end...))
}

func TestFileID_NamesTheSameDocumentInEveryForm(t *testing.T) {
	t.Parallel()
	const document, hash = int64(6_080_317_440_000_000_123), int64(-77_000_000_001)
	for _, kind := range []fileid.Type{fileid.Voice, fileid.Video, fileid.Document, fileid.Audio, fileid.Animation} {
		full, err := fileid.EncodeFileID(fileid.FileID{Type: kind, DC: 5, ID: document, AccessHash: hash, FileReference: []byte{2, 0, 0, 9}})
		if err != nil {
			t.Fatal(err)
		}
		for form, id := range map[string]string{
			"full": full, "packed": packedFileID(int32(kind), 5, document, hash, 22, 4), "before 2020": packedFileID(int32(kind), 5, document, hash, 2),
		} {
			if got, ok := DocumentOf(id); !ok || int64(got) != document {
				t.Errorf("%v, %s: %d, %t", kind, form, got, ok)
			}
		}
	}
	for _, id := range []string{
		"", "!", "AA", "Ag", packedFileID(int32(fileid.Photo), 5, document, hash, 22, 4), packedFileID(int32(fileid.Document), 5, 0, hash, 22, 4), packedFileID(99, 5, document, hash, 22, 4),
		packedFileID(int32(fileid.Document), 5, document, hash, 3), packedFileID(int32(fileid.Document), 5, document, hash, 22, 4)[:20],
	} {
		if got, ok := DocumentOf(id); ok {
			t.Errorf("%q is document %d", id, got)
		}
	}
}

func FuzzDocumentOf(f *testing.F) {
	f.Add(packedFileID(5, 5, 7, 8, 22, 4))
	f.Add(packedFileID(5, 5, 7, 8, 2))
	f.Fuzz(func(t *testing.T, id string) {
		if document, ok := DocumentOf(id); ok && document == 0 {
			t.Errorf("%q", id)
		}
	})
}
