// Documents and photos.

package world

import (
	"github.com/gotd/td/tg"
)

// file is a document or a photo. A file of the Go API has no bytes; downloads generate them.
type file struct {
	ID         int64
	Photo      bool
	Mime       string
	Size       int64
	Date       int
	Attributes []byte // TL
	W, H       int
	Bytes      []byte
	Thumb      *thumb // nil if it has none
	Issue      uint32 // number of the valid file reference
}

func (w *World) viewMedia(viewer *account, f *file) tg.MessageMediaClass {
	if f.Photo {
		m := &tg.MessageMediaPhoto{}
		m.SetPhoto(w.viewPhoto(viewer, f))
		return m
	}
	m := &tg.MessageMediaDocument{}
	doc := w.viewDocument(viewer, f)
	m.SetDocument(doc)
	for _, a := range doc.Attributes {
		switch a := a.(type) {
		case *tg.DocumentAttributeVideo:
			m.Video, m.Round = true, a.RoundMessage
		case *tg.DocumentAttributeAudio:
			m.Voice = a.Voice
		}
	}
	return m
}

func (w *World) viewDocument(viewer *account, f *file) *tg.Document {
	doc := &tg.Document{
		ID: f.ID, AccessHash: w.hash(viewer.ID, hashFile, f.ID), FileReference: w.reference(f), Date: f.Date, MimeType: f.Mime,
		Size: f.Size, DCID: w.o.DC, Attributes: decodeAttributes(f.Attributes),
	}
	if f.Thumb != nil {
		doc.SetThumbs(f.Thumb.sizes())
	}
	return doc
}

func (w *World) viewPhoto(viewer *account, f *file) *tg.Photo {
	return &tg.Photo{
		ID: f.ID, AccessHash: w.hash(viewer.ID, hashFile, f.ID), FileReference: w.reference(f), Date: f.Date, DCID: w.o.DC,
		Sizes: append(f.Thumb.sizes(), &tg.PhotoSize{Type: "y", W: f.W, H: f.H, Size: int(f.Size)}),
	}
}
