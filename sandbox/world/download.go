// Downloads: the bytes of a file, generated if it was not uploaded.

package world

import (
	"bytes"
	"encoding/binary"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

const maxDownload = 1 << 20

func (c *call) getFile(r *tg.UploadGetFileRequest) (tg.UploadFileClass, error) {
	var f *file
	var err error
	switch at := r.Location.(type) {
	case *tg.InputDocumentFileLocation:
		f, err = c.fileBy(at.ID, at.AccessHash, at.FileReference, false, "LOCATION_INVALID")
		if err == nil && at.ThumbSize != "" {
			f, err = f.thumbFile(at.ThumbSize)
		}
	case *tg.InputPhotoFileLocation:
		f, err = c.fileBy(at.ID, at.AccessHash, at.FileReference, true, "LOCATION_INVALID")
	default:
		err = tgerr.New(400, "LOCATION_INVALID")
	}
	switch {
	case err != nil:
		return nil, err
	case r.Limit <= 0 || r.Limit > maxDownload || r.Limit%1024 != 0:
		return nil, tgerr.New(400, "LIMIT_INVALID")
	case r.Offset < 0 || r.Offset%1024 != 0:
		return nil, tgerr.New(400, "OFFSET_INVALID")
	}
	return &tg.UploadFile{Type: &tg.StorageFileUnknown{}, Mtime: f.Date, Bytes: f.content(r.Offset, r.Limit)}, nil
}

// thumbFile returns the downloadable size of a document's thumbnail.
func (f *file) thumbFile(size string) (*file, error) {
	if f.Thumb == nil || size != "m" {
		return nil, tgerr.New(400, "LOCATION_INVALID")
	}
	return &file{ID: f.ID, Date: f.Date, Size: int64(len(f.Thumb.JPEG)), Bytes: f.Thumb.JPEG}, nil
}

func (c *call) getFileHashes(*tg.UploadGetFileHashesRequest) ([]tg.FileHash, error) { return nil, nil }

// content returns a part of the file. Without an upload, every eight bytes are a hash of their offset, so that overlapping
// requests get equal bytes.
func (f *file) content(offset int64, limit int) []byte {
	end := min(offset+int64(limit), f.Size)
	if offset >= end {
		return []byte{}
	}
	if f.Bytes != nil {
		return bytes.Clone(f.Bytes[offset:end])
	}
	out := make([]byte, 0, end-offset+8)
	for at := offset &^ 7; at < end; at += 8 {
		x := uint64(f.ID)*0x9E3779B97F4A7C15 + uint64(at)
		x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
		x = (x ^ x>>27) * 0x94D049BB133111EB
		out = binary.LittleEndian.AppendUint64(out, x^x>>31)
	}
	return out[:end-offset]
}
