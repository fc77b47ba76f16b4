// Uploads: the parts of files until a message uses them.

package world

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the protocol's own checksum
	"encoding/hex"
	"fmt"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

const (
	maxPart    = 512 << 10
	maxParts   = 4000
	maxUploads = 256 // uploads that are kept; the oldest are dropped
)

type uploadKey struct{ account, file int64 }

type upload struct {
	parts map[int][]byte
	total int // number of parts, for big files; 0 for small ones
}

func (w *World) routeFiles(d *tg.ServerDispatcher) {
	d.OnUploadSaveFilePart(on(w, (*call).saveFilePart))
	d.OnUploadSaveBigFilePart(on(w, (*call).saveBigFilePart))
	d.OnUploadGetFile(on(w, (*call).getFile))
	d.OnUploadGetFileHashes(on(w, (*call).getFileHashes))
}

func (c *call) saveFilePart(r *tg.UploadSaveFilePartRequest) (bool, error) {
	return c.savePart(r.FileID, r.FilePart, 0, r.Bytes)
}

func (c *call) saveBigFilePart(r *tg.UploadSaveBigFilePartRequest) (bool, error) {
	if r.FileTotalParts == 0 || r.FileTotalParts > maxParts {
		return false, tgerr.New(400, "FILE_PARTS_INVALID")
	}
	return c.savePart(r.FileID, r.FilePart, r.FileTotalParts, r.Bytes)
}

func (c *call) savePart(fileID int64, part, total int, data []byte) (bool, error) {
	switch {
	case part < 0 || part >= maxParts:
		return false, tgerr.New(400, "FILE_PART_INVALID")
	case len(data) == 0:
		return false, tgerr.New(400, "FILE_PART_EMPTY")
	case len(data) > maxPart:
		return false, tgerr.New(400, "FILE_PART_TOO_BIG")
	}
	key := uploadKey{c.me.ID, fileID}
	u := c.uploads[key]
	if u == nil {
		u = &upload{parts: map[int][]byte{}}
		c.uploads[key] = u
		c.uploaded = append(c.uploaded, key)
		if len(c.uploaded) > maxUploads {
			delete(c.uploads, c.uploaded[0])
			c.uploaded = c.uploaded[1:]
		}
	}
	u.parts[part] = bytes.Clone(data)
	u.total = max(u.total, total)
	return true, nil
}

// assemble joins the parts of an upload. It keeps them, so that a send can be repeated.
func (c *call) assemble(in tg.InputFileClass) (name string, data []byte, err error) {
	var id int64
	var parts int
	var sum string
	switch in := in.(type) {
	case *tg.InputFile:
		id, parts, name, sum = in.ID, in.Parts, in.Name, in.MD5Checksum
	case *tg.InputFileBig:
		id, parts, name = in.ID, in.Parts, in.Name
	default:
		return "", nil, tgerr.New(400, "MEDIA_INVALID")
	}
	u := c.uploads[uploadKey{c.me.ID, id}]
	if u == nil || parts <= 0 || parts > maxParts {
		return "", nil, tgerr.New(400, "FILE_PARTS_INVALID")
	}
	for i := range parts {
		part, ok := u.parts[i]
		switch {
		case !ok:
			return "", nil, tgerr.New(400, fmt.Sprintf("FILE_PART_%d_MISSING", i))
		case i < parts-1 && (len(part) != len(u.parts[0]) || len(part)%1024 != 0):
			return "", nil, tgerr.New(400, "FILE_PART_SIZE_INVALID")
		}
		data = append(data, part...)
	}
	if sum != "" {
		got := md5.Sum(data) //nolint:gosec // see above
		if hex.EncodeToString(got[:]) != sum {
			return "", nil, tgerr.New(400, "MD5_CHECKSUM_INVALID")
		}
	}
	return name, data, nil
}
