package world_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/gotd/td/telegram/thumbnail"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// picture is a picture in one colour.
func picture(t *testing.T, w, h int, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{R: 200, G: 40, B: 40, A: 255})
		}
	}
	var out bytes.Buffer
	if err := encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asJPEG(b *bytes.Buffer, img image.Image) error { return jpeg.Encode(b, img, nil) }
func asPNG(b *bytes.Buffer, img image.Image) error  { return png.Encode(b, img) }

// Telegram makes thumbnails of a picture that the uploader sent along, and of documents that are pictures.
func TestThumb_ADocumentHasAStrippedSizeAndOneToDownload(t *testing.T) {
	s := newScene(t, world.Options{})
	ann := s.user("ann")
	upload := func(id int64, data []byte) *tg.InputFile {
		must[bool](t)(ann.api.UploadSaveFilePart(s.ctx, &tg.UploadSaveFilePartRequest{FileID: id, Bytes: data}))
		return &tg.InputFile{ID: id, Parts: 1, Name: "a"}
	}
	video := upload(1, []byte("no picture"))
	for name, c := range map[string]struct {
		file  *tg.InputFile
		mime  string
		thumb []byte
		w, h  int // of the size m; 0: no thumbnail
	}{
		"a thumbnail was sent along":      {video, "video/mp4", picture(t, 320, 160, asJPEG), 320, 160},
		"the one sent along is too large": {video, "video/mp4", picture(t, 321, 160, asJPEG), 0, 0},
		"the one sent along is a PNG":     {video, "video/mp4", picture(t, 320, 160, asPNG), 0, 0},
		"the one sent along is no image":  {video, "video/mp4", []byte("text"), 0, 0},
		"none":                            {video, "video/mp4", nil, 0, 0},
		"the document is a picture":       {upload(2, picture(t, 1000, 2000, asPNG)), "image/png", nil, 160, 320},
	} {
		media := &tg.InputMediaUploadedDocument{File: c.file, MimeType: c.mime}
		if c.thumb != nil {
			media.SetThumb(upload(3, c.thumb))
		}
		sent := must[tg.MessageMediaClass](t)(ann.api.MessagesUploadMedia(s.ctx, &tg.MessagesUploadMediaRequest{Peer: &tg.InputPeerSelf{}, Media: media}))
		doc := sent.(*tg.MessageMediaDocument).Document.(*tg.Document)
		at := &tg.InputDocumentFileLocation{ID: doc.ID, AccessHash: doc.AccessHash, FileReference: doc.FileReference, ThumbSize: "m"}
		got, err := ann.api.UploadGetFile(s.ctx, &tg.UploadGetFileRequest{Location: at, Limit: 1 << 20})
		if c.w == 0 {
			wantError(t, err, "LOCATION_INVALID")
			if len(doc.Thumbs) != 0 {
				t.Errorf("%s: thumbs %+v", name, doc.Thumbs)
			}
			continue
		}
		if err != nil || len(doc.Thumbs) != 2 {
			t.Fatalf("%s: thumbs %+v, %v", name, doc.Thumbs, err)
		}
		stripped, sized := doc.Thumbs[0].(*tg.PhotoStrippedSize), doc.Thumbs[1].(*tg.PhotoSize)
		whole := must[[]byte](t)(thumbnail.Expand(stripped.Bytes))
		small := must[image.Image](t)(jpeg.Decode(bytes.NewReader(whole)))
		if b := small.Bounds(); stripped.Type != "i" || b.Dx() != c.w/8 || b.Dy() != c.h/8 {
			t.Errorf("%s: the stripped size %q is %v", name, stripped.Type, b)
		}
		if r, g, _, _ := small.At(3, 3).RGBA(); r>>8 < 150 || g>>8 > 90 {
			t.Errorf("%s: the stripped picture is not red: %v", name, small.At(3, 3))
		}
		data := got.(*tg.UploadFile).Bytes
		size := must[image.Config](t)(jpeg.DecodeConfig(bytes.NewReader(data)))
		if sized.Type != "m" || sized.Size != len(data) || sized.W != c.w || sized.H != c.h || size.Width != c.w || size.Height != c.h {
			t.Errorf("%s: %+v, and the download is %dx%d", name, sized, size.Width, size.Height)
		}
	}
}

func TestThumb_APostedFileHasTheGivenPicture(t *testing.T) {
	s := newScene(t, world.Options{})
	ann := s.user("ann")
	must[world.Posted](t)(s.PostFile(ann.id, world.UserPeer(ann.id), world.FileSpec{Kind: world.FileVideo, Name: "a.mkv", Size: 9, Thumb: picture(t, 80, 40, asJPEG)}))
	m := must[[]*tg.Message](t)(s.History(ann.id, world.UserPeer(ann.id)))[0]
	doc := m.Media.(*tg.MessageMediaDocument).Document.(*tg.Document)
	if len(doc.Thumbs) != 2 {
		t.Errorf("thumbs %+v", doc.Thumbs)
	}
}
