// Media of messages: from an upload, or an existing file by its reference.

package world

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // photos may come in these formats
	_ "image/jpeg"
	_ "image/png"
	"math"
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// maxAlbum is the largest number of files in an album.
const maxAlbum = 10

func (w *World) routeMedia(d *tg.ServerDispatcher) {
	d.OnMessagesUploadMedia(on(w, (*call).uploadMedia))
}

func (c *call) sendMedia(r *tg.MessagesSendMediaRequest) (tg.UpdatesClass, error) {
	m, err := c.draft(r.Peer, r.ReplyTo, r.RandomID)
	if err != nil {
		return nil, err
	}
	if m.Text, m.Entities, err = c.text(r.Message, r.Entities, c.captionLimit(), "MEDIA_CAPTION_TOO_LONG"); err != nil {
		return nil, err
	}
	if m.Markup, err = c.markup(r.ReplyMarkup, m.Peer.Kind == PeerUser); err != nil {
		return nil, err
	}
	if err := c.maySchedule(r.ScheduleDate); err != nil {
		return nil, err
	}
	if err := c.speakAs(m, r.SendAs); err != nil {
		return nil, err
	}
	m.Silent, m.Protected = r.Silent, r.Noforwards
	switch in := r.Media.(type) {
	case *tg.InputMediaVenue:
		m.Venue, err = venue(in)
	case *tg.InputMediaContact:
		m.Venue, err = c.contact(in)
	case *tg.InputMediaInvoice:
		err = c.sendInvoice(m, in)
	default:
		var f *file
		if f, err = c.media(in); err == nil {
			m.File, err = f.ID, c.maySendFile(m.Peer, f)
		}
	}
	if err != nil {
		return nil, err
	}
	c.post(m, r.RandomID)
	return c.answer(), nil
}

// venue is a stored place on the map.
func venue(in *tg.InputMediaVenue) ([]byte, error) {
	point, ok := in.GeoPoint.(*tg.InputGeoPoint)
	if !ok || math.Abs(point.Lat) > 90 || math.Abs(point.Long) > 180 {
		return nil, tgerr.New(400, "GEO_POINT_INVALID")
	}
	if strings.TrimSpace(in.Title) == "" {
		return nil, tgerr.New(400, "MEDIA_EMPTY")
	}
	return encode(&tg.MessageMediaVenue{
		Geo: &tg.GeoPoint{Lat: point.Lat, Long: point.Long}, Title: in.Title, Address: in.Address, Provider: in.Provider, VenueID: in.VenueID, VenueType: in.VenueType,
	}), nil
}

// contact stores a sent contact. Its user id is 0 if no account has the phone number.
func (c *call) contact(in *tg.InputMediaContact) ([]byte, error) {
	digits := strings.TrimPrefix(in.PhoneNumber, "+")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return nil, tgerr.New(400, "PHONE_NUMBER_INVALID")
	}
	if strings.TrimSpace(in.FirstName) == "" {
		return nil, tgerr.New(400, "CONTACT_NAME_EMPTY")
	}
	out := &tg.MessageMediaContact{PhoneNumber: digits, FirstName: in.FirstName, LastName: in.LastName, Vcard: in.Vcard}
	if a := c.byPhone(digits); a != nil {
		out.UserID = a.ID
	}
	return encode(out), nil
}

func (c *call) sendMultiMedia(r *tg.MessagesSendMultiMediaRequest) (tg.UpdatesClass, error) {
	switch n := len(r.MultiMedia); {
	case n == 0:
		return nil, tgerr.New(400, "MEDIA_EMPTY")
	case n > maxAlbum:
		return nil, tgerr.New(400, "MULTI_MEDIA_TOO_LONG")
	}
	if err := c.maySchedule(r.ScheduleDate); err != nil {
		return nil, err
	}
	album := make([]*message, len(r.MultiMedia))
	for i, one := range r.MultiMedia {
		m, err := c.draft(r.Peer, r.ReplyTo, one.RandomID)
		if err != nil {
			return nil, err
		}
		if m.Text, m.Entities, err = c.text(one.Message, one.Entities, c.captionLimit(), "MEDIA_CAPTION_TOO_LONG"); err != nil {
			return nil, err
		}
		f, err := c.media(one.Media)
		if err != nil {
			return nil, at(i, err)
		}
		if err := c.maySendFile(m.Peer, f); err != nil {
			return nil, err
		}
		m.File, m.Silent, m.Protected = f.ID, r.Silent, r.Noforwards
		album[i] = m
	}
	c.Last.Album++
	for i, m := range album {
		if len(album) > 1 {
			m.Album = c.Last.Album
		}
		c.post(m, r.MultiMedia[i].RandomID)
	}
	return c.answer(), nil
}

// at adds the index of the album's file to an expired reference, as Telegram does.
func at(i int, err error) error {
	var rpc *tgerr.Error
	if errors.As(err, &rpc) && rpc.Message == "FILE_REFERENCE_EXPIRED" {
		return tgerr.New(400, fmt.Sprintf("FILE_REFERENCE_%d_EXPIRED", i))
	}
	return err
}

