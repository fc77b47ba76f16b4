package telegram

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"testing"

	"github.com/gotd/td/tg"
)

// stripped is a stripped picture as Telegram makes it.
func stripped(t testing.TB) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 40, 22))
	for y := range 22 {
		for x := range 40 {
			picture.Set(x, y, color.RGBA{R: byte(6 * x), G: byte(11 * y), B: byte(x * y), A: 255})
		}
	}
	var whole bytes.Buffer
	if err := jpeg.Encode(&whole, picture, &jpeg.Options{Quality: 20}); err != nil {
		t.Fatal(err)
	}
	const startOfScan = 14 // bytes, with its marker
	data := whole.Bytes()
	at := bytes.Index(data, []byte{0xff, 0xda}) + startOfScan
	return append([]byte{1, 22, 40}, data[at:len(data)-2]...)
}

func TestThumb_OnlyWholeStrippedPicturesAreKept(t *testing.T) {
	t.Parallel()
	good := stripped(t)
	other := slices.Clone(good)
	other[0] = 2
	larger := slices.Clone(good)
	larger[1] = 200
	for name, c := range map[string]struct {
		sizes []tg.PhotoSizeClass
		kept  bool
	}{
		"none":              {nil, false},
		"other sizes":       {[]tg.PhotoSizeClass{&tg.PhotoSize{Type: "m"}, &tg.PhotoPathSize{Type: "j", Bytes: good}, &tg.PhotoCachedSize{Type: "s", Bytes: good}}, false},
		"stripped":          {[]tg.PhotoSizeClass{&tg.PhotoSize{Type: "m"}, &tg.PhotoStrippedSize{Type: "i", Bytes: good}}, true},
		"empty":             {[]tg.PhotoSizeClass{&tg.PhotoStrippedSize{Type: "i"}}, false},
		"no picture at all": {[]tg.PhotoSizeClass{&tg.PhotoStrippedSize{Type: "i", Bytes: good[:3]}}, false},
		"truncated":         {[]tg.PhotoSizeClass{&tg.PhotoStrippedSize{Type: "i", Bytes: good[:len(good)/2]}}, false},
		"another form":      {[]tg.PhotoSizeClass{&tg.PhotoStrippedSize{Type: "i", Bytes: other}}, false},
		"larger than said":  {[]tg.PhotoSizeClass{&tg.PhotoStrippedSize{Type: "i", Bytes: larger}}, false},
		"over-long":         {[]tg.PhotoSizeClass{&tg.PhotoStrippedSize{Type: "i", Bytes: append(slices.Clone(good), make([]byte, longestThumb)...)}}, false},
	} {
		if got := thumbOf(c.sizes); (got != nil) != c.kept || c.kept && !bytes.Equal(got, good) {
			t.Errorf("%s: kept %d bytes, want %t", name, len(got), c.kept)
		}
	}
}

func FuzzThumb(f *testing.F) {
	good := stripped(f)
	f.Add(good)
	f.Add(good[:len(good)-9])
	f.Add([]byte{1, 0, 0, 0xff, 0xd9})
	f.Fuzz(func(t *testing.T, data []byte) {
		kept := thumbOf([]tg.PhotoSizeClass{&tg.PhotoStrippedSize{Type: "i", Bytes: data}})
		if kept == nil {
			return
		}
		whole, err := ThumbJPEG(kept)
		if err != nil {
			t.Fatal(err)
		}
		size, err := jpeg.DecodeConfig(bytes.NewReader(whole))
		if err != nil || len(kept) > longestThumb || size.Height != int(data[1]) || size.Width != int(data[2]) {
			t.Errorf("%d bytes kept: %+v, %v", len(kept), size, err)
		}
	})
}
