package telegram

import (
	"bytes"
	"image/jpeg"

	"github.com/gotd/td/telegram/thumbnail"
	"github.com/gotd/td/tg"
)

// longestThumb is the most bytes of a stripped picture that is kept. Telegram's have 40 pixels a side and 100 to 300 bytes.
const longestThumb = 800

// thumbOf returns the stripped picture among the sizes of a file; nil if there is none, or none that can be shown.
func thumbOf(sizes []tg.PhotoSizeClass) []byte {
	for _, s := range sizes {
		stripped, ok := s.(*tg.PhotoStrippedSize)
		if !ok || len(stripped.Bytes) > longestThumb {
			continue
		}
		if whole, err := ThumbJPEG(stripped.Bytes); err == nil && decodes(whole) {
			return stripped.Bytes
		}
	}
	return nil
}

func decodes(picture []byte) bool {
	_, err := jpeg.Decode(bytes.NewReader(picture))
	return err == nil
}

// ThumbJPEG returns the JPEG of a stripped picture.
func ThumbJPEG(stripped []byte) ([]byte, error) { return thumbnail.Expand(stripped) }
