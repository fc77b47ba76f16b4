// Thumbnails of documents and photos.

package world

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"strings"

	"github.com/gotd/td/tg"
)

// thumb is a smaller picture of a file: the size m, which is downloaded, and the stripped size, which stands in the document itself.
type thumb struct {
	W, H     int
	JPEG     []byte
	Stripped []byte
}

// Limits of Telegram: of the picture that an uploader sends along, and of the sides of the two sizes.
const (
	maxThumbBytes = 200_000
	maxThumbSide  = 320
	strippedSide  = 40
)

// uploadedThumb returns the thumbnail that was sent along with a document. Telegram ignores one that is no JPEG or too large.
func uploadedThumb(data []byte) *thumb {
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || format != "jpeg" || len(data) > maxThumbBytes || max(size.Width, size.Height) > maxThumbSide {
		return nil
	}
	return thumbOf(data)
}

// thumbOf makes the thumbnail of a picture; nil if the bytes are none.
func thumbOf(data []byte) *thumb {
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || min(size.Width, size.Height) < 1 || size.Width+size.Height > maxPhotoSides {
		return nil
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	small := shrink(picture, maxThumbSide)
	var whole bytes.Buffer
	if err := jpeg.Encode(&whole, small, nil); err != nil {
		return nil
	}
	return &thumb{W: small.Rect.Dx(), H: small.Rect.Dy(), JPEG: whole.Bytes(), Stripped: strip(shrink(small, strippedSide))}
}

// strippedQuality is the quality whose quantisation tables Telegram's clients put before a stripped picture.
const strippedQuality = 20

// strip returns the picture without the header that all stripped pictures share: a one, height and width, and the bytes of the only scan.
func strip(picture *image.RGBA) []byte {
	var whole bytes.Buffer
	if err := jpeg.Encode(&whole, picture, &jpeg.Options{Quality: strippedQuality}); err != nil {
		return nil
	}
	_, scan, _ := bytes.Cut(whole.Bytes(), []byte{0xff, 0xda}) // start of scan
	scan = bytes.TrimSuffix(scan[binary.BigEndian.Uint16(scan):], []byte{0xff, 0xd9})
	return append([]byte{1, byte(picture.Rect.Dy()), byte(picture.Rect.Dx())}, scan...)
}

// shrink scales a picture down until no side is longer than side: each pixel is the mean of those that it covers.
func shrink(from image.Image, side int) *image.RGBA {
	b := from.Bounds()
	w, h := b.Dx(), b.Dy()
	if longer := max(w, h); longer > side {
		w, h = max(1, w*side/longer), max(1, h*side/longer)
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			to.Set(x, y, mean(from, image.Rect(x*b.Dx()/w, y*b.Dy()/h, (x+1)*b.Dx()/w, (y+1)*b.Dy()/h).Add(b.Min)))
		}
	}
	return to
}

func mean(of image.Image, in image.Rectangle) color.Color {
	var red, green, blue, n uint32
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			r, g, b, _ := of.At(x, y).RGBA()
			red, green, blue, n = red+r>>8, green+g>>8, blue+b>>8, n+1
		}
	}
	return color.RGBA{R: byte(red / n), G: byte(green / n), B: byte(blue / n), A: 0xff}
}

// sizes lists the sizes of the thumbnail, the smallest first.
func (t *thumb) sizes() []tg.PhotoSizeClass {
	if t == nil {
		return nil
	}
	return []tg.PhotoSizeClass{&tg.PhotoStrippedSize{Type: "i", Bytes: t.Stripped}, &tg.PhotoSize{Type: "m", W: t.W, H: t.H, Size: len(t.JPEG)}}
}

// isPicture reports a document of which Telegram makes a thumbnail by itself.
func isPicture(mime string) bool { return strings.HasPrefix(mime, "image/") }
