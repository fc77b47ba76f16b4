package telegram

import (
	"fmt"
	"strings"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"

	"pavilion/filter"
)

// postOf turns a channel's message into a post of the index; false where it holds no file.
func postOf(channel int64, m *tg.Message) (filter.Post, bool) {
	media, ok := fileOf(m)
	if !ok || media.Kind == filter.KindPhoto && media.Caption == "" { // a photo without a caption cannot be found
		return filter.Post{}, false
	}
	return postWith(channel, m, media), true
}

func postWith(channel int64, m *tg.Message, media filter.Media) filter.Post {
	return filter.Post{Place: placeOf(channel, m), Posted: time.Unix(int64(m.Date), 0).UTC(), Media: media}
}

func placeOf(channel int64, m *tg.Message) filter.Place {
	return filter.Place{Channel: filter.ChannelID(channel), Message: filter.MessageID(m.ID)}
}

// fileOf returns the file of a message.
func fileOf(m *tg.Message) (filter.Media, bool) {
	f, ok := storedMedia(m.Media)
	if !ok {
		return filter.Media{}, false
	}
	f.Caption, f.CaptionEntities, f.Protected = m.Message, packEntities(m.Entities), m.Noforwards
	switch media := m.Media.(type) {
	case *tg.MessageMediaDocument:
		if d, ok := media.Document.(*tg.Document); ok {
			describe(&f, d.Attributes, m)
			f.Thumb = thumbOf(d.Thumbs)
		}
		return f, true
	case *tg.MessageMediaPhoto:
		if p, ok := media.Photo.(*tg.Photo); ok {
			f.Thumb = thumbOf(p.Sizes)
		}
	}
	f.Mime, f.Name = "image/jpeg", firstLine(m.Message)
	return f, true
}

// storedMedia reads the ids and the reference that sending a file again needs, and for a document its type and size.
func storedMedia(media tg.MessageMediaClass) (filter.Media, bool) {
	switch media := media.(type) {
	case *tg.MessageMediaDocument:
		if d, ok := media.Document.(*tg.Document); ok {
			return filter.Media{Document: filter.DocumentID(d.ID), AccessHash: d.AccessHash, Reference: d.FileReference, Mime: d.MimeType, Size: d.Size}, true
		}
	case *tg.MessageMediaPhoto:
		if p, ok := media.Photo.(*tg.Photo); ok {
			return filter.Media{Document: filter.DocumentID(p.ID), AccessHash: p.AccessHash, Reference: p.FileReference, Kind: filter.KindPhoto}, true
		}
	}
	return filter.Media{}, false
}

// isText reports whether a message is a text without a file. Its link may have a preview.
func isText(media tg.MessageMediaClass) bool {
	switch media.(type) {
	case nil, *tg.MessageMediaEmpty, *tg.MessageMediaWebPage:
		return true
	}
	return false
}

// describe sets a document's kind and name. Without a file name it uses the first line of the caption, then kind and date.
func describe(f *filter.Media, attributes []tg.DocumentAttributeClass, m *tg.Message) {
	for _, a := range attributes {
		switch a := a.(type) {
		case *tg.DocumentAttributeFilename:
			f.Name = strings.TrimSpace(a.FileName)
		case *tg.DocumentAttributeVideo:
			f.Kind = filter.KindVideo
		case *tg.DocumentAttributeAudio:
			f.Kind = filter.KindAudio
			if f.Name == "" {
				f.Name = strings.Trim(strings.TrimSpace(a.Performer)+" - "+strings.TrimSpace(a.Title), " -")
			}
		}
	}
	if f.Kind == filter.KindDocument && strings.HasPrefix(f.Mime, "video/") {
		f.Kind = filter.KindVideo
	}
	if f.Name == "" {
		f.Name = firstLine(m.Message)
	}
	if f.Name == "" {
		f.Name = fmt.Sprintf("%s %s", f.Kind, time.Unix(int64(m.Date), 0).UTC().Format("2006-01-02 15.04"))
	}
}

const maxName = 120 // runes of a caption that are used as a name

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > maxName {
		s = string(r[:maxName])
	}
	return strings.TrimSpace(s)
}

func packEntities(entities []tg.MessageEntityClass) []byte {
	if len(entities) == 0 {
		return nil
	}
	var b bin.Buffer
	b.PutVectorHeader(len(entities))
	for _, e := range entities {
		if err := e.Encode(&b); err != nil {
			return nil
		}
	}
	return b.Buf
}

// unpackEntities reads what packEntities wrote; formatting that cannot be read is left out.
func unpackEntities(data []byte) []tg.MessageEntityClass {
	b := &bin.Buffer{Buf: data}
	n, err := b.VectorHeader()
	if err != nil {
		return nil
	}
	var out []tg.MessageEntityClass
	for range min(n, 100) {
		e, err := tg.DecodeMessageEntity(b)
		if err != nil {
			return nil
		}
		out = append(out, e)
	}
	return out
}
