package telegram

import (
	"context"

	"github.com/gotd/td/tg"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// ErrFileTooLarge reports a file that is larger than the bot reads.
var ErrFileTooLarge = fault.New(fault.Invalid, "file_too_large")

const downloadPart = 512 << 10 // bytes in one call

// ReadFile downloads a document of at most so many bytes.
func (c *Contents) ReadFile(ctx context.Context, f filter.Media, most int64) ([]byte, error) {
	if f.Size > most {
		return nil, ErrFileTooLarge
	}
	var data []byte
	for int64(len(data)) < f.Size {
		var part []byte
		err := c.m.queue.do(ctx, call{lane: LaneAnswer, method: "upload.getFile", invoke: func(ctx context.Context) error {
			got, err := c.m.api.UploadGetFile(ctx, &tg.UploadGetFileRequest{
				Location: &tg.InputDocumentFileLocation{ID: int64(f.Document), AccessHash: f.AccessHash, FileReference: f.Reference},
				Offset:   int64(len(data)), Limit: downloadPart,
			})
			if file, ok := got.(*tg.UploadFile); ok {
				part = file.Bytes
			}
			return err
		}})
		if err != nil {
			return nil, err
		}
		if len(part) == 0 {
			break
		}
		data = append(data, part...)
	}
	return data, nil
}