func (c *call) uploadMedia(r *tg.MessagesUploadMediaRequest) (tg.MessageMediaClass, error) {
	if _, err := c.peer(r.Peer); err != nil {
		return nil, err
	}
	f, err := c.media(r.Media)
	if err != nil {
		return nil, err
	}
	return c.viewMedia(c.me, f), nil
}

// media returns the file of an InputMedia, which it makes if it is new.
func (c *call) media(in tg.InputMediaClass) (*file, error) {
	switch in := in.(type) {
	case *tg.InputMediaUploadedDocument:
		return c.uploadedDocument(in)
	case *tg.InputMediaUploadedPhoto:
		return c.uploadedPhoto(in)
	case *tg.InputMediaDocument:
		return c.document(in.ID)
	case *tg.InputMediaPhoto:
		return c.photo(in.ID)
	case *tg.InputMediaEmpty:
		return nil, tgerr.New(400, "MEDIA_EMPTY")
	}
	return nil, tgerr.New(400, "MEDIA_INVALID")
}

func (c *call) document(in tg.InputDocumentClass) (*file, error) {
	if d, ok := in.(*tg.InputDocument); ok {
		return c.fileBy(d.ID, d.AccessHash, d.FileReference, false, "MEDIA_EMPTY")
	}
	return nil, tgerr.New(400, "MEDIA_EMPTY")
}

func (c *call) photo(in tg.InputPhotoClass) (*file, error) {
	if p, ok := in.(*tg.InputPhoto); ok {
		return c.fileBy(p.ID, p.AccessHash, p.FileReference, true, "MEDIA_EMPTY")
	}
	return nil, tgerr.New(400, "MEDIA_EMPTY")
}

// fileBy returns a file by its id, the caller's access hash and a valid reference.
func (c *call) fileBy(id, hash int64, reference []byte, photo bool, refusal string) (*file, error) {
	f := c.Files[id]
	if f == nil || f.Photo != photo || hash != c.hash(c.me.ID, hashFile, id) {
		return nil, tgerr.New(400, refusal)
	}
	switch {
	case len(reference) == 0:
		return nil, tgerr.New(400, "FILE_REFERENCE_EMPTY")
	case bytes.Equal(reference, c.reference(f)):
		return f, nil
	}
	for issue := range f.Issue {
		if bytes.Equal(reference, c.reference(&file{ID: id, Issue: issue})) {
			return nil, tgerr.New(400, "FILE_REFERENCE_EXPIRED")
		}
	}
	return nil, tgerr.New(400, "FILE_REFERENCE_INVALID")
}

func (c *call) uploadedDocument(in *tg.InputMediaUploadedDocument) (*file, error) {
	name, data, err := c.assemble(in.File)
	if err != nil {
		return nil, err
	}
	attributes, named := in.Attributes, false
	for _, a := range attributes {
		if _, ok := a.(*tg.DocumentAttributeFilename); ok {
			named = true
		}
	}
	if !named && name != "" {
		attributes = append(attributes, &tg.DocumentAttributeFilename{FileName: name})
	}
	mime := in.MimeType
	if mime == "" {
		mime = "application/octet-stream"
	}
	f := file{Mime: mime, Size: int64(len(data)), Bytes: data, Attributes: encodeAttributes(attributes)}
	if sent, ok := in.GetThumb(); ok {
		_, picture, err := c.assemble(sent)
		if err != nil {
			return nil, err
		}
		f.Thumb = uploadedThumb(picture)
	}
	if f.Thumb == nil && isPicture(mime) {
		f.Thumb = thumbOf(data)
	}
	return c.newFile(f), nil
}

// maxPhotoSides is Telegram's limit of a photo's width and height together.
const maxPhotoSides = 10_000

func (c *call) uploadedPhoto(in *tg.InputMediaUploadedPhoto) (*file, error) {
	_, data, err := c.assemble(in.File)
	if err != nil {
		return nil, err
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return nil, tgerr.New(400, "IMAGE_PROCESS_FAILED")
	case size.Width+size.Height > maxPhotoSides:
		return nil, tgerr.New(400, "PHOTO_INVALID_DIMENSIONS")
	}
	return c.newFile(file{Photo: true, Mime: "image/jpeg", Size: int64(len(data)), Bytes: data, W: size.Width, H: size.Height, Thumb: thumbOf(data)}), nil
}

func (w *World) newFile(f file) *file {
	w.Last.File++
	f.ID, f.Date = w.Last.File, w.now()
	w.Files[f.ID] = &f
	return &f
}

// ExpireReferences makes all references of a document or photo invalid. Reading its message returns a new one.
func (w *World) ExpireReferences(ids ...int64) {
	w.mu.Lock()
	defer w.unlock()
	for _, id := range ids {
		if f := w.Files[id]; f != nil {
			f.Issue++
		}
	}
}
