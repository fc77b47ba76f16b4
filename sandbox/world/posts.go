// Files posted through the Go API, one or twenty thousand.

package world

import (
	"cmp"
	"fmt"
	"time"

	"github.com/gotd/td/tg"
)

// FileKind is the kind of a file to post.
type FileKind uint8

// The kinds of files.
const (
	FileDocument FileKind = iota
	FileVideo
	FileAudio
	FilePhoto
)

// FileSpec describes a file to post. Without Bytes, Size bytes are generated.
type FileSpec struct {
	Kind            FileKind
	Name, Mime      string
	Size            int64
	Caption         string
	Seconds         int // of video and audio
	Width, Height   int
	Title, Artist   string // of audio
	Bytes           []byte
	Thumb           []byte    // a picture; documents and photos may have one
	Date            time.Time // of the post; now if zero
	Album           int       // files with the same number in one call are an album; 0 means none
	SameAs          int64     // post this document or photo again instead of a new one
	CaptionEntities []tg.MessageEntityClass
}

// Posted is the result of a FileSpec.
type Posted struct {
	Message int   // the sender's id of it
	File    int64 // the document's or photo's id
}

// PostFile posts a file as an account.
func (w *World) PostFile(from int64, to Peer, spec FileSpec) (Posted, error) {
	posted, err := w.PostFiles(from, to, []FileSpec{spec})
	if err != nil {
		return Posted{}, err
	}
	return posted[0], nil
}

// stride is the number of files that are posted without releasing the lock.
const stride = 200

// PostFiles posts files in order. Other calls run in between, as during a real burst of posts.
func (w *World) PostFiles(from int64, to Peer, specs []FileSpec) ([]Posted, error) {
	posted := make([]Posted, 0, len(specs))
	albums := map[int]int64{}
	for start := 0; start < len(specs); start += stride {
		var err error
		posted, err = w.postSome(from, to, specs[start:min(start+stride, len(specs))], albums, posted)
		if err != nil {
			return posted, err
		}
	}
	return posted, nil
}

func (w *World) postSome(from int64, to Peer, specs []FileSpec, albums map[int]int64, posted []Posted) ([]Posted, error) {
	w.mu.Lock()
	defer w.unlock()
	c, err := w.as(from)
	if err != nil {
		return posted, err
	}
	if !w.exists(to) {
		return posted, fmt.Errorf("post to %v: %w", to, errNoChat)
	}
	for _, spec := range specs {
		m, err := c.draftTo(to)
		if err != nil {
			return posted, fmt.Errorf("post to %v: %w", to, err)
		}
		m.Text, m.Entities, err = c.text(spec.Caption, spec.CaptionEntities, c.captionLimit(), "MEDIA_CAPTION_TOO_LONG")
		if err != nil {
			return posted, fmt.Errorf("post to %v: %w", to, err)
		}
		m.File = spec.SameAs
		if w.Files[m.File] == nil {
			m.File = w.newFile(spec.file()).ID
		}
		if spec.Album != 0 {
			if albums[spec.Album] == 0 {
				w.Last.Album++
				albums[spec.Album] = w.Last.Album
			}
			m.Album = albums[spec.Album]
		}
		if !spec.Date.IsZero() {
			m.Date = int(spec.Date.Unix())
		}
		c.post(m, 0)
		posted = append(posted, Posted{Message: m.idFor(from), File: m.File})
	}
	return posted, nil
}

func (s FileSpec) file() file {
	f := file{Mime: s.Mime, Size: s.Size, Bytes: s.Bytes, Thumb: thumbOf(s.Thumb)}
	if s.Bytes != nil {
		f.Size = int64(len(s.Bytes))
	}
	var attributes []tg.DocumentAttributeClass
	switch s.Kind {
	case FilePhoto:
		f.Photo, f.Mime = true, "image/jpeg"
		f.W, f.H = cmp.Or(s.Width, 1280), cmp.Or(s.Height, 960)
		return f
	case FileVideo:
		f.Mime = cmp.Or(f.Mime, "video/mp4")
		attributes = append(attributes, &tg.DocumentAttributeVideo{
			SupportsStreaming: true, Duration: float64(s.Seconds), W: cmp.Or(s.Width, 1280), H: cmp.Or(s.Height, 720),
		})
	case FileAudio:
		f.Mime = cmp.Or(f.Mime, "audio/mpeg")
		attributes = append(attributes, &tg.DocumentAttributeAudio{Duration: s.Seconds, Title: s.Title, Performer: s.Artist})
	case FileDocument:
	}
	f.Mime = cmp.Or(f.Mime, "application/octet-stream")
	if s.Name != "" {
		attributes = append(attributes, &tg.DocumentAttributeFilename{FileName: s.Name})
	}
	f.Attributes = encodeAttributes(attributes)
	return f
}
